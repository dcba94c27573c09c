/**
 * Names, types, attributes and constants in ONNX's textual syntax (onnx.parser, onnx.printer).
 * Source: https://github.com/onnx/onnx/blob/main/docs/Syntax.md
 */
import type { Attribute, DataType, Tensor, ValueInfo } from '../../compiler/graph/ir.ts';

/** Constants with more values than this are elided. */
const elisionLimit = 8;

const typeNames: Readonly<Record<DataType, string>> = {
  float32: 'float',
  float64: 'double',
  float16: 'float16',
  bfloat16: 'bfloat16',
  int8: 'int8',
  uint8: 'uint8',
  int16: 'int16',
  uint16: 'uint16',
  int32: 'int32',
  uint32: 'uint32',
  int64: 'int64',
  uint64: 'uint64',
  bool: 'bool',
  string: 'string',
};

const quote = (text: string): string => JSON.stringify(text);

/** An identifier, quoted where the syntax needs it. */
export function identifier(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : quote(name);
}

/** `float[1,3,32,32]`; a scalar has no brackets. */
export function type(dtype: DataType, shape: readonly number[]): string {
  return shape.length === 0 ? typeNames[dtype] : `${typeNames[dtype]}[${shape.join(',')}]`;
}

export function valueType(value: ValueInfo): string {
  return type(value.dtype, value.shape);
}

/** The shortest decimal that reads back as the same single-precision number. */
export function float(value: number): string {
  const single = Math.fround(value);
  for (let digits = 1; digits <= 9; digits++) {
    const text = single.toPrecision(digits);
    if (Math.fround(Number(text)) === single) return String(Number(text));
  }
  return String(single);
}

/** `{1,2,3}`, or `{...}` beyond the limit. */
export function constant(tensor: Tensor): string {
  if (tensor.data.length > elisionLimit) return '{...}';
  const narrow = tensor.dtype === 'float32' || tensor.dtype === 'float16' || tensor.dtype === 'bfloat16';
  const values = Array.from(tensor.data as ArrayLike<number | bigint>, (v) =>
    narrow ? float(Number(v)) : String(v),
  );
  return `{${values.join(',')}}`;
}

const attributeText: {
  readonly [K in Attribute['kind']]: (value: Extract<Attribute, { kind: K }>['value']) => string;
} = {
  int: (v) => String(v),
  float: (v) => float(v),
  string: (v) => quote(v),
  tensor: (v) => `${type(v.dtype, v.shape)} ${constant(v)}`,
  ints: (v) => `[${v.join(', ')}]`,
  floats: (v) => `[${v.map(float).join(', ')}]`,
  strings: (v) => `[${v.map(quote).join(', ')}]`,
};

/** The value of an attribute. */
export function attributeValue(attribute: Attribute): string {
  return (attributeText[attribute.kind] as (value: unknown) => string)(attribute.value);
}

/** `pads: ints = [1, 1, 1, 1]` */
export function attribute(name: string, value: Attribute): string {
  return `${name}: ${value.kind} = ${attributeValue(value)}`;
}
