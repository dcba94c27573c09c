/**
 * Adjoints of activations. Piecewise linear ones leave a mask (bits); smooth ones a factor that depends on the
 * activation, `ActivationBackward`, which integer back ends look up in a table.
 */
import { arrayOf } from '../array.ts';
import { makeAttribute } from '../../graph/attributes.ts';
import { zero, type Gradient } from '../gradient.ts';
import { camberDomain } from '../operators.ts';
import { floatAttribute } from '../../graph/attributes.ts';
import type { Rule, RuleContext } from '../rule.ts';

/** g where lower < x < upper, else 0. The bounds themselves belong to the flat part, as in torch's relu and hardtanh. */
export function mask(c: RuleContext, g: Gradient, x: string, lower: number, upper: number): Gradient {
  return c.algebra.apply(g, 'masked', g.shape, (dY) =>
    c.emitter.emit('Mask', [dY, x], {
      shape: g.shape,
      domain: camberDomain,
      attributes: { lower: makeAttribute.float(lower), upper: makeAttribute.float(upper) },
    }),
  );
}

export const relu: Rule = {
  gradient: (c) => mask(c, c.gradient(), c.node.inputs[0]!, 0, Infinity),
};

/** Clip with constant bounds. */
export const clip: Rule = {
  refuses: (f, input) => {
    const known = [1, 2].every((i) => !f.node.inputs[i] || f.constant(i));
    return input === 0 && known ? undefined : 'its bounds are computed at run time';
  },
  gradient(c) {
    const bound = (i: number, otherwise: number) =>
      c.constant(i) ? arrayOf(c.constant(i)!).data[0]! : otherwise;
    return mask(c, c.gradient(), c.node.inputs[0]!, bound(1, -Infinity), bound(2, Infinity));
  },
};

/** dY where x > 0, else slope * dY; the slope is a constant scalar or one number per channel. */
function slope(c: RuleContext, dY: Gradient, slopes: string): Gradient {
  return c.algebra.apply(dY, 'masked', dY.shape, (g) =>
    c.emitter.emit('Slope', [g, c.node.inputs[0]!, slopes], { shape: dY.shape, domain: camberDomain }),
  );
}

export const leakyRelu: Rule = {
  gradient: (c) => slope(c, c.gradient(), c.emitter.scalar(floatAttribute(c.node, 'alpha', 0.01))),
};

export const pRelu: Rule = {
  refuses: (f, input) => (input === 0 && f.constant(1) ? undefined : 'its slope is computed at run time'),
  gradient: (c) => slope(c, c.gradient(), c.node.inputs[1]!),
};

export const thresholdedRelu: Rule = {
  gradient: (c) => mask(c, c.gradient(), c.node.inputs[0]!, floatAttribute(c.node, 'alpha', 1), Infinity),
};

/** max(0, min(1, alpha x + beta)). */
export const hardSigmoid: Rule = {
  gradient(c) {
    const [a, b] = [floatAttribute(c.node, 'alpha', 0.2), floatAttribute(c.node, 'beta', 0.5)];
    const bounds = [-b / a, (1 - b) / a].sort((x, y) => x - y) as [number, number];
    return c.algebra.scale(mask(c, c.gradient(), c.node.inputs[0]!, ...bounds), a);
  },
};

/** A smooth function of one input: dY times its derivative, which `legalise` and the quantiser know by the function's name. */
export const smooth: Rule = {
  gradient(c) {
    const dY = c.gradient();
    const { op, attributes, inputs, outputs } = c.node;
    return c.algebra.apply(dY, 'general', dY.shape, (g) =>
      c.emitter.emit('ActivationBackward', [g, inputs[0]!, outputs[0]!], {
        shape: dY.shape,
        domain: camberDomain,
        attributes: { ...attributes, function: makeAttribute.string(op) },
      }),
    );
  },
};

/** Steps (Floor, Ceil, Round, Sign) are flat almost everywhere; shapes and indices carry nothing. */
export const flat: Rule = {
  flat: () => true,
  gradient: (c, input) => zero(c.shape(input)),
};

/** ReLU applied to the gradient itself. */
function positive(c: RuleContext, g: Gradient): Gradient {
  return c.algebra.apply(g, 'masked', g.shape, (dY) => c.emitter.unary('Relu', dY));
}

/** Guided backpropagation: only positive gradients of active units pass (Springenberg et al. 2014). */
export const guidedRelu: Rule = {
  gradient: (c) => mask(c, positive(c, c.gradient()), c.node.inputs[0]!, 0, Infinity),
};

/** Deconvolution: positive gradients pass, whatever the unit did (Zeiler and Fergus 2013). */
export const deconvolutionRelu: Rule = {
  gradient: (c) => positive(c, c.gradient()),
};
