import type { TensorStatistics } from './calibration.ts';
import { extremesOf } from './extremes.ts';

const bins = 2048;

/** Collects TensorStatistics of one tensor over many pictures. */
export class StatisticsCollector {
  private readonly minimum: Float64Array;
  private readonly maximum: Float64Array;
  private readonly sum: Float64Array;
  private readonly squares: Float64Array;
  private invalid = 0;
  private perChannel = 0;
  private limit = 0;
  private readonly counts = new Float64Array(bins);

  constructor(private readonly channels: number) {
    this.minimum = new Float64Array(channels).fill(Infinity);
    this.maximum = new Float64Array(channels).fill(-Infinity);
    this.sum = new Float64Array(channels);
    this.squares = new Float64Array(channels);
  }

  /** Values that were infinite or no numbers; they are left out of the figures. */
  get notFinite(): number {
    return this.invalid;
  }

  /** Adds one picture's values [1, C, ...]. Most of a calibration's time that is not inference. */
  add(values: ArrayLike<number>): void {
    const pixels = values.length / this.channels;
    this.perChannel += pixels;
    for (let k = 0; k < this.channels; k++) {
      const largest = this.addExtremes(values, k, pixels);
      if (largest <= this.limit) this.addBounded(values, k, pixels);
      else this.addAny(values, k, pixels);
    }
  }

  /** Minimum and maximum of a channel; its largest magnitude, NaN where not all values are finite. */
  private addExtremes(values: ArrayLike<number>, k: number, pixels: number): number {
    const { minimum, maximum, isFinite } = extremesOf(values, k * pixels, (k + 1) * pixels);
    if (!isFinite) return this.addFiniteExtremes(values, k, pixels);
    if (minimum < this.minimum[k]!) this.minimum[k] = minimum;
    if (maximum > this.maximum[k]!) this.maximum[k] = maximum;
    return Math.max(-minimum, maximum);
  }

  /** The same where infinities or NaN are among the values. */
  private addFiniteExtremes(values: ArrayLike<number>, k: number, pixels: number): number {
    for (let i = k * pixels; i < (k + 1) * pixels; i++) {
      const value = values[i]!;
      if (!(Math.abs(value) < Infinity)) continue;
      if (value < this.minimum[k]!) this.minimum[k] = value;
      if (value > this.maximum[k]!) this.maximum[k] = value;
    }
    return NaN;
  }

  /** Sums and histogram of a channel whose values all lie within the limit: nearly always, so without a question too many. */
  private addBounded(values: ArrayLike<number>, k: number, pixels: number): void {
    const { counts, limit } = this;
    let sum = this.sum[k]!;
    let squares = this.squares[k]!;
    if (limit === 0) counts[0]! += pixels;
    for (let i = k * pixels; i < (k + 1) * pixels; i++) {
      const value = values[i]!;
      sum += value;
      squares += value * value;
      if (limit > 0) counts[binOf(Math.abs(value), limit)]!++;
    }
    this.sum[k] = sum;
    this.squares[k] = squares;
  }

  /** Sums and histogram of any channel: values that are not finite are left out, the limit grows. */
  private addAny(values: ArrayLike<number>, k: number, pixels: number): void {
    const { counts } = this;
    for (let i = k * pixels; i < (k + 1) * pixels; i++) {
      const value = values[i]!;
      const magnitude = Math.abs(value);
      if (!(magnitude < Infinity)) {
        this.invalid++;
        continue;
      }
      this.sum[k]! += value;
      this.squares[k]! += value * value;
      if (magnitude > this.limit) this.widen(magnitude);
      counts[this.limit > 0 ? binOf(magnitude, this.limit) : 0]!++;
    }
  }

  finish(): TensorStatistics {
    const { perChannel } = this;
    return {
      minimum: this.minimum,
      maximum: this.maximum,
      mean: this.sum.map((s) => s / Math.max(1, perChannel)),
      meanSquare: this.squares.map((s) => s / Math.max(1, perChannel)),
      histogram: { limit: this.limit, counts: this.counts },
    };
  }

  /** Doubles the range until it holds a magnitude, by merging neighbouring bins; the first range is the first magnitude seen. */
  private widen(magnitude: number): void {
    if (this.limit === 0) this.limit = magnitude;
    while (magnitude > this.limit) {
      for (let bin = 0; bin < bins / 2; bin++)
        this.counts[bin] = this.counts[2 * bin]! + this.counts[2 * bin + 1]!;
      this.counts.fill(0, bins / 2);
      this.limit *= 2;
    }
  }
}

/** The bin of a magnitude from 0 to the limit, which itself lies in the last one. */
function binOf(magnitude: number, limit: number): number {
  const bin = ((magnitude / limit) * bins) | 0;
  return bin < bins ? bin : bins - 1;
}
