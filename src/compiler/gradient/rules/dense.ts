/** Adjoints of dense layers and matrix products (Gemm, MatMul). */
import { arrayOf, reshapeArray, sumArray, tensorOf, transposeArray } from '../array.ts';
import type { Gradient } from '../gradient.ts';
import { floatAttribute, intAttribute } from '../../graph/attributes.ts';
import type { Rule, RuleContext } from '../rule.ts';
import { padRank, sizeOf, type Shape } from '../shape.ts';

/** Y = alpha A' B' + beta C, with A' and B' transposed or not. */
export const gemm: Rule = {
  gradient(c, input) {
    const dY = c.gradient();
    if (input === 2)
      return c.algebra.sumTo(c.algebra.scale(dY, floatAttribute(c.node, 'beta', 1)), c.shape(2));
    const scaled = c.algebra.scale(dY, floatAttribute(c.node, 'alpha', 1));
    const [transA, transB] = [transposed(c, 'transA'), transposed(c, 'transB')];
    if (input === 0 && !transA && c.constant(1)) return c.algebra.dense(scaled, c.node.inputs[1]!, !transB);
    const [a, b] = [c.node.inputs[0]!, c.node.inputs[1]!];
    // dA' = dY B'^T, dB' = A'^T dY; where the operand was transposed, the transpose of that.
    return input === 0
      ? product(c, scaled, b, { first: true, flipOther: !transB, flipResult: transA })
      : product(c, scaled, a, { first: false, flipOther: !transA, flipResult: transB });
  },
  mean(c, input, groups) {
    if (input !== 0 || transposed(c, 'transA') || !c.constant(1) || c.shape(0)[0] !== 1) return undefined;
    const dY = c.algebra.scale(c.gradient(), floatAttribute(c.node, 'alpha', 1));
    return averagedDense(c, dY, groups, transposed(c, 'transB'));
  },
};

function transposed(c: RuleContext, name: string): boolean {
  return intAttribute(c.node, name, 0) === 1;
}

/** The mean moves into the weights: those of each group are averaged, at compile time. W is [N, K] or [K, N]. */
function averagedDense(c: RuleContext, dY: Gradient, groups: number, rowsAreOutputs: boolean): Gradient {
  const name = c.node.inputs[1]!;
  const w = c.constant(1)!;
  const rows = rowsAreOutputs ? arrayOf(w) : transposeArray(arrayOf(w), [1, 0]);
  const [n, k] = rows.shape as [number, number];
  if (k === groups) return c.algebra.dense(dY, name, !rowsAreOutputs);
  if (dY.kind === 'zero') return { kind: 'zero', shape: [1, groups] };
  const summed = reshapeArray(sumArray(reshapeArray(rows, [n, groups, k / groups]), [2]), [n, groups]);
  const averaged = { shape: summed.shape, data: summed.data.map((x) => (x * groups) / k) };
  const weights = c.emitter.constant(`${name}/averaged`, tensorOf(averaged, w.dtype as 'float32'));
  return c.algebra.dense(dY, weights, false);
}

/** numpy.matmul: batched over leading axes, with broadcasting; one-dimensional operands are rows or columns. */
export const matmul: Rule = {
  gradient(c, input) {
    const dY = c.gradient();
    const [a, b] = [c.shape(0), c.shape(1)];
    if (input === 0 && a.length === 2 && a[0] === 1 && b.length === 2 && c.constant(1)) {
      return c.algebra.dense(dY, c.node.inputs[1]!, true);
    }
    return input === 0
      ? product(c, dY, c.node.inputs[1]!, { first: true, flipOther: true, flipResult: false })
      : product(c, dY, c.node.inputs[0]!, { first: false, flipOther: true, flipResult: false });
  },
  mean(c, input, groups) {
    const [a, b] = [c.shape(0), c.shape(1)];
    if (input !== 0 || a.length !== 2 || a[0] !== 1 || b.length !== 2 || !c.constant(1)) return undefined;
    return averagedDense(c, c.gradient(), groups, false);
  },
};

/** dY times the other operand (`first`: dY on the left), at run time, summed back over broadcast batch axes. */
function product(
  c: RuleContext,
  dY: Gradient,
  other: string,
  how: { first: boolean; flipOther: boolean; flipResult: boolean },
): Gradient {
  const wanted = c.shape(how.first ? 0 : 1);
  if (dY.kind === 'zero') return { kind: 'zero', shape: wanted };
  const e = c.emitter;
  const nature = c.fixed(how.first ? 1 : 0) ? 'constant' : 'general';
  // One-dimensional operands become a row (left) or a column (right), and dY gets back the axis that was dropped.
  const [left, right] = [asMatrix(c.shape(0), true), asMatrix(c.shape(1), false)];
  const output = [...dY.shape];
  if (c.shape(1).length === 1) output.push(1);
  if (c.shape(0).length === 1) output.splice(output.length - 1, 0, 1);
  const batch = output.slice(0, -2);
  const flip = (x: string, yes: boolean) => (yes ? e.transpose(x, swapLast(e.shape(x).length)) : x);
  const whole = c.algebra.reshape(dY, output);
  const operand = e.reshape(other, how.first ? right : left);
  const rank = Math.max(output.length, e.shape(operand).length);
  const shape = padRank([...batch, ...(how.first ? left : right).slice(-2)], rank);
  const result = c.algebra.apply(whole, nature, shape, (g) => {
    const flipped = flip(operand, how.flipOther);
    const made = how.first ? e.matmul(g, flipped) : e.matmul(flipped, g);
    return flip(made, how.flipResult);
  });
  const target = how.first ? left : right;
  return c.algebra.reshape(c.algebra.sumTo(result, padTo(target, rank)), wanted);
}

function asMatrix(shape: Shape, row: boolean): Shape {
  return shape.length > 1 ? shape : row ? [1, sizeOf(shape)] : [sizeOf(shape), 1];
}

function padTo(shape: Shape, rank: number): Shape {
  return shape.length >= rank ? shape : padRank(shape, rank);
}

function swapLast(rank: number): number[] {
  const perm = Array.from({ length: rank }, (_, i) => i);
  [perm[rank - 2], perm[rank - 1]] = [rank - 1, rank - 2];
  return perm;
}
