/** Making and measuring constant tensors. */
import type { DataType, Tensor, TypedData } from './ir.ts';

type Stored = Exclude<DataType, 'string'>;

const arrays: Readonly<Record<Stored, (length: number) => TypedData>> = {
  float32: (n) => new Float32Array(n),
  float64: (n) => new Float64Array(n),
  float16: (n) => new Float32Array(n),
  bfloat16: (n) => new Float32Array(n),
  int8: (n) => new Int8Array(n),
  uint8: (n) => new Uint8Array(n),
  int16: (n) => new Int16Array(n),
  uint16: (n) => new Uint16Array(n),
  int32: (n) => new Int32Array(n),
  uint32: (n) => new Uint32Array(n),
  int64: (n) => new BigInt64Array(n),
  uint64: (n) => new BigUint64Array(n),
  bool: (n) => new Uint8Array(n),
};

/** Bytes per element as ONNX stores it (float16: 2, though held as float32 in memory). */
export const bytesPerElement: Readonly<Record<DataType, number>> = {
  float32: 4,
  float64: 8,
  float16: 2,
  bfloat16: 2,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  bool: 1,
  string: 8,
};

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, d) => product * d, 1);
}

/** Zero-filled storage for `length` elements. */
export function allocate(dtype: DataType, length: number): TypedData {
  if (dtype === 'string') throw new TypeError('string tensors have no storage');
  return arrays[dtype](length);
}

export function isFloat(dtype: DataType): boolean {
  return dtype === 'float32' || dtype === 'float64' || dtype === 'float16' || dtype === 'bfloat16';
}

/** True for int64 and uint64, whose elements are BigInts. */
export function isBig(dtype: DataType): boolean {
  return dtype === 'int64' || dtype === 'uint64';
}

/** A float32 tensor. */
export function floatTensor(shape: readonly number[], data: ArrayLike<number>): Tensor {
  return { dtype: 'float32', shape, data: data instanceof Float32Array ? data : Float32Array.from(data) };
}

/** An int64 tensor; one-dimensional unless a shape is given. */
export function int64Tensor(values: readonly number[], shape: readonly number[] = [values.length]): Tensor {
  return { dtype: 'int64', shape, data: BigInt64Array.from(values, BigInt) };
}

/** A tensor of one value; a scalar unless a shape is given. */
export function filledTensor(dtype: DataType, value: number | bigint, shape: readonly number[] = []): Tensor {
  const data = allocate(dtype, elementCount(shape));
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.fill(BigInt(value));
  else data.fill(Number(value));
  return { dtype, shape, data };
}

/** All elements as JavaScript numbers (int64 to the nearest double). For small tensors: shapes, axes, pads. */
export function toNumbers(tensor: Tensor): number[] {
  return Array.from(tensor.data as ArrayLike<number | bigint>, Number);
}

/** Row-major strides of a shape, in elements. */
export function strides(shape: readonly number[]): number[] {
  const result = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    result[i] = step;
    step *= shape[i]!;
  }
  return result;
}
