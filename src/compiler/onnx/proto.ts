/**
 * The only module that knows `onnx-proto` (and the protobuf runtime under it).
 *
 * 64-bit integers are decoded as `Long` in every environment (a bundler or a worker would otherwise fall back to
 * lossy doubles); `rawData` and other bytes are views of the input, not copies.
 */
import * as onnxProto from 'onnx-proto';
import Long from 'long';
import protobuf from 'protobufjs/minimal.js';
import { fail } from '../diagnostics.ts';
import { foreignFormat } from './foreign-formats.ts';

protobuf.util.Long = Long as unknown as typeof protobuf.util.Long;
protobuf.configure();

// Node gives a CommonJS package as `default` only; bundlers give the names.
const { onnx } = ('default' in onnxProto ? onnxProto.default : onnxProto) as typeof onnxProto;

export type ModelProto = onnxProto.onnx.IModelProto;
export type GraphProto = onnxProto.onnx.IGraphProto;
export type NodeProto = onnxProto.onnx.INodeProto;
export type AttributeProto = onnxProto.onnx.IAttributeProto;
export type TensorProto = onnxProto.onnx.ITensorProto;
export type ValueInfoProto = onnxProto.onnx.IValueInfoProto;
export type FunctionProto = onnxProto.onnx.IFunctionProto;
export type Int64 = number | { toNumber(): number; toString(): string };

export const AttributeType = onnx.AttributeProto.AttributeType;
export const DataLocation = onnx.TensorProto.DataLocation;

/** A protobuf int64 as a JavaScript number; beyond 2^53 the nearest double. Absent is 0, as in protobuf. */
export function toNumber(value: Int64 | null | undefined): number {
  if (value === null || value === undefined) return 0;
  return typeof value === 'number' ? value : value.toNumber();
}

/** A protobuf int64 as a BigInt, exact. */
export function toBigInt(value: Int64): bigint {
  return BigInt(value.toString());
}

/** A number as a protobuf int64, saturated: INT64_MAX is "to the end" in many models and is no double. */
export function toInt64(value: number): Long {
  if (value >= 2 ** 63) return Long.MAX_VALUE;
  return Long.fromNumber(value);
}

/** Bytes -> ModelProto. Fails with CAM101 (not a model) or CAM102 (damaged). */
export function decodeModel(bytes: Uint8Array): ModelProto {
  const other = foreignFormat(bytes);
  if (other) return fail('CAM101', `The file is not an ONNX model but ${other.what}.`, other.hint);
  return guarded(bytes, () => onnx.ModelProto.decode(bytes));
}

/** Turns the exceptions of the protobuf runtime into diagnostics. */
function guarded<T>(bytes: Uint8Array, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // Field 1 is ir_version (varint); every exporter writes it first.
    if (bytes[0] !== 0x08)
      return fail(
        'CAM101',
        'The file is not an ONNX model.',
        'Choose a model saved in the ONNX format (.onnx).',
      );
    return fail(
      'CAM102',
      `The model is truncated or damaged: ${describe(reason)}.`,
      'Copy or export the model again.',
    );
  }
}

/**
 * Default attributes of the model-local functions (FunctionProto.attribute_proto, field 11), by function key.
 * They came with IR version 9, after the definition that `onnx-proto` was generated from, and would be lost.
 */
export function decodeFunctionDefaults(bytes: Uint8Array): Map<string, AttributeProto[]> {
  return guarded(bytes, () => readFunctionDefaults(bytes));
}

function readFunctionDefaults(bytes: Uint8Array): Map<string, AttributeProto[]> {
  const defaults = new Map<string, AttributeProto[]>();
  const reader = protobuf.Reader.create(bytes);
  forEachField(reader, reader.len, (field) => {
    if (field !== 25) return false;
    let [name, domain] = ['', ''];
    const attributes: AttributeProto[] = [];
    const end = reader.uint32() + reader.pos;
    forEachField(reader, end, (inner) => {
      if (inner === 1) name = reader.string();
      else if (inner === 10) domain = reader.string();
      else if (inner === 11) attributes.push(onnx.AttributeProto.decode(reader, reader.uint32()));
      else return false;
      return true;
    });
    defaults.set(functionKey(domain, name), attributes);
    return true;
  });
  return defaults;
}

/** Calls `read` for every field up to `end`; a field that it does not read is skipped. */
function forEachField(reader: protobuf.Reader, end: number, read: (field: number) => boolean): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (!read(tag >>> 3)) reader.skipType(tag & 7);
  }
}

/** Domain and name of a function or of the node that calls it. */
export function functionKey(domain: string | null | undefined, name: string | null | undefined): string {
  return `${domain === 'ai.onnx' ? '' : (domain ?? '')}::${name ?? ''}`;
}

/** ModelProto -> bytes. */
export function encodeModel(model: ModelProto): Uint8Array {
  return onnx.ModelProto.encode(model).finish();
}

/** Bytes -> TensorProto (test data, `.pb` files). */
export function decodeTensor(bytes: Uint8Array): TensorProto {
  try {
    return onnx.TensorProto.decode(bytes);
  } catch {
    return fail('CAM102', 'The tensor file is truncated or damaged.', 'Copy the file again.');
  }
}

function describe(reason: string): string {
  const range = /index out of range: (\d+) \+ (\d+) > (\d+)/.exec(reason);
  if (range) return `a field needs ${range[2]} bytes at offset ${range[1]}, the file ends at ${range[3]}`;
  return /wire type/.test(reason) ? 'an unknown field encoding' : 'a field cannot be decoded';
}
