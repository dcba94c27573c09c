/** Adjoints of reductions and of Softmax. */
import { arrayOf } from '../array.ts';
import type { Gradient } from '../gradient.ts';
import { intAttribute } from '../../graph/attributes.ts';
import type { NodeFacts, Rule, RuleContext } from '../rule.ts';
import { normalAxis, sizeOf } from '../shape.ts';
import { guardedPower } from './pooling.ts';

/** Axes from a constant input; none given means all (or none, with noop_with_empty_axes). */
function axesOf(f: NodeFacts): number[] {
  const rank = f.shape(0).length;
  const constant = f.node.inputs[1] ? f.constant(1) : undefined;
  const axes = constant ? [...arrayOf(constant).data] : [];
  if (axes.length === 0) {
    return intAttribute(f.node, 'noop_with_empty_axes', 0) === 1
      ? []
      : Array.from({ length: rank }, (_, i) => i);
  }
  return axes.map((a) => normalAxis(a, rank));
}

const refuses = (f: NodeFacts, input: number): string | undefined =>
  input === 0 && (!f.node.inputs[1] || f.constant(1)) ? undefined : 'its axes are computed at run time';

/** The output's shape with the reduced axes kept. */
function keptShape(c: RuleContext): number[] {
  const axes = axesOf(c);
  return c.shape(0).map((d, i) => (axes.includes(i) ? 1 : d));
}

/** dY repeated over the reduced axes, as stored values; costs nothing. */
function repeated(c: RuleContext): Gradient {
  return c.algebra.broadcast(c.algebra.reshape(c.gradient(), keptShape(c)), c.shape(0));
}

/** The reduction's own output with the reduced axes kept. */
function output(c: RuleContext): string {
  return c.emitter.reshape(c.node.outputs[0]!, keptShape(c));
}

export const reduceSum: Rule = { refuses, gradient: repeated };

export const reduceMean: Rule = {
  refuses,
  gradient: (c) => c.algebra.scale(repeated(c), sizeOf(keptShape(c)) / sizeOf(c.shape(0))),
};

/** ReduceMax, ReduceMin: equal extremes share dY, as in torch's amax. */
export const reduceExtremum: Rule = {
  refuses,
  gradient(c) {
    const e = c.emitter;
    return c.algebra.apply(repeated(c), 'masked', c.shape(0), (dY) => {
      const hits = e.cast(e.binary('Equal', c.node.inputs[0]!, output(c), 'bool'), e.floatType);
      return e.binary('Mul', dY, e.binary('Div', hits, e.reduce('ReduceSum', hits, axesOf(c))));
    });
  },
};

/** y = sqrt(sum x^2): x / y, and 0 where y is 0. */
export const reduceL2: Rule = {
  refuses,
  gradient(c) {
    const dY = repeated(c);
    if (dY.kind === 'zero') return dY;
    return c.algebra.times(c.algebra.times(dY, guardedPower(c, output(c), -1)), c.node.inputs[0]!);
  },
};

export const reduceL1: Rule = {
  refuses,
  gradient: (c) => {
    const dY = repeated(c);
    return dY.kind === 'zero' ? dY : c.algebra.times(dY, c.emitter.unary('Sign', c.node.inputs[0]!));
  },
};

export const reduceSumSquare: Rule = {
  refuses,
  gradient: (c) => c.algebra.scale(c.algebra.times(repeated(c), c.node.inputs[0]!), 2),
};

function softmaxAxes(c: RuleContext): number[] {
  return [normalAxis(intAttribute(c.node, 'axis', -1), c.shape(0).length)];
}

/** y (dY - sum(dY y)). */
export const softmax: Rule = {
  gradient(c) {
    const e = c.emitter;
    const y = c.node.outputs[0]!;
    return c.algebra.apply(c.gradient(), 'general', c.shape(0), (dY) => {
      const inner = e.reduce('ReduceSum', e.binary('Mul', dY, y), softmaxAxes(c));
      return e.binary('Mul', e.binary('Sub', dY, inner), y);
    });
  },
};

/** dY - exp(y) sum(dY). */
export const logSoftmax: Rule = {
  gradient(c) {
    const e = c.emitter;
    return c.algebra.apply(c.gradient(), 'general', c.shape(0), (dY) => {
      const total = e.reduce('ReduceSum', dY, softmaxAxes(c));
      return e.binary('Sub', dY, e.binary('Mul', e.unary('Exp', c.node.outputs[0]!), total));
    });
  },
};
