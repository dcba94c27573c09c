/**
 * Evaluators of element-wise arithmetic, casts, comparisons and reductions. Integers wrap as their type does and
 * divide towards zero; float32 results are rounded once per operator, as a runtime does.
 */
import { floatAttribute, intAttribute } from '../attributes.ts';
import { reducedAxes } from '../infer/reduce.ts';
import { ShapeError } from '../infer/rule.ts';
import type { DataType, Tensor, TypedData } from '../ir.ts';
import { view, zip } from '../ndarray.ts';
import { allocate, elementCount, isBig, isFloat } from '../tensor.ts';
import { bfloatToFloat, floatToBfloat, floatToHalf, halfToFloat } from '../float16.ts';
import { scalarFunctions, type ScalarFunction } from './activations.ts';
import { accessors, input, type EvaluationContext, type Evaluator } from './evaluator.ts';

/** An operator on numbers and, where it has one, on BigInts (int64). */
interface Binary {
  readonly number: (a: number, b: number, integer: boolean) => number;
  readonly big?: (a: bigint, b: bigint) => bigint;
}

function roundTo(dtype: DataType): ((x: number) => number) | undefined {
  if (dtype === 'float16') return (x) => halfToFloat(floatToHalf(x));
  if (dtype === 'bfloat16') return (x) => bfloatToFloat(floatToBfloat(x));
  return undefined;
}

function result(c: EvaluationContext): { tensor: Tensor; set: (at: number, value: number | bigint) => void } {
  const { dtype, shape } = c.outputs[0]!;
  const data = allocate(dtype, elementCount(shape));
  const round = roundTo(dtype);
  const out = data as Float32Array;
  const set = round
    ? (at: number, value: number | bigint): void => void (out[at] = round(value as number))
    : (at: number, value: number | bigint): void => void (out[at] = value as number);
  return { tensor: { dtype, shape, data }, set };
}

/** Folds an operator over two or more inputs, broadcasting. */
function binary(op: Binary): Evaluator {
  return (c) => {
    if (c.inputs.length === 1) return [input(c, 0)];
    const { tensor, set } = result(c);
    const integer = !isFloat(tensor.dtype);
    if (isBig(tensor.dtype) && !op.big) throw new ShapeError('not folded');
    const apply = (isBig(tensor.dtype) ? op.big! : op.number) as (
      a: unknown,
      b: unknown,
      i: boolean,
    ) => number;
    const views = c.inputs.map((_, i) => view(input(c, i)));
    zip(tensor.shape, views, (position, offsets) => {
      let value: unknown = views[0]!.data[offsets[0]!]!;
      for (let k = 1; k < views.length; k++) value = apply(value, views[k]!.data[offsets[k]!]!, integer);
      set(position, value as number);
    });
    return [tensor];
  };
}

function comparison(test: (a: number | bigint, b: number | bigint) => boolean): Evaluator {
  return (c) => {
    const { tensor, set } = result(c);
    const views = [view(input(c, 0)), view(input(c, 1))] as const;
    zip(tensor.shape, views, (position, offsets) => {
      set(position, test(views[0].data[offsets[0]!]!, views[1].data[offsets[1]!]!) ? 1 : 0);
    });
    return [tensor];
  };
}

function unary(apply: ScalarFunction, big?: (x: bigint) => bigint): Evaluator {
  return (c) => {
    const source = input(c, 0);
    const { tensor, set } = result(c);
    if (isBig(tensor.dtype) && !big) throw new ShapeError('not folded');
    for (let i = 0; i < source.data.length; i++) {
      const x = source.data[i]!;
      set(i, typeof x === 'bigint' ? big!(x) : apply(x, c.node));
    }
    return [tensor];
  };
}

function reduction(start: number, step: (sum: number, x: number) => number, mean = false): Evaluator {
  return (c) => {
    const source = input(c, 0);
    const { dtype, shape } = c.outputs[0]!;
    const axes = reducedAxes(accessors(c), source.shape.length);
    const kept = source.shape.map((d, i) => (axes.includes(i) ? 1 : d));
    const sums = new Float64Array(elementCount(shape)).fill(start);
    // A row-major position in the kept shape, stepping 0 along reduced axes.
    const slots = { dtype: 'float64', shape: kept, data: Float64Array.from(sums.keys()) } as const;
    const views = [view(source), view(slots)] as const;
    zip(source.shape, views, (_, offsets) => {
      const slot = slots.data[offsets[1]!]!;
      sums[slot] = step(sums[slot]!, Number(source.data[offsets[0]!]!));
    });
    const count = mean ? elementCount(source.shape) / sums.length : 1;
    const data = allocate(dtype, sums.length);
    const round = roundTo(dtype) ?? ((x: number) => x);
    for (let i = 0; i < sums.length; i++)
      data[i] = isBig(dtype) ? BigInt(sums[i]! / count) : round(sums[i]! / count);
    return [{ dtype, shape, data }];
  };
}

