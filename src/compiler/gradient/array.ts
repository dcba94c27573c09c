/**
 * Small dense arrays in float64: all that the constant part of the gradient algebra computes at compile time.
 * Row-major; shapes broadcast as ONNX's do.
 */
import type { Tensor } from '../graph/ir.ts';
import { broadcastShapes, padRank, sameShape, sizeOf, stridesOf, type Shape } from './shape.ts';

export interface NumberArray {
  readonly shape: Shape;
  readonly data: Float64Array | Float32Array;
}

/** A constant tensor's numbers. 64-bit integers are converted (they are sizes and indices, well inside 2^53). */
export function arrayOf(tensor: Tensor): NumberArray {
  const { data, shape } = tensor;
  if (data instanceof Float32Array || data instanceof Float64Array) return { shape, data };
  return { shape, data: Float64Array.from(data as ArrayLike<number | bigint>, Number) };
}

/** Walks every index of `shape` in row-major order with the positions in two arrays that have their own strides. */
function forEachIndex(shape: Shape, p: Shape, q: Shape, visit: (p: number, q: number) => void): void {
  const rank = shape.length;
  const index = new Array<number>(rank).fill(0);
  let [i, j] = [0, 0];
  for (let n = sizeOf(shape); n > 0; n--) {
    visit(i, j);
    for (let axis = rank - 1; axis >= 0; axis--) {
      const size = shape[axis]!;
      i += p[axis]!;
      j += q[axis]!;
      if (++index[axis]! < size) break;
      i -= p[axis]! * size;
      j -= q[axis]! * size;
      index[axis] = 0;
    }
  }
}

/** Strides that read an array as if it were broadcast to `shape`. */
function broadcastStrides(from: Shape, shape: Shape): number[] {
  const padded = padRank(from, shape.length);
  return stridesOf(padded).map((s, i) => (padded[i] === 1 ? 0 : s));
}

/** Element-wise combination with broadcasting. */
export function combine(a: NumberArray, b: NumberArray, f: (x: number, y: number) => number): NumberArray {
  const shape = broadcastShapes(a.shape, b.shape);
  if (!shape) throw new RangeError(`shapes [${a.shape}] and [${b.shape}] do not broadcast`);
  const data = new Float64Array(sizeOf(shape));
  let i = 0;
  forEachIndex(shape, broadcastStrides(a.shape, shape), broadcastStrides(b.shape, shape), (p, q) => {
    data[i++] = f(a.data[p]!, b.data[q]!);
  });
  return { shape, data };
}

export function mapArray(a: NumberArray, f: (x: number) => number): NumberArray {
  return { shape: a.shape, data: Float64Array.from(a.data, f) };
}

export function reshapeArray(a: NumberArray, shape: Shape): NumberArray {
  return { shape, data: a.data };
}

export function expandArray(a: NumberArray, shape: Shape): NumberArray {
  return sameShape(a.shape, shape)
    ? a
    : combine(a, { shape, data: new Float64Array(sizeOf(shape)) }, (x) => x);
}

export function transposeArray(a: NumberArray, perm: readonly number[]): NumberArray {
  const strides = stridesOf(a.shape);
  const shape = perm.map((p) => a.shape[p]!);
  const data = new Float64Array(a.data.length);
  const from = perm.map((p) => strides[p]!);
  forEachIndex(shape, from, stridesOf(shape), (p, q) => {
    data[q] = a.data[p]!;
  });
  return { shape, data };
}

/** Sum over the given axes, which stay with size 1. */
export function sumArray(a: NumberArray, axes: readonly number[]): NumberArray {
  const shape = a.shape.map((d, i) => (axes.includes(i) ? 1 : d));
  const data = new Float64Array(sizeOf(shape));
  forEachIndex(a.shape, stridesOf(a.shape), broadcastStrides(shape, a.shape), (p, q) => {
    data[q]! += a.data[p]!;
  });
  return { shape, data };
}

/** Elements start, start + step, ... (count of them) of one axis. */
export function sliceArray(
  a: NumberArray,
  axis: number,
  start: number,
  count: number,
  step = 1,
): NumberArray {
  const strides = stridesOf(a.shape);
  const shape = a.shape.map((d, i) => (i === axis ? count : d));
  const data = new Float64Array(sizeOf(shape));
  const base = start * strides[axis]!;
  const from = strides.map((s, k) => (k === axis ? s * step : s));
  forEachIndex(shape, from, stridesOf(shape), (p, q) => {
    data[q] = a.data[base + p]!;
  });
  return { shape, data };
}

/** Zeros around (and, with step > 1, between) the elements of one axis: the adjoint of sliceArray. */
export function unsliceArray(
  a: NumberArray,
  axis: number,
  size: number,
  start: number,
  step = 1,
): NumberArray {
  const shape = a.shape.map((d, i) => (i === axis ? size : d));
  const strides = stridesOf(shape);
  const data = new Float64Array(sizeOf(shape));
  const base = start * strides[axis]!;
  const to = strides.map((s, k) => (k === axis ? s * step : s));
  forEachIndex(a.shape, stridesOf(a.shape), to, (p, q) => {
    data[base + q] = a.data[p]!;
  });
  return { shape, data };
}

/** [M, K] x [K, N]. */
export function matmulArray(a: NumberArray, b: NumberArray): NumberArray {
  const [m, k] = a.shape as [number, number];
  const n = b.shape[1]!;
  const data = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < k; l++) {
      const x = a.data[i * k + l]!;
      if (x === 0) continue;
      for (let j = 0; j < n; j++) data[i * n + j]! += x * b.data[l * n + j]!;
    }
  }
  return { shape: [m, n], data };
}

/** As a float tensor. */
export function tensorOf(
  a: NumberArray,
  dtype: 'float32' | 'float64' | 'float16' | 'bfloat16' = 'float32',
): Tensor {
  const data = dtype === 'float64' ? Float64Array.from(a.data) : Float32Array.from(a.data);
  return { dtype, shape: [...a.shape], data };
}
