/** Sums of products too small to be worth a kernel, over int16 tensors in HWC order with stored channels. */
import type { WindowGeometry } from '../../compiler/quantize/network.ts';
import type { Buffer, Stored } from './engine-memory.ts';

/** acc[y,x,k] = sum of in over the window; taps outside read the zero point. For the image, which has fewer stored channels. */
export function windowSum(
  input: Stored,
  { kernel, strides, pads, dilations }: WindowGeometry,
  { tensor: { channels: count, height, width }, channels }: Buffer,
  accumulators: Int32Array,
): void {
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += channels) {
      accumulators.fill(0, at, at + channels);
      for (let ky = 0; ky < kernel[0]; ky++) {
        const iy = y * strides[0] + ky * dilations[0] - pads[0];
        for (let kx = 0; kx < kernel[1]; kx++) {
          const ix = x * strides[1] + kx * dilations[1] - pads[1];
          const inside = iy >= 0 && iy < input.height && ix >= 0 && ix < input.width;
          const from = (iy * input.width + ix) * input.channels;
          for (let k = 0; k < count; k++) {
            accumulators[at + k]! += inside ? input.values[from + k]! : input.zeroPoint;
          }
        }
      }
    }
  }
}

/** acc[ky,kx,o] = sum of dY over the outputs whose tap (ky,kx) lies inside an input of the given size. */
export function borderSums(
  input: Stored,
  { kernel, strides, pads, dilations }: WindowGeometry,
  inputSize: readonly [number, number],
  accumulators: Int32Array,
): void {
  const { channels } = input;
  accumulators.fill(0, 0, kernel[0] * kernel[1] * channels);
  for (let ky = 0; ky < kernel[0]; ky++) {
    for (let kx = 0; kx < kernel[1]; kx++) {
      const at = (ky * kernel[1] + kx) * channels;
      for (let y = 0; y < input.height; y++) {
        const iy = y * strides[0] + ky * dilations[0] - pads[0];
        if (iy < 0 || iy >= inputSize[0]) continue;
        for (let x = 0; x < input.width; x++) {
          const ix = x * strides[1] + kx * dilations[1] - pads[1];
          if (ix < 0 || ix >= inputSize[1]) continue;
          const from = (y * input.width + x) * channels;
          for (let k = 0; k < channels; k++) accumulators[at + k]! += input.values[from + k]!;
        }
      }
    }
  }
}

/** acc[a,b,k] = sum of in over the rows of band a and the columns of band b, each given by its first and the next one's. */
export function bandSums(
  { values, width, channels }: Stored,
  rows: readonly number[],
  columns: readonly number[],
  accumulators: Int32Array,
): void {
  const across = columns.length - 1;
  accumulators.fill(0, 0, (rows.length - 1) * across * channels);
  for (let a = 0; a + 1 < rows.length; a++) {
    for (let y = rows[a]!; y < rows[a + 1]!; y++) {
      for (let b = 0; b < across; b++) {
        const at = (a * across + b) * channels;
        for (let x = columns[b]!; x < columns[b + 1]!; x++) {
          const from = (y * width + x) * channels;
          for (let k = 0; k < channels; k++) accumulators[at + k]! += values[from + k]!;
        }
      }
    }
  }
}

/** acc[y,x,k] = row[k] at every position. */
export function spreadRow(row: Int8Array, pixels: number, channels: number, accumulators: Int32Array): void {
  for (let p = 0; p < pixels; p++) {
    for (let k = 0; k < row.length; k++) accumulators[p * channels + k] = row[k]!;
  }
}

/** acc[y,x] = sum over k of alpha[k] * (A[y,x,k] - zero). */
export function mapSum(
  input: Stored,
  alpha: ArrayLike<number>,
  count: number,
  zero: number,
  accumulators: Int32Array,
): void {
  const pixels = input.height * input.width;
  for (let p = 0; p < pixels; p++) {
    let sum = 0;
    for (let k = 0; k < count; k++) sum += alpha[k]! * (input.values[p * input.channels + k]! - zero);
    accumulators[p] = sum;
  }
}
