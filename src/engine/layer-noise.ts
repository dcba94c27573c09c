/** Where a fixed-point network loses signal, layer by layer. */
import type { IntegerNetwork, Phase } from '../compiler/quantize/network.ts';
import { decibels } from './fidelity.ts';
import type { IntegerEngine } from './integer.ts';

export interface LayerNoise {
  readonly layer: string;
  readonly op: string;
  readonly phase: Phase;
  readonly tensor: string;
  /** Signal-to-quantisation-noise ratio of the layer's result, in decibels. */
  readonly decibels: number;
}

/** The tensors of the float model that `layerNoise` compares with: read them for the same picture and class. */
export function comparableTensors(network: IntegerNetwork): string[] {
  return network.layers
    .map((layer) => network.tensors.get(layer.output.tensor)!)
    .flatMap((tensor) => (tensor.onnx === undefined ? [] : [tensor.onnx]));
}

/** Signal-to-noise of every layer whose result stands for a tensor of the float model, after the engine's last run. */
export function layerNoise(
  engine: IntegerEngine,
  float: ReadonlyMap<string, ArrayLike<number>>,
): LayerNoise[] {
  const { network } = engine;
  return network.layers.flatMap(({ name, op, phase, output }) => {
    const tensor = network.tensors.get(output.tensor)!;
    const expected = tensor.onnx === undefined ? undefined : float.get(tensor.onnx);
    if (!expected) return [];
    const found = noiseOf(engine.tensor(tensor.name), tensor.zeroPoint, tensor.scale[0]!, expected);
    return [{ layer: name, op, phase, tensor: tensor.name, decibels: found }];
  });
}

/** Signal-to-noise of integers on a scale; written out, for a network has many. */
function noiseOf(
  integers: Int32Array,
  zeroPoint: number,
  scale: number,
  expected: ArrayLike<number>,
): number {
  let [signal, noise] = [0, 0];
  for (let i = 0; i < integers.length; i++) {
    const wanted = expected[i]!;
    const difference = (integers[i]! - zeroPoint) * scale - wanted;
    signal += wanted * wanted;
    noise += difference * difference;
  }
  return decibels(signal, noise);
}
