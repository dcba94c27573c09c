import { fail } from '../../diagnostics.ts';
import { clipMagnitude, type CalibrationTable } from '../calibration.ts';
import type { InputStage, IntegerTensor } from '../network.ts';
import type { QuantiseOptions } from '../options.ts';
import type { PlanTensor } from '../plan/stage.ts';

/** The network's input: real = scale[k] * q + offset[k] per channel. */
export interface LoweredInput {
  readonly stage: InputStage;
  readonly tensor: IntegerTensor;
  readonly scale: readonly number[];
  readonly offset: readonly number[];
}

const clampByte = (q: number) => Math.min(127, Math.max(-128, Math.round(q)));

/**
 * The input stage. With affine preprocessing the stored value is pixel - 128, the affine map moves into the first
 * layer's weights and bias, and padding reads the byte nearest to a real zero. Without, the host quantises floats
 * to int8 with zero point 0.
 */
export function lowerInput(
  input: PlanTensor,
  calibration: CalibrationTable,
  options: QuantiseOptions,
): LoweredInput {
  const { preprocessing } = options;
  const common = {
    name: input.name,
    onnx: input.name,
    channels: input.channels,
    height: input.height,
    width: input.width,
    bits: 8 as const,
  };
  if (preprocessing) {
    const at = (values: readonly number[], k: number) => values[values.length === 1 ? 0 : k]!;
    const channels = Array.from({ length: input.channels }, (_, k) => k);
    const scale = channels.map((k) => preprocessing.scale / at(preprocessing.std, k));
    const offset = channels.map(
      (k) => 128 * scale[k]! - at(preprocessing.mean, k) / at(preprocessing.std, k),
    );
    const wrong = scale.findIndex((s, k) => s === 0 || !Number.isFinite(s) || !Number.isFinite(offset[k]!));
    if (wrong >= 0) {
      fail(
        'CAM303',
        `Preprocessing of channel ${wrong} is not an invertible affine map (scale ${preprocessing.scale}, std ${at(preprocessing.std, wrong)}).`,
        'Give a finite --scale and --std, neither of them zero.',
      );
    }
    const padding = channels.map((k) => clampByte(-offset[k]! / scale[k]!));
    return {
      stage: { tensor: input.name, format: 'uint8', padding },
      tensor: { ...common, zeroPoint: padding[0]!, scale },
      scale,
      offset,
    };
  }
  const statistics = calibration.activations.get(input.name);
  const clip = statistics ? clipMagnitude(statistics, 127, 'minmax') : 0;
  const scale = new Array<number>(input.channels).fill(clip / 127 || 1);
  return {
    stage: { tensor: input.name, format: 'int8', padding: new Array<number>(input.channels).fill(0) },
    tensor: { ...common, zeroPoint: 0, scale: [scale[0]!] },
    scale,
    offset: new Array<number>(input.channels).fill(0),
  };
}
