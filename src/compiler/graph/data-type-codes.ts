/** TensorProto.DataType codes (onnx.proto), which also stand in attributes (Cast `to`, `output_dtype`). */
import { fail } from '../diagnostics.ts';
import type { DataType } from './ir.ts';

const codes: Readonly<Record<DataType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
};

const names = new Map(Object.entries(codes).map(([name, code]) => [code, name as DataType]));

/** Element types that ONNX has and Camber does not compute with; named in diagnostics. */
const unsupported: Readonly<Record<number, string>> = {
  0: 'UNDEFINED',
  14: 'COMPLEX64',
  15: 'COMPLEX128',
  17: 'FLOAT8E4M3FN',
  18: 'FLOAT8E4M3FNUZ',
  19: 'FLOAT8E5M2',
  20: 'FLOAT8E5M2FNUZ',
  21: 'UINT4',
  22: 'INT4',
  23: 'FLOAT4E2M1',
  24: 'FLOAT8E8M0',
  25: 'UINT2',
  26: 'INT2',
};

/** DataType -> TensorProto.DataType code. */
export function dataTypeCode(dtype: DataType): number {
  return codes[dtype];
}

/** TensorProto.DataType code -> DataType, or undefined where Camber has no such type. */
export function dataTypeFromCode(code: number): DataType | undefined {
  return names.get(code);
}

/** TensorProto.DataType code -> DataType; CAM201 for a type outside Camber's set. */
export function requireDataType(code: number, tensor: string): DataType {
  return (
    names.get(code) ??
    fail(
      'CAM201',
      `Tensor "${tensor}" has the element type ${unsupported[code] ?? `number ${code}`}, which Camber does not support.`,
      'Export the model with float32, float16 or 8-bit integer tensors.',
      { tensor },
    )
  );
}
