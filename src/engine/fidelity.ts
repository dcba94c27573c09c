/** How well a fixed-point explanation tells what the float one tells. */

/** Agreement of one heat map with its float counterpart. */
export interface MapFidelity {
  /** Linear correlation, 1 is perfect. */
  readonly pearson: number;
  /** Correlation of ranks, ties sharing their mean rank. */
  readonly spearman: number;
  /** Intersection over union of the 20 % highest pixels of each map. */
  readonly iou: number;
}

/** Share of pixels that count as the map's top. */
const topShare = 0.2;

/**
 * Compares two maps of the same size. Undefined where the float map is all zero: there is nothing to correlate with,
 * such pictures are counted apart. A constant (or zero) fixed map against a float map with contrast scores 0.
 */
export function mapFidelity(fixed: ArrayLike<number>, float: ArrayLike<number>): MapFidelity | undefined {
  if (Array.from(float).every((v) => v === 0)) return undefined;
  return { pearson: pearson(fixed, float), spearman: spearman(fixed, float), iou: topOverlap(fixed, float) };
}

/** Pearson's correlation coefficient; 1 where both are constant, 0 where only one is. */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length;
  const mean = (v: ArrayLike<number>) => Array.from(v).reduce((s, x) => s + x, 0) / n;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [x, y] = [a[i]! - ma, b[i]! - mb];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  if (aa === 0 || bb === 0) return aa === bb ? 1 : 0;
  return ab / Math.sqrt(aa * bb);
}

/** Spearman's rank correlation. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return pearson(ranks(a), ranks(b));
}

/** Ranks from 0, equal values sharing their mean rank. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const result = new Float64Array(values.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let i = start; i < end; i++) result[order[i]!] = (start + end - 1) / 2;
    start = end;
  }
  return result;
}

/** IoU of the top pixels; ties go to the lower index, the same way in both maps. */
export function topOverlap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const count = Math.max(1, Math.round(a.length * topShare));
  const top = (v: ArrayLike<number>) =>
    new Set(
      Array.from({ length: v.length }, (_, i) => i)
        .sort((i, j) => v[j]! - v[i]! || i - j)
        .slice(0, count),
    );
  const [p, q] = [top(a), top(b)];
  const both = [...p].filter((i) => q.has(i)).length;
  return both / (p.size + q.size - both);
}

/** Signal-to-noise ratio in decibels: 10 log10(sum float^2 / sum (fixed - float)^2). Infinity where they are equal. */
export function signalToNoise(fixed: ArrayLike<number>, float: ArrayLike<number>): number {
  let [signal, noise] = [0, 0];
  for (let i = 0; i < float.length; i++) {
    signal += float[i]! ** 2;
    noise += (fixed[i]! - float[i]!) ** 2;
  }
  return decibels(signal, noise);
}

/** The ratio of two sums of squares in decibels; infinity without noise. */
export function decibels(signal: number, noise: number): number {
  return noise === 0 ? Infinity : 10 * Math.log10(signal / noise);
}

/** The value below which a share of the values lies (nearest rank), NaN where there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}
