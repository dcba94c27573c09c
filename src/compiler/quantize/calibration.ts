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
export interface TensorStatistics {
  readonly minimum: Float64Array;
  readonly maximum: Float64Array;
  readonly mean: Float64Array;
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
  readonly gradients: ReadonlyMap<string, TensorStatistics>;
}

/** How the range of an activation is chosen. */
export type RangeMethod = 'minmax' | 'percentile' | 'mse';

/** Share of magnitudes the `percentile` method keeps. */
const percentile = 0.9999;

/** Largest magnitude over all channels. */
export function peak(statistics: TensorStatistics): number {
  const low = statistics.minimum.reduce((a, b) => Math.min(a, b), 0);
  const high = statistics.maximum.reduce((a, b) => Math.max(a, b), 0);
  return Math.max(-low, high);
}

/** Largest magnitude of each channel. */
export function channelPeaks(statistics: TensorStatistics): Float64Array {
  return statistics.minimum.map((low, k) => Math.max(-low, statistics.maximum[k]!));
}

/** The magnitude beyond which values are clamped, for a grid of `steps` steps from 0 to it. */
export function clipMagnitude(statistics: TensorStatistics, steps: number, method: RangeMethod): number {
  const largest = peak(statistics);
  if (method === 'minmax' || largest === 0) return largest;
  return Math.min(
    largest,
    (method === 'percentile' ? atPercentile : leastSquares)(statistics.histogram, steps),
  );
}

function atPercentile({ counts, limit }: MagnitudeHistogram): number {
  const wanted = counts.reduce((a, b) => a + b, 0) * percentile;
  let seen = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    seen += counts[bin]!;
    if (seen >= wanted) return (limit * (bin + 1)) / counts.length;
  }
  return limit;
}

/** The clip with the least expected squared error: rounding noise step^2/12 below it, the clipped distance above. */
function leastSquares({ counts, limit }: MagnitudeHistogram, steps: number): number {
  let best = limit;
  let least = Infinity;
  for (let bins = counts.length; bins >= counts.length / 8; bins--) {
    const clip = (limit * bins) / counts.length;
    const noise = (clip / steps) ** 2 / 12;
    let error = 0;
    for (let bin = 0; bin < counts.length; bin++) {
      const value = (limit * (bin + 0.5)) / counts.length;
      error += counts[bin]! * (bin < bins ? noise : (value - clip) ** 2);
    }
    if (error < least) [least, best] = [error, clip];
  }
  return best;
}
