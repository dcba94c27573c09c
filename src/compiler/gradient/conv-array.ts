/** Adjoints of convolution on constant tables, one row per class, at compile time. */
import type { Window } from '../graph/window.ts';
import { matmulArray, reshapeArray, sliceArray, transposeArray, type NumberArray } from './array.ts';
import { sizeOf, type Shape } from './shape.ts';
import { outputsOfTap } from './window.ts';

/** sum_o,ky,kx W[o,k,ky,kx] S[n,o,ky,kx] for sums [N, O, kh, kw] and weights [O, K/g, kh, kw]: [N, K]. */
export function convMeanArray(sums: NumberArray, weights: NumberArray, group: number): NumberArray {
  const [classes, outputs] = sums.shape as [number, number];
  const perGroup = outputs / group;
  const inputs = weights.shape[1]!;
  const taps = sizeOf(weights.shape.slice(2));
  const data = new Float64Array(classes * inputs * group);
  for (let g = 0; g < group; g++) {
    const s = reshapeArray(sliceArray(sums, 1, g * perGroup, perGroup), [classes, perGroup * taps]);
    const w = transposeArray(sliceArray(weights, 0, g * perGroup, perGroup), [0, 2, 3, 1]);
    const mean = matmulArray(s, reshapeArray(w, [perGroup * taps, inputs]));
    for (let n = 0; n < classes; n++) {
      data.set(mean.data.subarray(n * inputs, (n + 1) * inputs), n * inputs * group + g * inputs);
    }
  }
  return { shape: [classes, inputs * group], data };
}

/** The transposed convolution of dY [N, O, Ho, Wo] with weights [O, K/g, kh, kw]: [N, K, H, W]. */
export function convBackwardArray(
  dY: NumberArray,
  weights: NumberArray,
  window: Window,
  group: number,
  input: Shape,
): NumberArray {
  const [classes, outputs, rows, columns] = dY.shape as [number, number, number, number];
  const [, channels, height, width] = input as [number, number, number, number];
  const [perGroup, inputs] = [outputs / group, channels / group];
  const [kh, kw] = window.kernel as [number, number];
  const data = new Float64Array(classes * channels * height * width);
  for (let tap = 0; tap < kh * kw; tap++) {
    const [ky, kx] = [Math.floor(tap / kw), tap % kw];
    const [y0, y1] = outputsOfTap(window, 0, ky, height, rows);
    const [x0, x1] = outputsOfTap(window, 1, kx, width, columns);
    const corner = ky * window.dilations[0]! - window.padsBegin[0]!;
    const side = kx * window.dilations[1]! - window.padsBegin[1]!;
    for (let plane = 0; plane < classes * outputs; plane++) {
      const [n, o] = [Math.floor(plane / outputs), plane % outputs];
      const first = Math.floor(o / perGroup) * inputs;
      for (let i = 0; i < inputs; i++) {
        const w = weights.data[(o * inputs + i) * kh * kw + tap]!;
        for (let y = y0; y < y1; y++) {
          const to = ((n * channels + first + i) * height + y * window.strides[0]! + corner) * width + side;
          const from = (plane * rows + y) * columns;
          for (let x = x0; x < x1; x++) data[to + x * window.strides[1]!]! += w * dY.data[from + x]!;
        }
      }
    }
  }
  return { shape: [classes, channels, height, width], data };
}
