/**
 * The graph: Camber's immutable form of an ONNX model. Passes take a Graph and return a new one.
 *
 * Invariants: nodes are in topological order; every non-empty input name is a graph input, an initializer or an
 * output of an earlier node; names are unique; values hold the static shape and type of every tensor once
 * shape inference has run.
 */

/** Element types, by their ONNX TensorProto names in lower case. */
export type DataType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'bool'
  | 'string';

/** Storage of constant data. float16 and bfloat16 are widened to Float32Array, bool is Uint8Array, 64-bit integers are BigInt arrays. */
export type TypedData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** A constant tensor, row-major. A scalar has shape []. */
export interface Tensor {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly data: TypedData;
}

export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: Tensor }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] };

export interface Node {
  /** Unique, never empty (made up from op and output where the file has none). */
  readonly name: string;
  readonly op: string;
  /** '' is the standard ONNX domain. */
  readonly domain: string;
  /** Tensor names; '' marks an omitted optional input. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** Type and static shape of a tensor. */
export interface ValueInfo {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: readonly number[];
}

export interface Graph {
  readonly name: string;
  /** Opset version of the standard domain. */
  readonly opset: number;
  readonly irVersion: number;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly nodes: readonly Node[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  /** Every tensor's type and shape (inputs, initializers, node outputs); complete after shape inference. */
  readonly values: ReadonlyMap<string, ValueInfo>;
  /** metadata_props of the model file. */
  readonly metadata: Readonly<Record<string, string>>;
}
