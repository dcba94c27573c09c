import type { Box, Picture } from './picture.ts';

/** For every output position the first input position that counts and the weights from there on. */
interface Taps {
  readonly first: Int32Array;
  readonly weights: readonly Float64Array[];
}

/**
 * Triangle filter with half-pixel centres, widened when scaling down so that every input pixel counts (what PIL
 * and torchvision with antialias call bilinear).
 *
 * @param from start of the source interval, in input pixels
 * @param length length of the source interval
 */
function triangleTaps(inputs: number, outputs: number, from: number, length: number): Taps {
  const scale = length / outputs;
  const support = Math.max(1, scale);
  const first = new Int32Array(outputs);
  const weights: Float64Array[] = [];
  for (let o = 0; o < outputs; o++) {
    const centre = from + (o + 0.5) * scale;
    const begin = Math.max(0, Math.floor(centre - support + 0.5));
    const end = Math.min(inputs, Math.floor(centre + support + 0.5));
    const w = new Float64Array(Math.max(1, end - begin));
    let sum = 0;
    for (let i = begin; i < end; i++) {
      const value = Math.max(0, 1 - Math.abs((i + 0.5 - centre) / support));
      w[i - begin] = value;
      sum += value;
    }
    first[o] = Math.min(begin, inputs - 1);
    weights.push(sum > 0 ? w.map((v) => v / sum) : Float64Array.of(1));
  }
  return { first, weights };
}

/** The input positions that any output reads: from the first up to but not including the second. */
function covered({ first, weights }: Taps): [number, number] {
  const last = first.length - 1;
  return [first[0]!, first[last]! + weights[last]!.length];
}

/**
 * Resamples `channels` interleaved planes bilinearly; values are any numbers.
 *
 * @returns row-major, height x width x channels, not rounded
 */
export function resample(
  data: ArrayLike<number>,
  size: { readonly width: number; readonly height: number },
  channels: number,
  box: Box,
  out: { readonly width: number; readonly height: number },
): Float64Array {
  const horizontal = triangleTaps(size.width, out.width, box.x, box.width);
  const vertical = triangleTaps(size.height, out.height, box.y, box.height);
  const rows = new Float64Array(size.height * out.width * channels);
  // Only the rows that the box covers are read below.
  const [begin, end] = covered(vertical);
  for (let y = begin; y < end; y++) {
    for (let x = 0; x < out.width; x++) {
      const w = horizontal.weights[x]!;
      const first = horizontal.first[x]!;
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let i = 0; i < w.length; i++) sum += w[i]! * data[(y * size.width + first + i) * channels + c]!;
        rows[(y * out.width + x) * channels + c] = sum;
      }
    }
  }
  const result = new Float64Array(out.height * out.width * channels);
  const stride = out.width * channels;
  for (let y = 0; y < out.height; y++) {
    const w = vertical.weights[y]!;
    const first = vertical.first[y]!;
    for (let k = 0; k < stride; k++) {
      let sum = 0;
      for (let i = 0; i < w.length; i++) sum += w[i]! * rows[(first + i) * stride + k]!;
      result[y * stride + k] = sum;
    }
  }
  return result;
}

/** The part `box` of a picture, scaled to `out`, rounded to uint8. */
export function resizePicture(
  picture: Picture,
  box: Box,
  out: { readonly width: number; readonly height: number },
): Picture {
  const values = resample(picture.rgb, picture, 3, box, out);
  return { width: out.width, height: out.height, rgb: Uint8Array.from(values, (v) => Math.round(v)) };
}
