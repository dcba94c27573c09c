/** Adjoints of element-wise arithmetic with broadcasting. */
import { arrayOf } from '../array.ts';
import type { Gradient } from '../gradient.ts';
import type { Rule, RuleContext } from '../rule.ts';
import { padRank, sameShape, sizeOf } from '../shape.ts';

/** A sum in which each operand has a constant factor. */
function weightedSum(factor: (c: RuleContext, input: number) => number): Rule {
  return {
    gradient: (c, input) => c.algebra.scale(c.algebra.sumTo(c.gradient(), c.shape(input)), factor(c, input)),
    mean(c, input, groups) {
      if (!sameShape(c.shape(input), c.outputShape())) return undefined;
      return c.algebra.scale(c.mean(groups), factor(c, input));
    },
  };
}

export const add = weightedSum(() => 1);
export const sub = weightedSum((_, input) => (input === 0 ? 1 : -1));
export const neg = weightedSum(() => -1);
export const mean = weightedSum((c) => 1 / c.node.inputs.length);

/** Product: each operand's gradient is dY times the other. A gate [1, K, 1, 1] lets the mean through. */
export const mul: Rule = {
  gradient(c, input) {
    const other = c.node.inputs[1 - input]!;
    return c.algebra.sumTo(c.algebra.times(c.gradient(), other), c.shape(input));
  },
  mean(c, input, groups) {
    if (!sameShape(c.shape(input), c.outputShape())) return undefined;
    const factor = groupFactor(c, 1 - input, groups);
    return factor === undefined ? undefined : c.algebra.times(c.mean(groups), factor);
  },
};

/** Quotient: d(a/b)/da = 1/b, d(a/b)/db = -y/b. */
export const div: Rule = {
  gradient(c, input) {
    const [, b] = c.node.inputs as [string, string];
    const byDivisor = c.algebra.times(c.gradient(), reciprocal(c, b));
    if (input === 0) return c.algebra.sumTo(byDivisor, c.shape(0));
    const byValue = c.algebra.times(byDivisor, c.node.outputs[0]!);
    return c.algebra.scale(c.algebra.sumTo(byValue, c.shape(1)), -1);
  },
  mean(c, input, groups) {
    if (input !== 0 || !sameShape(c.shape(0), c.outputShape())) return undefined;
    const factor = groupFactor(c, 1, groups);
    return factor === undefined ? undefined : c.algebra.times(c.mean(groups), reciprocal(c, factor));
  },
};

function reciprocal(c: RuleContext, tensor: string): string {
  const constant = c.emitter.constantOf(tensor);
  if (!constant) return c.emitter.unary('Reciprocal', tensor);
  return c.emitter.floats(
    `${tensor}/reciprocal`,
    constant.shape,
    arrayOf(constant).data.map((x) => 1 / x),
  );
}

/** The operand as [1, groups] (or a scalar) where it has one value per group; undefined where it varies inside a group. */
function groupFactor(c: RuleContext, input: number, groups: number): string | undefined {
  const output = c.outputShape();
  const shape = padRank(c.shape(input), output.length);
  const tensor = c.node.inputs[input]!;
  if (sizeOf(shape) === 1) return c.emitter.reshape(tensor, [1, 1]);
  const perChannel = shape.every((d, i) => (i === 1 ? d === groups : d === 1)) && output[1] === groups;
  return perChannel ? c.emitter.reshape(tensor, [1, groups]) : undefined;
}

/** Max and Min: dY goes to the operand that won; equal ones share it, as in torch. */
export const extremum: Rule = {
  gradient(c, input) {
    const e = c.emitter;
    const y = c.node.outputs[0]!;
    const toWinner = c.algebra.apply(c.gradient(), 'masked', c.outputShape(), (dY) => {
      const hits = c.node.inputs.map((x) => e.cast(e.binary('Equal', x, y, 'bool'), e.floatType));
      const winners = hits.reduce((a, b) => e.binary('Add', a, b));
      return e.binary('Mul', dY, e.binary('Div', hits[input]!, winners));
    });
    return c.algebra.sumTo(toWinner, c.shape(input));
  },
};

/** x^p: p x^(p-1) for the base, y ln x for the exponent. */
export const pow: Rule = {
  gradient(c, input) {
    const e = c.emitter;
    const [x, p] = c.node.inputs as [string, string];
    const exponent = c.constant(1);
    const factor = (): string => {
      if (input === 1) return e.binary('Mul', c.node.outputs[0]!, e.unary('Log', x));
      if (exponent && sizeOf(exponent.shape) === 1) return powerSlope(c, x, arrayOf(exponent).data[0]!);
      const real = e.cast(p, e.floatType);
      return e.binary('Mul', real, e.binary('Pow', x, e.binary('Sub', real, 1)));
    };
    const dY: Gradient = c.gradient();
    if (dY.kind === 'zero') return c.algebra.sumTo(dY, c.shape(input));
    return c.algebra.sumTo(c.algebra.times(dY, factor()), c.shape(input));
  },
};

function powerSlope(c: RuleContext, x: string, p: number): string {
  if (p === 2) return c.emitter.binary('Mul', x, 2);
  return c.emitter.binary('Mul', c.emitter.binary('Pow', x, p - 1), p);
}
