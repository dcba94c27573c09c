/** Adjoints of normalisations. Batch norm at inference is a constant factor per channel; the others recompute their statistics. */
import { arrayOf, combine, reshapeArray } from '../array.ts';
import type { Gradient } from '../gradient.ts';
import { floatAttribute, intAttribute } from '../../graph/attributes.ts';
import type { NodeFacts, Rule, RuleContext } from '../rule.ts';
import { normalAxis, sizeOf, type Shape } from '../shape.ts';

const constantParameters =
  (...parameters: number[]) =>
  (f: NodeFacts, input: number): string | undefined =>
    input === 0 && parameters.every((i) => !f.node.inputs[i] || f.constant(i))
      ? undefined
      : 'its parameters are computed at run time';

/** dX = dY * scale / sqrt(var + epsilon). */
export const batchNormalization: Rule = {
  refuses: constantParameters(1, 2, 3, 4),
  gradient: (c) =>
    c.algebra.times(
      c.gradient(),
      batchNormFactor(
        c,
        c.shape(0).map((d, i) => (i === 1 ? d : 1)),
      ),
    ),
  mean(c, _, groups) {
    return c.shape(0)[1] === groups
      ? c.algebra.times(c.mean(groups), batchNormFactor(c, [1, groups]))
      : undefined;
  },
};

function batchNormFactor(c: RuleContext, shape: Shape): string {
  const epsilon = floatAttribute(c.node, 'epsilon', 1e-5);
  const [scale, variance] = [arrayOf(c.constant(1)!), arrayOf(c.constant(4)!)];
  const factor = combine(scale, variance, (s, v) => s / Math.sqrt(v + epsilon));
  return c.emitter.floats(`${c.emitter.scope}/factor`, shape, factor.data);
}

/**
 * Adjoint of (x - mean) / sqrt(var + epsilon) over some axes, with xh the normalised x:
 * dX = (g - mean(g) - xh mean(g xh)) / sqrt(var + epsilon).
 */
function normalized(c: RuleContext, g: Gradient, x: string, axes: readonly number[]): Gradient {
  const e = c.emitter;
  return c.algebra.apply(g, 'general', g.shape, (dY) => {
    const centred = e.binary('Sub', x, e.reduce('ReduceMean', x, axes));
    const variance = e.reduce('ReduceMean', e.binary('Mul', centred, centred), axes);
    const deviation = e.unary('Sqrt', e.binary('Add', variance, floatAttribute(c.node, 'epsilon', 1e-5)));
    const xh = e.binary('Div', centred, deviation);
    const along = e.binary('Mul', xh, e.reduce('ReduceMean', e.binary('Mul', dY, xh), axes));
    const rest = e.binary('Sub', e.binary('Sub', dY, e.reduce('ReduceMean', dY, axes)), along);
    return e.binary('Div', rest, deviation);
  });
}

/** A parameter as a factor that broadcasts into the data. */
function factor(c: RuleContext, input: number, shape: Shape): string {
  const array = reshapeArray(arrayOf(c.constant(input)!), shape);
  return c.emitter.floats(`${c.node.inputs[input]!}/factor`, array.shape, array.data);
}

const perChannel = (shape: Shape) => shape.map((d, i) => (i === 1 ? d : 1));

export const instanceNormalization: Rule = {
  refuses: constantParameters(1, 2),
  gradient(c) {
    const shape = c.shape(0);
    const g = c.algebra.times(c.gradient(), factor(c, 1, perChannel(shape)));
    return normalized(
      c,
      g,
      c.node.inputs[0]!,
      shape.flatMap((_, i) => (i >= 2 ? [i] : [])),
    );
  },
};

/** Scale and bias are per channel (opset 21) or per group (opset 18). */
export const groupNormalization: Rule = {
  refuses: constantParameters(1, 2),
  gradient(c) {
    const shape = c.shape(0);
    const groups = intAttribute(c.node, 'num_groups', 1);
    const grouped = [shape[0]!, groups, sizeOf(shape) / shape[0]! / groups];
    const perGroup = c.shape(1)[0] === groups && shape[1] !== groups;
    const dY = c.gradient();
    const scaled = perGroup
      ? c.algebra.times(c.algebra.reshape(dY, grouped), factor(c, 1, [1, groups, 1]))
      : c.algebra.reshape(c.algebra.times(dY, factor(c, 1, perChannel(shape))), grouped);
    const x = c.emitter.reshape(c.node.inputs[0]!, grouped);
    return c.algebra.reshape(normalized(c, scaled, x, [2]), shape);
  },
};

export const layerNormalization: Rule = {
  refuses: constantParameters(1, 2),
  gradient(c) {
    const rank = c.shape(0).length;
    const axis = normalAxis(intAttribute(c.node, 'axis', -1), rank);
    const axes = Array.from({ length: rank - axis }, (_, i) => axis + i);
    return normalized(c, c.algebra.times(c.gradient(), c.node.inputs[1]!), c.node.inputs[0]!, axes);
  },
};

/**
 * Local response normalisation over channels: y = x s^-b with s = bias + alpha/size sum of x^2 over a window M.
 * dX = dY s^-b - 2 alpha b / size * x * M^T(dY x s^(-b-1)).
 */
export const lrn: Rule = {
  gradient(c) {
    const e = c.emitter;
    const shape = c.shape(0);
    const size = intAttribute(c.node, 'size', 1);
    const [alpha, beta, bias] = [
      ['alpha', 1e-4],
      ['beta', 0.75],
      ['bias', 1],
    ].map(([n, v]) => floatAttribute(c.node, n as string, v as number)) as [number, number, number];
    const [channels, pixels] = [shape[1]!, sizeOf(shape.slice(2))];
    const window = e.floats(`${e.scope}/window`, [channels, channels], channelWindow(channels, size));
    const adjoint = e.floats(
      `${e.scope}/window`,
      [channels, channels],
      transposed(channelWindow(channels, size), channels),
    );
    const x = e.reshape(c.node.inputs[0]!, [1, channels, pixels]);
    const dY = c.algebra.reshape(c.gradient(), [1, channels, pixels]);
    const result = c.algebra.apply(dY, 'general', [1, channels, pixels], (g) => {
      const sums = e.matmul(window, e.binary('Mul', x, x));
      const s = e.binary('Add', e.binary('Mul', sums, alpha / size), bias);
      const direct = e.binary('Mul', g, e.binary('Pow', s, -beta));
      const shared = e.matmul(adjoint, e.binary('Mul', e.binary('Mul', g, x), e.binary('Pow', s, -beta - 1)));
      return e.binary('Sub', direct, e.binary('Mul', e.binary('Mul', x, shared), (2 * alpha * beta) / size));
    });
    return c.algebra.reshape(result, shape);
  },
};

/** M[c, i] = 1 where i lies in c's window: from c - floor((size-1)/2) to c + ceil((size-1)/2). */
function channelWindow(channels: number, size: number): Float64Array {
  const m = new Float64Array(channels * channels);
  for (let c = 0; c < channels; c++) {
    const last = Math.min(channels - 1, c + Math.ceil((size - 1) / 2));
    for (let i = Math.max(0, c - Math.floor((size - 1) / 2)); i <= last; i++) m[c * channels + i] = 1;
  }
  return m;
}

function transposed(m: Float64Array, n: number): Float64Array {
  return m.map((_, i) => m[(i % n) * n + Math.floor(i / n)]!);
}
