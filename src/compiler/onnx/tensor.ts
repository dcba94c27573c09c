/** TensorProto <-> Tensor, in every encoding: raw bytes, typed fields, external data. */
import type { DataType, Tensor, TypedData } from '../graph/ir.ts';
import { allocate, bytesPerElement, elementCount, isBig } from '../graph/tensor.ts';
import { fail } from '../diagnostics.ts';
import { requireDataType, dataTypeCode } from '../graph/data-type-codes.ts';
import { externalBytes, type ExternalData } from './external-data.ts';
import { bfloatToFloat, floatToBfloat, floatToHalf, halfToFloat } from '../graph/float16.ts';
import { DataLocation, toBigInt, toNumber, type Int64, type TensorProto } from './proto.ts';

/** Largest dimension or element count that is taken for real. */
export const maxElements = 2 ** 31 - 1;

/**
 * Reads a TensorProto. Data that lies aligned in the file is viewed in place, else copied once; nothing is
 * allocated before the sizes agree. Fails with CAM102, CAM105, CAM106 or CAM201.
 */
export function readTensor(proto: TensorProto, name: string, external?: ExternalData): Tensor {
  const dtype = requireDataType(proto.dataType ?? 0, name);
  if (dtype === 'string') {
    return fail('CAM201', `Tensor "${name}" holds strings.`, 'Remove string tensors from the model.', {
      tensor: name,
    });
  }
  const shape = (proto.dims ?? []).map(toNumber);
  const count = elementCount(shape);
  if (shape.some((d) => d < 0) || !(count <= maxElements)) {
    return fail(
      'CAM106',
      `Tensor "${name}" has the shape [${shape.join(', ')}].`,
      'Export the model again.',
      {
        tensor: name,
      },
    );
  }
  const raw =
    proto.dataLocation === DataLocation.EXTERNAL ? externalBytes(proto, name, external) : proto.rawData;
  const data = raw?.length ? fromBytes(raw, dtype, count, name) : fromTypedField(proto, dtype, count, name);
  return { dtype, shape, data };
}

/** Writes a Tensor as a TensorProto with raw data. The proto views the tensor's memory. */
export function writeTensor(tensor: Tensor, name: string): TensorProto {
  return { name, dataType: dataTypeCode(tensor.dtype), dims: [...tensor.shape], rawData: toBytes(tensor) };
}

function sizeMismatch(name: string, expected: string, found: string): never {
  return fail(
    'CAM102',
    `Tensor "${name}" needs ${expected}, the model holds ${found}.`,
    'Copy or export the model again.',
    { tensor: name },
  );
}

function fromBytes(raw: Uint8Array, dtype: DataType, count: number, name: string): TypedData {
  const bytes = bytesPerElement[dtype];
  if (raw.length !== count * bytes) sizeMismatch(name, `${count * bytes} bytes`, `${raw.length}`);
  const widen = dtype === 'float16' ? halfToFloat : dtype === 'bfloat16' ? bfloatToFloat : undefined;
  const aligned = raw.byteOffset % bytes === 0 ? raw : new Uint8Array(raw);
  if (widen) {
    const bits = new Uint16Array(aligned.buffer, aligned.byteOffset, count);
    const data = new Float32Array(count);
    for (let i = 0; i < count; i++) data[i] = widen(bits[i]!);
    return data;
  }
  const View = allocate(dtype, 0).constructor as new (
    b: ArrayBufferLike,
    offset: number,
    length: number,
  ) => TypedData;
  return new View(aligned.buffer, aligned.byteOffset, count);
}

/** Which field of TensorProto holds which element type, as onnx.proto says. */
function typedField(proto: TensorProto, dtype: DataType): ArrayLike<Int64> {
  const fields: Partial<Record<DataType, ArrayLike<Int64> | null | undefined>> = {
    float32: proto.floatData,
    float64: proto.doubleData,
    int64: proto.int64Data,
    uint64: proto.uint64Data,
    uint32: proto.uint64Data,
  };
  return (dtype in fields ? fields[dtype] : proto.int32Data) ?? [];
}

function fromTypedField(proto: TensorProto, dtype: DataType, count: number, name: string): TypedData {
  const values = typedField(proto, dtype);
  if (values.length !== count) sizeMismatch(name, `${count} elements`, `${values.length}`);
  const data = allocate(dtype, count);
  if (isBig(dtype)) {
    const big = data as BigInt64Array;
    for (let i = 0; i < count; i++) big[i] = toBigInt(values[i]!);
    return data;
  }
  const numbers = data as Float32Array;
  const widen = dtype === 'float16' ? halfToFloat : dtype === 'bfloat16' ? bfloatToFloat : toNumber;
  for (let i = 0; i < count; i++) numbers[i] = widen(toNumber(values[i]!));
  return data;
}

function toBytes({ dtype, data }: Tensor): Uint8Array {
  const narrow = dtype === 'float16' ? floatToHalf : dtype === 'bfloat16' ? floatToBfloat : undefined;
  if (!narrow) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const bits = new Uint16Array(data.length);
  for (let i = 0; i < bits.length; i++) bits[i] = narrow(Number(data[i]!));
  return new Uint8Array(bits.buffer);
}
