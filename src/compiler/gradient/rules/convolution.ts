/** Adjoints of Conv and ConvTranspose with respect to their input. Weights must be constants. */
import { constant as constantGradient } from '../materialise.ts';
import {
  arrayOf,
  combine,
  expandArray,
  sumArray,
  tensorOf,
  transposeArray,
  type NumberArray,
} from '../array.ts';
import { convBackwardArray, convMeanArray } from '../conv-array.ts';
import { intAttribute, makeAttribute } from '../../graph/attributes.ts';
import { extent, slidingWindow, transposedWindow, type Window } from '../../graph/window.ts';
import { isUniform, type Gradient } from '../gradient.ts';
import { camberDomain } from '../operators.ts';
import type { NodeFacts, Rule, RuleContext } from '../rule.ts';
import { sizeOf } from '../shape.ts';
import { alwaysInside, groupAttribute, tapMatrix, windowAttributes } from '../window.ts';

/** Weights may be initializers or stay symbolic (a large ConstantOfShape), but not depend on the image. */
function refuses(facts: NodeFacts, input: number): string | undefined {
  return input === 0 && facts.fixed(1) ? undefined : 'its weights depend on the image';
}

/** Multiply-accumulates up to which the adjoint of a constant gradient is carried out at compile time. */
const constantLimit = 2 ** 26;

export const conv: Rule = {
  refuses,
  gradient(c) {
    const shape = c.shape(0);
    const dY = c.gradient();
    const table = constantBackward(c, dY);
    if (table) return table;
    const attributes = {
      ...windowAttributes(convWindow(c)),
      ...groupAttribute(c.node),
      input_shape: makeAttribute.ints(shape),
    };
    return c.algebra.linear(dY, shape, (tensor) =>
      c.emitter.emit('ConvBackward', [tensor, c.node.inputs[1]!], {
        shape,
        domain: camberDomain,
        attributes,
      }),
    );
  },
  /** alpha_k = 1/(H W) sum_o,ky,kx W[o,k,ky,kx] S[o,ky,kx]; exact for any stride, padding, dilation and groups. */
  mean(c, _input, groups) {
    const [input, output] = [c.shape(0), c.outputShape()];
    if (input[1] !== groups || input.length !== 4 || !c.constant(1)) return undefined;
    const window = convWindow(c);
    const perInput = 1 / sizeOf(input.slice(2));
    const counts = tapMatrix(window, input, output).map((m) => sumArray(m, [1]));
    const weighted = (mean: Gradient) => {
      const { weights, count } = weightedKernel(c, counts);
      return convMean(c, c.algebra.reshape(mean, [1, output[1]!, 1, 1]), weights, perInput * count);
    };
    // Every tap sees every output, so all border sums of a channel are equal: the mean of dY is enough.
    if (alwaysInside(window, input, output)) return weighted(c.mean(output[1]!));
    const dY = c.gradient();
    if (isUniform(dY)) return weighted(c.algebra.meanOver(dY, output[1]!));
    return convMean(c, borderSums(c, dY, window), c.node.inputs[1]!, perInput);
  },
};

/** The adjoint of a constant gradient, as a constant table; undefined where that is too much work. */
function constantBackward(c: RuleContext, dY: Gradient): Gradient | undefined {
  const [weights, input, output] = [c.constant(1), c.shape(0), c.outputShape()];
  if (dY.kind !== 'constant' || !weights || input.length !== 4) return undefined;
  if (c.algebra.classes * sizeOf(output) * sizeOf(weights.shape.slice(1)) > constantLimit) return undefined;
  const whole = expandArray(c.algebra.table(dY), [c.algebra.classes, ...output.slice(1)]);
  const group = intAttribute(c.node, 'group', 1);
  return constantGradient(
    input,
    convBackwardArray(whole, arrayOf(weights), convWindow(c), group, input),
    dY.scale,
  );
}

function convWindow(c: RuleContext): Window {
  return slidingWindow(c.node, c.shape(0).slice(2), c.shape(1).slice(2));
}

/** The kernel [O, K/g, 1, 1] with its taps summed, each weighted by how many outputs it serves; `count` is a common factor. */
function weightedKernel(c: RuleContext, counts: readonly NumberArray[]): { weights: string; count: number } {
  const name = c.node.inputs[1]!;
  const w = c.constant(1)!;
  const [rows, columns] = counts as [NumberArray, NumberArray];
  const served = combine(rows, transposeArray(columns, [1, 0]), (x, y) => x * y);
  if (served.data.length === 1) return { weights: name, count: served.data[0]! };
  const summed = sumArray(
    combine(arrayOf(w), served, (x, n) => x * n),
    [2, 3],
  );
  return { weights: c.emitter.constant(`${name}/summed`, tensorOf(summed, w.dtype as 'float32')), count: 1 };
}

/** S[o,ky,kx], [1, O, kh, kw]: dY summed over the outputs whose tap (ky, kx) lies inside the input. */
function borderSums(c: RuleContext, dY: Gradient, window: Window): Gradient {
  const [input, output] = [c.shape(0), c.outputShape()];
  if (dY.kind === 'constant') {
    const [rows, columns] = tapMatrix(window, input, output);
    return c.algebra.axisMap(c.algebra.axisMap(dY, 2, rows!), 3, columns!);
  }
  const shape = [1, output[1]!, ...window.kernel];
  const attributes = { ...windowAttributes(window), input_shape: makeAttribute.ints(input) };
  return c.algebra.linear(dY, shape, (tensor) =>
    c.emitter.emit('BorderSums', [tensor], { shape, domain: camberDomain, attributes }),
  );
}

/** [1, K]: scale * sum_o,ky,kx W[o,k,ky,kx] S[o,ky,kx]. */
function convMean(c: RuleContext, sums: Gradient, weights: string, scale: number): Gradient {
  const channels = c.shape(0)[1]!;
  const group = intAttribute(c.node, 'group', 1);
  if (sums.kind === 'constant') {
    const table = c.algebra.table(sums);
    const mean = convMeanArray(table, arrayOf(c.emitter.constantOf(weights)!), group);
    return constantGradient([1, channels], mean, sums.scale * scale);
  }
  if (sums.kind === 'zero') return { kind: 'zero', shape: [1, channels] };
  const attributes = { scale: makeAttribute.float(sums.scale * scale), ...groupAttribute(c.node) };
  return c.algebra.linear({ ...sums, scale: 1 }, [1, channels], (tensor) =>
    c.emitter.emit('ConvMean', [tensor, weights], { shape: [1, channels], domain: camberDomain, attributes }),
  );
}

export const convTranspose: Rule = {
  refuses,
  gradient(c) {
    const shape = c.shape(0);
    const attributes = { ...windowAttributes(adjointWindow(c)), ...groupAttribute(c.node) };
    return c.algebra.linear(c.gradient(), shape, (dY) =>
      c.emitter.emit('Conv', [dY, c.node.inputs[1]!], { shape, attributes }),
    );
  },
};

/** The window of the Conv that is the adjoint; its end pads such that the output is exactly as large as the input was. */
function adjointWindow(c: RuleContext): Window {
  const [input, output] = [c.shape(0).slice(2), c.outputShape().slice(2)];
  const w = transposedWindow(c.node, input, c.shape(1).slice(2));
  const padsEnd = w.kernel.map((k, i) =>
    Math.max(0, w.strides[i]! * (input[i]! - 1) + extent(k, w.dilations[i]!) - output[i]! - w.padsBegin[i]!),
  );
  return { ...w, padsEnd, output: input };
}