/** Cast: floats truncate towards zero to integers, everything but zero is true. */
const cast: Evaluator = (c) => {
  const source = input(c, 0);
  const { tensor, set } = result(c);
  const { dtype } = tensor;
  if (dtype === source.dtype) return [source];
  for (let i = 0; i < source.data.length; i++) {
    const x = source.data[i]!;
    if (dtype === 'bool') set(i, Number(x) !== 0 ? 1 : 0);
    else if (isBig(dtype)) set(i, toBig(x, dtype));
    else set(i, isFloat(dtype) || typeof x !== 'number' ? Number(x) : Math.trunc(x));
  }
  return [tensor];
};

function toBig(x: number | bigint, dtype: DataType): bigint {
  if (typeof x === 'bigint') return x;
  if (!Number.isFinite(x)) throw new ShapeError('not folded');
  return dtype === 'int64'
    ? BigInt.asIntN(64, BigInt(Math.trunc(x)))
    : BigInt.asUintN(64, BigInt(Math.trunc(x)));
}

const clip: Evaluator = (c) => {
  const { tensor, set } = result(c);
  const source = input(c, 0);
  const low = c.inputs[1]?.data[0] ?? floatAttribute(c.node, 'min', -Infinity);
  const high = c.inputs[2]?.data[0] ?? floatAttribute(c.node, 'max', Infinity);
  for (let i = 0; i < source.data.length; i++) {
    const x = source.data[i]!;
    const raised = x < low ? low : x;
    set(i, raised > high ? high : raised);
  }
  return [tensor];
};

const where: Evaluator = (c) => {
  const { tensor, set } = result(c);
  const views = [view(input(c, 0)), view(input(c, 1)), view(input(c, 2))] as const;
  zip(tensor.shape, views, (position, offsets) => {
    const chosen = views[0].data[offsets[0]!] ? 1 : 2;
    set(position, (views[chosen].data as TypedData)[offsets[chosen]!]!);
  });
  return [tensor];
};

function divide(a: number, b: number, integer: boolean): number {
  if (!integer) return a / b;
  if (b === 0) throw new ShapeError('division by zero');
  return Math.trunc(a / b);
}

function divideBig(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new ShapeError('division by zero');
  return a / b;
}

/** Mod with fmod = 0: the sign of the divisor. */
function modBig(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new ShapeError('division by zero');
  const rest = a % b;
  return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
}

const mean: Evaluator = (c) => {
  const [sum] = binary({ number: (a, b) => a + b })(c);
  const { tensor, set } = result(c);
  for (let i = 0; i < tensor.data.length; i++) set(i, Number(sum!.data[i]!) / c.inputs.length);
  return [tensor];
};

export const arithmeticEvaluators: Readonly<Record<string, Evaluator>> = {
  ...Object.fromEntries(Object.entries(scalarFunctions).map(([op, f]) => [op, unary(f)])),
  Add: binary({ number: (a, b) => a + b, big: (a, b) => a + b }),
  Sub: binary({ number: (a, b) => a - b, big: (a, b) => a - b }),
  Mul: binary({ number: (a, b) => a * b, big: (a, b) => a * b }),
  Div: binary({ number: divide, big: divideBig }),
  Pow: (c) => {
    if (!isFloat(c.outputs[0]!.dtype) || !isFloat(input(c, 1).dtype)) throw new ShapeError('not folded');
    return binary({ number: (a, b) => a ** b })(c);
  },
  Mod: (c) => {
    if (intAttribute(c.node, 'fmod', 0) || !isBig(c.outputs[0]!.dtype)) throw new ShapeError('not folded');
    return binary({ number: (a) => a, big: modBig })(c);
  },
  Sum: binary({ number: (a, b) => a + b }),
  Mean: mean,
  Max: binary({ number: (a, b) => Math.max(a, b), big: (a, b) => (a > b ? a : b) }),
  Min: binary({ number: (a, b) => Math.min(a, b), big: (a, b) => (a < b ? a : b) }),
  And: binary({ number: (a, b) => a & b }),
  Or: binary({ number: (a, b) => a | b }),
  Equal: comparison((a, b) => a === b),
  Less: comparison((a, b) => a < b),
  LessOrEqual: comparison((a, b) => a <= b),
  Greater: comparison((a, b) => a > b),
  GreaterOrEqual: comparison((a, b) => a >= b),
  Not: unary((x) => (x ? 0 : 1)),
  Neg: unary(scalarFunctions['Neg']!, (x) => -x),
  Abs: unary(Math.abs, (x) => (x < 0n ? -x : x)),
  Cast: cast,
  CastLike: cast,
  Clip: clip,
  Where: where,
  ReduceSum: reduction(0, (sum, x) => sum + x),
  ReduceMean: reduction(0, (sum, x) => sum + x, true),
  ReduceProd: reduction(1, (product, x) => product * x),
  ReduceMax: reduction(-Infinity, Math.max),
  ReduceMin: reduction(Infinity, Math.min),
};
