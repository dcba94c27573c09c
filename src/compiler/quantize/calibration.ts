/**
 * Calibration data: what the float network's tensors looked like on the calibration pictures. The compiler is
 * pure: `src/engine/calibrate.ts` collects these figures, the quantiser only reads them.
 */

/** |value| counted in equal bins from 0 to `limit`. */
export interface MagnitudeHistogram {
  readonly limit: number;
  readonly counts: Float64Array;
}

/** Per channel of a tensor [1, C, ...], over all positions and pictures. */
export interface ChannelRanges {
  readonly minimum: Float64Array;
  readonly maximum: Float64Array;
}

export interface TensorStatistics extends ChannelRanges {
  readonly mean: Float64Array;
  readonly meanSquare: Float64Array;
  readonly histogram: MagnitudeHistogram;
}

export interface CalibrationTable {
  /** Number of pictures behind the figures. */
  readonly pictures: number;
  /** How many different classes the float network took them for. */
  readonly topClasses?: number;
  /** Activation tensors by ONNX name. */
  readonly activations: ReadonlyMap<string, TensorStatistics>;
  /** Gradient tensors by name, each picture's gradient divided by the largest magnitude in the explained class's dense weights. */
  readonly gradients: ReadonlyMap<string, ChannelRanges>;
}

/** Largest magnitude over all channels. */
export function peak(statistics: TensorStatistics): number {
  const low = statistics.minimum.reduce((a, b) => Math.min(a, b), 0);
  const high = statistics.maximum.reduce((a, b) => Math.max(a, b), 0);
  return Math.max(-low, high);
}

/** Largest magnitude of each channel. */
export function channelPeaks(ranges: ChannelRanges): Float64Array {
  return ranges.minimum.map((low, k) => Math.max(-low, ranges.maximum[k]!));
}
