/** Matrix products, and the quantising operators. */
import { intAttribute } from '../attributes.ts';
import type { DataType } from '../ir.ts';
import { dataTypeFromCode } from '../data-type-codes.ts';
import {
  broadcastShapes,
  sameType,
  ShapeError,
  type RuleContext,
  type RuleTable,
  type TypeAndShape,
} from './rule.ts';

function text(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

/** numpy's matmul: vectors are promoted to matrices, leading axes broadcast. */
function matmul(a: readonly number[], b: readonly number[], dtype: DataType): TypeAndShape[] {
  if (a.length === 0 || b.length === 0) throw new ShapeError('a scalar cannot be multiplied as a matrix');
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  if (left.at(-1) !== right.at(-2)) throw new ShapeError(`${text(a)} and ${text(b)} cannot be multiplied`);
  const shape = broadcastShapes(left.slice(0, -2), right.slice(0, -2));
  if (a.length > 1) shape.push(left.at(-2)!);
  if (b.length > 1) shape.push(right.at(-1)!);
  return [{ dtype, shape }];
}

/** Output of a matrix product with transA and transB, its factors given by input index. */
export function gemm(c: RuleContext, a: number, b: number, dtype: DataType): TypeAndShape[] {
  const left = c.shape(a);
  const right = c.shape(b);
  if (left.length !== 2 || right.length !== 2)
    throw new ShapeError(`${text(left)} or ${text(right)} is no matrix`);
  const [m, k] = intAttribute(c.node, 'transA', 0) ? [left[1]!, left[0]!] : [left[0]!, left[1]!];
  const [inner, n] = intAttribute(c.node, 'transB', 0) ? [right[1]!, right[0]!] : [right[0]!, right[1]!];
  if (k !== inner) throw new ShapeError(`${text(left)} and ${text(right)} cannot be multiplied`);
  return [{ dtype, shape: [m, n] }];
}

export const linearRules: RuleTable = {
  MatMul: (c) => matmul(c.shape(0), c.shape(1), sameType(c)),
  MatMulInteger: (c) => matmul(c.shape(0), c.shape(1), 'int32'),
  QLinearMatMul: (c) => matmul(c.shape(0), c.shape(3), c.type(7)),
  Gemm: (c) => gemm(c, 0, 1, sameType(c)),
  QuantizeLinear: (c) => {
    const asked = dataTypeFromCode(intAttribute(c.node, 'output_dtype', 0));
    return [{ dtype: c.has(2) ? c.type(2) : (asked ?? 'uint8'), shape: c.shape(0) }];
  },
  DequantizeLinear: (c) => [
    { dtype: dataTypeFromCode(intAttribute(c.node, 'output_dtype', 0)) ?? c.type(1), shape: c.shape(0) },
  ],
  DynamicQuantizeLinear: (c) => [
    { dtype: 'uint8', shape: c.shape(0) },
    { dtype: 'float32', shape: [] },
    { dtype: 'uint8', shape: [] },
  ],
};
