import type { ChannelRanges } from './calibration.ts';

/** Collects the ranges of one tensor's channels over many pictures. */
export class RangeCollector {
  private readonly minimum: Float64Array;
  private readonly maximum: Float64Array;
  private invalid = 0;

  constructor(private readonly channels: number) {
    this.minimum = new Float64Array(channels).fill(Infinity);
    this.maximum = new Float64Array(channels).fill(-Infinity);
  }

  /** Values that were infinite or no numbers; they are left out of the ranges. */
  get notFinite(): number {
    return this.invalid;
  }

  /** Adds one picture's values [1, C, ...], each times `factor` > 0; products that are not finite are counted as such. */
  add(values: ArrayLike<number>, factor: number): void {
    const pixels = values.length / this.channels;
    for (let k = 0, i = 0; k < this.channels; k++) {
      let [minimum, maximum] = [Infinity, -Infinity];
      for (const end = i + pixels; i < end; i++) {
        const value = values[i]!;
        if (!(Math.abs(value) * factor < Infinity)) {
          this.invalid++;
          continue;
        }
        if (value < minimum) minimum = value;
        if (value > maximum) maximum = value;
      }
      this.minimum[k] = Math.min(this.minimum[k]!, minimum * factor);
      this.maximum[k] = Math.max(this.maximum[k]!, maximum * factor);
    }
  }

  finish(): ChannelRanges {
    return { minimum: this.minimum, maximum: this.maximum };
  }
}
