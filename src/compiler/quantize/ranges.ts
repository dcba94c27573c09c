/**
 * How the range of an activation is chosen: the magnitude beyond which its values are clamped, from the histogram of
 * magnitudes that calibration collected.
 */
import { peak, type MagnitudeHistogram, type TensorStatistics } from './calibration.ts';
import { leastSquares } from './least-squares.ts';

/** Share of magnitudes the `percentile` method keeps. */
const percentile = 0.9999;

/** Clip of a histogram for a grid of `steps` steps from 0 to it. */
type Choice = (histogram: MagnitudeHistogram, steps: number) => number;

const choices = {
  /** The largest magnitude: nothing is clamped. */
  minmax: ({ limit }) => limit,
  percentile: atPercentile,
  entropy: leastDivergence,
  mse: leastSquares,
} as const satisfies Record<string, Choice>;

export type RangeMethod = keyof typeof choices;

export const rangeMethods = Object.keys(choices) as readonly RangeMethod[];

/** The magnitude beyond which values are clamped, for a grid of `steps` steps from 0 to it. */
export function clipMagnitude(statistics: TensorStatistics, steps: number, method: RangeMethod): number {
  const largest = peak(statistics);
  return largest === 0 ? 0 : Math.min(largest, chosen(statistics.histogram, steps, method));
}

/** Choices made before: a model is quantised again for every target and gradient width, with the same activations. */
const known = new WeakMap<MagnitudeHistogram, Map<string, number>>();

function chosen(histogram: MagnitudeHistogram, steps: number, method: RangeMethod): number {
  const made = known.get(histogram) ?? new Map<string, number>();
  known.set(histogram, made);
  const key = `${method} ${steps}`;
  const clip = made.get(key) ?? choices[method](histogram, steps);
  made.set(key, clip);
  return clip;
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

/** Candidates of the entropy method are so many bins apart. */
const stride = 8;

/**
 * The clip whose quantised distribution loses the least information: smallest Kullback-Leibler divergence from the
 * clipped distribution (outliers counted in its last bin) to that distribution in as many levels as the grid has.
 *
 * Migacz, 8-bit Inference with TensorRT, GTC 2017; ONNX Runtime's `entropy` calibrator. The first bin is taken as full
 * as the second, as NVIDIA's pytorch-quantization does: zeros are exact on every grid, and behind a ReLU they would
 * outweigh everything else.
 */
function leastDivergence({ counts, limit }: MagnitudeHistogram, steps: number): number {
  const levels = steps + 1;
  const bins = counts.slice();
  bins[0] = bins[1]!;
  let best = bins.length;
  let least = Infinity;
  for (let kept = levels; kept <= bins.length; kept += stride) {
    const found = divergence(bins, kept, levels);
    if (found < least) [least, best] = [found, kept];
  }
  return (limit * best) / bins.length;
}

/** KL divergence of the first `kept` bins, with all beyond in the last, from the same in `levels` levels. */
function divergence(bins: Float64Array, kept: number, levels: number): number {
  const outliers = bins.subarray(kept).reduce((a, b) => a + b, 0);
  const inside = bins.subarray(0, kept).reduce((a, b) => a + b, 0);
  if (inside === 0) return Infinity;
  const total = inside + outliers;
  let sum = 0;
  for (let level = 0; level < levels; level++) {
    const [first, end] = [level, level + 1].map((l) => Math.round((l * kept) / levels)) as [number, number];
    let [mass, filled] = [0, 0];
    for (let bin = first; bin < end; bin++) {
      mass += bins[bin]!;
      filled += bins[bin]! > 0 || (bin === kept - 1 && outliers > 0) ? 1 : 0;
    }
    // Each level's mass is spread evenly over its bins that hold anything.
    for (let bin = first; bin < end; bin++) {
      const p = (bins[bin]! + (bin === kept - 1 ? outliers : 0)) / total;
      if (p === 0) continue;
      const q = mass / filled / inside;
      sum += p * Math.log(p / (q > 0 ? q : smallest));
    }
  }
  return sum;
}

/** Stands for a probability of zero where outliers fall on an empty level. */
const smallest = 1e-9;
