/** Where a fixed-point network loses signal: layer by layer, and what to say about it. */
import { diagnostic, type Diagnostic } from '../compiler/diagnostics.ts';
import type { IntegerNetwork, Phase } from '../compiler/quantize/network.ts';
import { signalToNoise, type MapFidelity } from './fidelity.ts';
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
    const found = Float64Array.from(
      engine.tensor(tensor.name),
      (q) => (q - tensor.zeroPoint) * tensor.scale[0]!,
    );
    return [{ layer: name, op, phase, tensor: tensor.name, decibels: signalToNoise(found, expected) }];
  });
}

/** Below these figures a fixed-point map no longer tells what the float map tells. */
const poor = { pearson: 0.9, iou: 0.5 } as const;

/** Warnings about an explanation that the fixed-point network gives differently. */
export function fidelityWarnings(
  fidelity: MapFidelity | undefined,
  sameClass: boolean,
  gradientBits: 8 | 16,
): Diagnostic[] {
  const warnings: Diagnostic[] = [];
  if (!sameClass) {
    warnings.push(
      diagnostic(
        'CAM405',
        'The fixed-point network takes the picture for another class than the float network.',
        'Calibrate on pictures like this one; if many answers differ, quantise with more calibration pictures.',
      ),
    );
  }
  if (fidelity && (fidelity.pearson < poor.pearson || fidelity.iou < poor.iou)) {
    warnings.push(
      diagnostic(
        'CAM405',
        `The fixed-point map differs from the float map (correlation ${fidelity.pearson.toFixed(2)}, overlap of the top 20 % ${fidelity.iou.toFixed(2)}).`,
        gradientBits === 8
          ? 'Take 16 gradient bits, or a target nearer to the scores.'
          : 'Take a target nearer to the scores, or calibrate on more pictures.',
      ),
    );
  }
  return warnings;
}
