/**
 * Strided views of constant tensors: the one module that knows the `ndarray` package. Transposing, slicing,
 * reversing and broadcasting are views; `materialise` copies a view into a row-major tensor.
 */
import ndarray from 'ndarray';
import type { DataType, Tensor, TypedData } from './ir.ts';
import { allocate, elementCount, strides } from './tensor.ts';

/** ndarray's view; its own typings know no BigInt arrays over shared memory, hence the `data` of ours. */
export type View = Omit<ndarray.NdArray, 'data'> & { readonly data: TypedData };

/** A view of the whole tensor. */
export function view(tensor: Tensor): View {
  return make(tensor.data, tensor.shape, strides(tensor.shape), 0);
}

function make(data: TypedData, shape: readonly number[], stride: readonly number[], offset: number): View {
  return ndarray(data as Float32Array, [...shape], [...stride], offset) as unknown as View;
}

/** The view with its axes permuted, as numpy's transpose. */
export function transpose(v: View, permutation: readonly number[]): View {
  return v.transpose(...permutation) as unknown as View;
}

/** The view repeated without copying along axes of size 1 and new leading axes. The shapes must be compatible. */
export function broadcast(v: View, shape: readonly number[]): View {
  const lead = shape.length - v.dimension;
  const stride = shape.map((size, axis) => {
    const own = axis - lead;
    return own < 0 || (v.shape[own] === 1 && size !== 1) ? 0 : v.stride[own]!;
  });
  return make(v.data, shape, stride, v.offset);
}

/** Elements start, start + step, ... along one axis; `count` of them. A negative step walks backwards. */
export function sliceAxis(v: View, axis: number, start: number, step: number, count: number): View {
  const shape = v.shape.map((size, i) => (i === axis ? count : size));
  const stride = v.stride.map((s, i) => (i === axis ? s * step : s));
  return make(v.data, shape, stride, v.offset + start * v.stride[axis]!);
}

/** A row-major copy. */
export function materialise(v: View, dtype: DataType): Tensor {
  const data = allocate(dtype, elementCount(v.shape));
  copy(v, data, 0, strides(v.shape));
  return { dtype, shape: [...v.shape], data };
}

/**
 * Writes every element of the view into `target`, at `offset` plus the target strides: a view can so be placed
 * inside a larger tensor (Concat, Pad).
 */
export function copy(v: View, target: TypedData, offset: number, targetStrides: readonly number[]): void {
  const source = v.data as Float32Array;
  const out = target as Float32Array;
  const last = v.dimension - 1;
  if (last < 0) {
    out[offset] = source[v.offset]!;
    return;
  }
  const walk = (axis: number, from: number, to: number): void => {
    const count = v.shape[axis]!;
    const step = v.stride[axis]!;
    const stride = targetStrides[axis]!;
    for (let i = 0; i < count; i++, from += step, to += stride) {
      if (axis === last) out[to] = source[from]!;
      else walk(axis + 1, from, to);
    }
  };
  walk(0, v.offset, offset);
}

/** Applies `visit(position, offsets)` to every element of a shape; offsets run through the given views in step. */
export function zip(
  shape: readonly number[],
  views: readonly View[],
  visit: (position: number, offsets: readonly number[]) => void,
): void {
  const aligned = views.map((v) => broadcast(v, shape));
  const offsets = aligned.map((v) => v.offset);
  const index = new Array<number>(shape.length).fill(0);
  const count = elementCount(shape);
  for (let position = 0; position < count; position++) {
    visit(position, offsets);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis]!;
      const wraps = ++index[axis]! === size;
      for (let k = 0; k < aligned.length; k++) {
        const step = aligned[k]!.stride[axis]!;
        offsets[k]! += wraps ? step * (1 - size) : step;
      }
      if (!wraps) break;
      index[axis] = 0;
    }
  }
}
