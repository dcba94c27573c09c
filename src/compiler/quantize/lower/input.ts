import { fail } from '../../diagnostics.ts';
import type { CalibrationTable } from '../calibration.ts';
import { clipMagnitude } from '../ranges.ts';
import type { InputStage, IntegerTensor } from '../network.ts';
import type { ImportedScale } from '../import/imported.ts';
import type { AffinePreprocessing, QuantiseOptions } from '../options.ts';
import { nearestByte } from '../semantics.ts';
import type { PlanTensor } from '../plan/stage.ts';

/** The network's input: real = scale[k] * q + offset[k] per channel. */
export interface LoweredInput {
  readonly stage: InputStage;
  readonly tensor: IntegerTensor;
  readonly scale: readonly number[];
  readonly offset: readonly number[];
  /** True where scale and offset move into the first layer's weights; else the tensor is read like any other. */
  readonly folded: boolean;
}

/**
 * The input stage. With affine preprocessing the stored value is pixel - 128, the affine map moves into the first
 * layer's weights and bias, and padding reads the byte nearest to a real zero. Without, the host quantises floats
 * to int8 with zero point 0.
 */
export function lowerInput(
  input: PlanTensor,
  calibration: CalibrationTable,
  options: QuantiseOptions,
  imported?: ImportedScale,
): LoweredInput {
  return imported ? importedInput(input, options, imported) : chosenInput(input, calibration, options);
}

/**
 * The input of a model that came quantised. Where a pixel is its own quantised value the stream carries pixels; else
 * the host quantises.
 */
function importedInput(
  input: PlanTensor,
  { preprocessing }: QuantiseOptions,
  { scale, zeroPoint }: ImportedScale,
): LoweredInput {
  const channels = Array.from({ length: input.channels }, (_, k) => k);
  const isPixel = channels.every((k) => {
    if (!preprocessing) return false;
    const { factor, offset } = affine(preprocessing, k);
    // Half a thousandth of a step over the whole range of pixels never changes a rounding that matters.
    return Math.abs(factor / scale - 1) * 255 < 1e-3 && Math.abs(offset / scale + zeroPoint + 128) < 1e-3;
  });
  const padding = channels.map(() => zeroPoint);
  return {
    stage: { tensor: input.name, format: isPixel ? 'uint8' : 'int8', padding },
    tensor: { ...describe(input), bits: 8, zeroPoint, scale: [scale] },
    scale: channels.map(() => scale),
    offset: channels.map(() => -scale * zeroPoint),
    folded: false,
  };
}

function describe({ name, channels, height, width }: PlanTensor) {
  return { name, onnx: name, channels, height, width };
}

/** A pixel's real value is factor * pixel + offset. */
function affine(
  { scale, mean, std }: AffinePreprocessing,
  channel: number,
): { factor: number; offset: number } {
  const at = (values: readonly number[]) => values[values.length === 1 ? 0 : channel]!;
  return { factor: scale / at(std), offset: -at(mean) / at(std) };
}

function chosenInput(
  input: PlanTensor,
  calibration: CalibrationTable,
  options: QuantiseOptions,
): LoweredInput {
  const { preprocessing } = options;
  const common = { ...describe(input), bits: 8 as const };
  if (preprocessing) {
    const channels = Array.from({ length: input.channels }, (_, k) => k);
    const scale = channels.map((k) => affine(preprocessing, k).factor);
    const offset = channels.map((k) => 128 * scale[k]! + affine(preprocessing, k).offset);
    const wrong = scale.findIndex((s, k) => s === 0 || !Number.isFinite(s) || !Number.isFinite(offset[k]!));
    if (wrong >= 0) {
      fail(
        'CAM303',
        `Preprocessing of channel ${wrong} is not an invertible affine map (scale ${preprocessing.scale}, std ${preprocessing.std.join(', ')}).`,
        'Give a finite --scale and --std, neither of them zero.',
      );
    }
    const padding = channels.map((k) => nearestByte(-offset[k]! / scale[k]!));
    return {
      stage: { tensor: input.name, format: 'uint8', padding },
      tensor: { ...common, zeroPoint: padding[0]!, scale },
      scale,
      offset,
      folded: true,
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
    folded: false,
  };
}
