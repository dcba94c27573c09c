/** Where a fixed-point network loses signal, layer by layer. */
import type { IntegerNetwork, Phase } from '../compiler/quantize/network.ts';
import { signalToNoise } from './fidelity.ts';
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
    const integers = engine.tensor(tensor.name);
    const found = new Float64Array(integers.length);
    const scale = tensor.scale[0]!;
    for (let i = 0; i < found.length; i++) found[i] = (integers[i]! - tensor.zeroPoint) * scale;
    return [{ layer: name, op, phase, tensor: tensor.name, decibels: signalToNoise(found, expected) }];
  });
}
