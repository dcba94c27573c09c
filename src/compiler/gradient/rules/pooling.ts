/** Adjoints of pools. Sums over a plane survive most of them, so the mean passes without the pool's own adjoint. */
import type { Gradient } from '../gradient.ts';
import { camberDomain } from '../operators.ts';
import { intAttribute, intsAttribute, makeAttribute } from '../../graph/attributes.ts';
import { slidingWindow } from '../../graph/window.ts';
import type { Rule, RuleContext } from '../rule.ts';
import { sizeOf } from '../shape.ts';
import { alwaysInside, windowAttributes } from '../window.ts';

/** Every dY arrives whole somewhere in the plane: the mean is dY's mean times the ratio of the plane sizes. */
function meanOfWholes(c: RuleContext, groups: number): Gradient | undefined {
  if (c.shape(0)[1] !== groups) return undefined;
  const ratio = sizeOf(c.outputShape().slice(2)) / sizeOf(c.shape(0).slice(2));
  return c.algebra.scale(c.mean(groups), ratio);
}

function poolWindow(c: RuleContext) {
  return slidingWindow(c.node, c.shape(0).slice(2), intsAttribute(c.node, 'kernel_shape')!);
}

/** dY goes to the first maximum of each window (row-major), as in torch. */
export const maxPool: Rule = {
  refuses: (f) => (f.node.outputs[1] ? 'its Indices output is used' : undefined),
  gradient(c) {
    const shape = c.shape(0);
    return c.algebra.apply(c.gradient(), 'masked', shape, (dY) =>
      c.emitter.emit('MaxPoolBackward', [dY, c.node.inputs[0]!], {
        shape,
        domain: camberDomain,
        attributes: windowAttributes(poolWindow(c)),
      }),
    );
  },
  mean: (c, _, groups) => meanOfWholes(c, groups),
};

type Divisor = 'padded' | 'inside' | 'one';

/** Sums of dY over the windows an input lies in, each divided by its window's count. */
function averageBackward(c: RuleContext, dY: Gradient, divisor: Divisor): Gradient {
  const shape = c.shape(0);
  return c.algebra.linear(dY, shape, (tensor) =>
    c.emitter.emit('AveragePoolBackward', [tensor], {
      shape,
      domain: camberDomain,
      attributes: {
        ...windowAttributes(poolWindow(c)),
        input_shape: makeAttribute.ints(shape),
        divisor: makeAttribute.string(divisor),
      },
    }),
  );
}

export const averagePool: Rule = {
  gradient(c) {
    const output = c.outputShape();
    const window = poolWindow(c);
    const global =
      output.slice(2).every((d) => d === 1) && window.kernel.every((k, i) => k === c.shape(0)[i + 2]);
    if (global && [...window.padsBegin, ...window.padsEnd].every((p) => p === 0))
      return globalAveragePool.gradient(c, 0);
    return averageBackward(c, c.gradient(), countsPadding(c) ? 'padded' : 'inside');
  },
  mean(c, _, groups) {
    const whole = !countsPadding(c) || alwaysInside(poolWindow(c), c.shape(0), c.outputShape());
    return whole ? meanOfWholes(c, groups) : undefined;
  },
};

function countsPadding(c: RuleContext): boolean {
  return intAttribute(c.node, 'count_include_pad', 0) === 1;
}

/** One value per plane: nothing is computed, the value is kept once. */
export const globalAveragePool: Rule = {
  gradient(c) {
    const shape = c.shape(0);
    return c.algebra.scale(c.algebra.broadcast(c.gradient(), shape), 1 / sizeOf(shape.slice(2)));
  },
  mean: (c, _, groups) => meanOfWholes(c, groups),
};

export const globalMaxPool: Rule = {
  gradient(c) {
    const shape = c.shape(0);
    const [kernel, ones] = [shape.slice(2), shape.slice(2).map(() => 1)];
    const none = ones.map(() => 0);
    const window = { kernel, strides: kernel, dilations: ones, padsBegin: none, padsEnd: none, output: ones };
    return c.algebra.apply(c.gradient(), 'masked', shape, (dY) =>
      c.emitter.emit('MaxPoolBackward', [dY, c.node.inputs[0]!], {
        shape,
        domain: camberDomain,
        attributes: windowAttributes(window),
      }),
    );
  },
  mean: (c, _, groups) => meanOfWholes(c, groups),
};

/** y = (sum |x|^p)^(1/p): dX = sign(x) |x|^(p-1) times the window sums of dY y^(1-p). */
function lpPoolRule(backward: (c: RuleContext, dY: Gradient) => Gradient): Rule {
  return {
    gradient(c) {
      const e = c.emitter;
      const p = intAttribute(c.node, 'p', 2);
      const dY = c.gradient();
      if (dY.kind === 'zero') return { kind: 'zero', shape: c.shape(0) };
      const byNorm = c.algebra.times(dY, guardedPower(c, c.node.outputs[0]!, 1 - p));
      const x = c.node.inputs[0]!;
      const slope =
        p === 2 ? x : e.binary('Mul', e.unary('Sign', x), e.binary('Pow', e.unary('Abs', x), p - 1));
      return c.algebra.times(backward(c, byNorm), slope);
    },
  };
}

/** y^q for y >= 0, with 0 where y is 0 (the norm of zeros has no slope; torch takes 0). */
export function guardedPower(c: RuleContext, y: string, q: number): string {
  const e = c.emitter;
  const zeros = e.cast(e.binary('Equal', y, e.scalar(0), 'bool'), e.floatType);
  const safe = e.binary('Add', y, zeros);
  return e.binary('Mul', e.binary('Pow', safe, q), e.binary('Sub', 1, zeros));
}

export const lpPool = lpPoolRule((c, dY) => averageBackward(c, dY, 'one'));
export const globalLpPool = lpPoolRule((c, dY) => c.algebra.broadcast(dY, c.shape(0)));
