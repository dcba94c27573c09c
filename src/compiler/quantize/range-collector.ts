import type { ChannelRanges } from './calibration.ts';
import { extremesOf } from './extremes.ts';

/** Collects the ranges of one tensor's channels over many pictures. */
export class RangeCollector {
  private readonly minimum: Float64Array;
  private readonly maximum: Float64Array;
  private invalid = 0;

  constructor(private readonly channels: number) {
    this.minimum = new Float64Array(channels).fill(Infinity);
    this.maximum = new Float64Array(channels).fill(-Infinity);
  }

  /** Values that were infinite or no numbers; a calibration with such ends there. */
  get notFinite(): number {
    return this.invalid;
  }

  /** Adds one picture's values [1, C, ...], each times `factor` > 0; products that are not finite are counted as such. */
  add(values: ArrayLike<number>, factor: number): void {
    const pixels = values.length / this.channels;
    for (let k = 0; k < this.channels; k++) {
      const { minimum, maximum, isFinite } = extremesOf(values, k * pixels, (k + 1) * pixels, factor);
      if (!isFinite) {
        for (let i = k * pixels; i < (k + 1) * pixels; i++)
          if (!(Math.abs(values[i]! * factor) < Infinity)) this.invalid++;
      }
      if (minimum < this.minimum[k]!) this.minimum[k] = minimum;
      if (maximum > this.maximum[k]!) this.maximum[k] = maximum;
    }
  }

  finish(): ChannelRanges {
    return { minimum: this.minimum, maximum: this.maximum };
  }
}
