import type { TensorStatistics } from './calibration.ts';

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
    const { counts } = this;
    let { limit } = this;
    this.perChannel += pixels;
    for (let k = 0, i = 0; k < this.channels; k++) {
      let minimum = this.minimum[k]!;
      let maximum = this.maximum[k]!;
      let sum = this.sum[k]!;
      let squares = this.squares[k]!;
      for (const end = i + pixels; i < end; i++) {
        const value = values[i]!;
        const magnitude = Math.abs(value);
        if (!(magnitude < Infinity)) {
          this.invalid++;
          continue;
        }
        if (value < minimum) minimum = value;
        if (value > maximum) maximum = value;
        sum += value;
        squares += value * value;
        if (magnitude > limit) limit = this.widen(magnitude);
        const bin = limit > 0 ? Math.floor((magnitude / limit) * bins) : 0;
        counts[bin < bins ? bin : bins - 1]!++;
      }
      this.minimum[k] = minimum;
      this.maximum[k] = maximum;
      this.sum[k] = sum;
      this.squares[k] = squares;
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
  private widen(magnitude: number): number {
    if (this.limit === 0) this.limit = magnitude;
    while (magnitude > this.limit) {
      for (let bin = 0; bin < bins / 2; bin++)
        this.counts[bin] = this.counts[2 * bin]! + this.counts[2 * bin + 1]!;
      this.counts.fill(0, bins / 2);
      this.limit *= 2;
    }
    return this.limit;
  }
}
