/** The clip of a histogram with the least expected squared error. */
import type { MagnitudeHistogram } from './calibration.ts';

/** Clips are tried down to this share of the range, where the histogram has few bins left. */
const smallestShare = 1 / 128;
/** Every so many bins a clip is tried first: what has been reached there spares most others. */
const probe = 32;

/**
 * The clip with the least squared error of rounding to a grid of `steps` steps up to it and of clamping, summed over all
 * values counted; the largest such clip. All whole numbers of bins are candidates. Most are given up early: errors only
 * grow while they are summed, and what clamping alone costs is known beforehand.
 */
export function leastSquares(histogram: MagnitudeHistogram, steps: number): number {
  const { counts, limit } = histogram;
  const all = counts.length;
  const fewest = all * smallestShare;
  const filled = filledBins(histogram);
  const clamping = clampingErrors(histogram);
  const clipOf = (bins: number) => (limit * bins) / all;
  const errorOf = (bins: number, most: number) =>
    clamping[bins]! > most ? Infinity : squaredError(filled, clipOf(bins), steps, most);
  let least = Infinity;
  for (let bins = all; bins >= fewest; bins -= probe) least = Math.min(least, errorOf(bins, least));
  let [best, reached] = [limit, Infinity];
  for (let bins = all; bins >= fewest; bins--) {
    const error = errorOf(bins, least);
    if (error > least || error >= reached) continue;
    least = reached = error;
    best = clipOf(bins);
  }
  return best;
}

/** The bins that hold anything: middle and count of each, lowest first. */
interface FilledBins {
  readonly width: number;
  readonly values: Float64Array;
  readonly counts: Float64Array;
}

function filledBins({ counts, limit }: MagnitudeHistogram): FilledBins {
  const width = limit / counts.length;
  const indices = Array.from(counts.keys()).filter((bin) => counts[bin] !== 0);
  return {
    width,
    values: Float64Array.from(indices, (bin) => width * (bin + 0.5)),
    counts: Float64Array.from(indices, (bin) => counts[bin]!),
  };
}

/** Squared error of a clip; where it exceeds `most`, whatever part of it shows that. */
function squaredError({ width, values, counts }: FilledBins, clip: number, steps: number, most: number) {
  const step = clip / steps;
  const noise = step ** 2 / 12;
  const within = width ** 2 / 12;
  let error = 0;
  for (let i = 0; i < values.length && error <= most; i++) {
    const value = values[i]!;
    // Bins wider than a step see all of its errors; narrower ones lie somewhere between two grid points.
    const rounding = width >= step ? noise : (value - step * Math.round(value / step)) ** 2 + within;
    error += counts[i]! * (value <= clip ? rounding : (value - clip) ** 2);
  }
  return error;
}

/** For each number of bins that a clip keeps, what clamping the others costs; a little less, so that it is a lower bound. */
function clampingErrors({ counts, limit }: MagnitudeHistogram): Float64Array {
  const width = limit / counts.length;
  const errors = new Float64Array(counts.length + 1);
  let [count, sum, squares] = [0, 0, 0];
  for (let bin = counts.length - 1; bin >= 0; bin--) {
    const middle = bin + 0.5;
    count += counts[bin]!;
    sum += counts[bin]! * middle;
    squares += counts[bin]! * middle ** 2;
    errors[bin] = width ** 2 * (squares * (1 - 1e-9) - 2 * bin * sum + bin ** 2 * count);
  }
  return errors;
}
