/** Adjoints of operators that move, copy or drop elements and compute nothing. */
import { arrayOf, type NumberArray } from '../array.ts';
import type { Gradient } from '../gradient.ts';
import type { DataType } from '../../graph/ir.ts';
import { isFloat } from '../../graph/tensor.ts';
import { intAttribute, intsAttribute, stringAttribute } from '../../graph/attributes.ts';
import type { NodeFacts, Rule, RuleContext } from '../rule.ts';
import { normalAxis } from '../shape.ts';

const dataOnly = (_: NodeFacts, input: number) =>
  input === 0 ? undefined : 'the gradient with respect to its shape or index input is not defined';

/** Identity, Dropout (at inference). */
export const identity: Rule = {
  refuses: dataOnly,
  gradient: (c) => c.gradient(),
  mean: (c, _, groups) => c.mean(groups),
};

/** A Cast to or from integers carries no gradient; between float types it would need the network in both. */
export const cast: Rule = {
  refuses(f) {
    const [from, to] = castTypes(f);
    return from !== to && isFloat(from) && isFloat(to)
      ? `it changes the precision from ${from} to ${to}`
      : undefined;
  },
  flat: (f) => !castTypes(f).every(isFloat),
  gradient: (c) => c.gradient(),
  mean: (c, _, groups) => c.mean(groups),
};

function castTypes({ graph, node }: NodeFacts): [DataType, DataType] {
  return [graph.values.get(node.inputs[0]!)!.dtype, graph.values.get(node.outputs[0]!)!.dtype];
}

/** Reshape, Flatten, Squeeze, Unsqueeze: the elements stay in order, so groups stay groups. */
export const reshape: Rule = {
  refuses: dataOnly,
  gradient: (c) => c.algebra.reshape(c.gradient(), c.shape(0)),
  mean: (c, _, groups) => c.mean(groups),
};

export const transpose: Rule = {
  gradient(c) {
    const perm = permutation(c);
    const inverse = perm.map((_, i) => perm.indexOf(i));
    return c.algebra.transpose(c.gradient(), inverse);
  },
  mean(c, _, groups) {
    const perm = permutation(c);
    return perm[0] === 0 && perm[1] === 1 && c.shape(0)[1] === groups ? c.mean(groups) : undefined;
  },
};

function permutation(c: RuleContext): readonly number[] {
  const rank = c.shape(0).length;
  return intsAttribute(c.node, 'perm') ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
}

export const concat: Rule = {
  gradient(c, input) {
    const axis = normalAxis(intAttribute(c.node, 'axis', 1), c.shape(0).length);
    return c.algebra.slice(c.gradient(), axis, offset(c, input, axis), c.shape(input)[axis]!);
  },
  mean(c, input, groups) {
    const axis = normalAxis(intAttribute(c.node, 'axis', 1), c.shape(0).length);
    if (axis !== 1 || c.shape(input)[1] !== groups) return undefined;
    return c.algebra.slice(c.mean(c.outputShape()[1]!), 1, offset(c, input, 1), groups);
  },
};

/** Where this input starts along the axis. */
function offset(c: RuleContext, input: number, axis: number): number {
  let start = 0;
  for (let i = 0; i < input; i++) start += c.shape(i)[axis]!;
  return start;
}

/** Each part goes back to its place. */
export const split: Rule = {
  refuses: dataOnly,
  gradient(c) {
    const axis = normalAxis(intAttribute(c.node, 'axis', 0), c.shape(0).length);
    return c.algebra.sum(
      parts(c, axis, (i) => c.gradient(i)),
      c.shape(0),
    );
  },
  mean(c, _, groups) {
    const axis = normalAxis(intAttribute(c.node, 'axis', 0), c.shape(0).length);
    if (axis !== 1 || c.shape(0)[1] !== groups) return undefined;
    return c.algebra.sum(
      parts(c, 1, (i) => c.mean(c.outputShape(i)[1]!, i)),
      [1, groups],
    );
  },
};

function parts(c: RuleContext, axis: number, part: (output: number) => Gradient): Gradient[] {
  const size = c.shape(0)[axis]!;
  let start = 0;
  return c.node.outputs.flatMap((name, i) => {
    if (name === '') return [];
    const from = start;
    start += c.outputShape(i)[axis]!;
    return [c.algebra.unslice(part(i), axis, size, from)];
  });
}

/** Slice with constant ranges. */
export const slice: Rule = {
  refuses: (f, input) =>
    dataOnly(f, input) ??
    ([1, 2, 3, 4].every((i) => !f.node.inputs[i] || f.constant(i))
      ? undefined
      : 'its ranges are computed at run time'),
  gradient(c) {
    const shape = c.shape(0);
    return ranges(c).reduceRight((g, { axis, start, step, count }) => {
      const size = shape[axis]!;
      if (step > 0) return c.algebra.unslice(g, axis, size, start, step);
      return c.algebra.axisMap(
        g,
        axis,
        selection(
          size,
          Array.from({ length: count }, (_, i) => start + i * step),
        ),
      );
    }, c.gradient());
  },
  mean(c, _, groups) {
    const [only, ...more] = ranges(c).filter(({ axis, count }) => count !== c.shape(0)[axis]);
    if (c.shape(0).length !== 4 || c.shape(0)[1] !== groups || more.length > 0) return undefined;
    if (!only) return c.mean(groups);
    if (only.axis !== 1) return c.algebra.scale(c.mean(groups), only.count / c.shape(0)[only.axis]!);
    if (only.step <= 0) return undefined;
    return c.algebra.unslice(c.mean(only.count), 1, groups, only.start, only.step);
  },
};

interface Range {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

function ranges(c: RuleContext): Range[] {
  const list = (input: number) => (c.constant(input) ? [...arrayOf(c.constant(input)!).data] : undefined);
  const starts = list(1)!;
  const axes = list(3) ?? starts.map((_, i) => i);
  const steps = list(4) ?? starts.map(() => 1);
  return starts.map((from, i) => {
    const axis = normalAxis(axes[i]!, c.shape(0).length);
    const size = c.shape(0)[axis]!;
    const step = steps[i]!;
    const last = step > 0 ? size : size - 1;
    const start = Math.min(Math.max(from < 0 ? from + size : from, 0), last);
    return { axis, start, step, count: c.outputShape()[axis]! };
  });
}

/** [size, sources]: the adjoint of picking `sources` along an axis of `size`; a negative source picks nothing. */
function selection(size: number, sources: readonly number[]): NumberArray {
  const data = new Float64Array(size * sources.length);
  sources.forEach((i, j) => {
    if (i >= 0) data[i * sources.length + j]! += 1;
  });
  return { shape: [size, sources.length], data };
}

/** Pad: constant mode drops the border; reflect and edge send it back to where it came from; negative pads crop. */
export const pad: Rule = {
  refuses: (f, input) =>
    dataOnly(f, input) ?? (f.constant(1) ? undefined : 'its pads are computed at run time'),
  gradient(c) {
    const mode = stringAttribute(c.node, 'mode', 'constant');
    const shape = c.shape(0);
    return padsOf(c).reduce((g, [begin, end], axis) => {
      if (begin === 0 && end === 0) return g;
      const size = shape[axis]!;
      if (mode === 'constant' && begin >= 0 && end >= 0) return c.algebra.slice(g, axis, begin, size);
      const sources = Array.from({ length: size + begin + end }, (_, i) => padSource(i - begin, size, mode));
      return c.algebra.axisMap(g, axis, selection(size, sources));
    }, c.gradient());
  },
};

function padsOf(c: RuleContext): [number, number][] {
  const rank = c.shape(0).length;
  const given = [...arrayOf(c.constant(1)!).data];
  const named = c.constant(3)
    ? [...arrayOf(c.constant(3)!).data].map((a) => normalAxis(a, rank))
    : given.slice(0, given.length / 2).map((_, i) => i);
  const pads = c.shape(0).map((): [number, number] => [0, 0]);
  named.forEach((axis, i) => (pads[axis] = [given[i]!, given[i + named.length]!]));
  return pads;
}

/** The element that a padded position copies; -1 for a constant. */
function padSource(i: number, size: number, mode: string): number {
  if (i >= 0 && i < size) return i;
  if (mode === 'edge') return i < 0 ? 0 : size - 1;
  if (mode === 'reflect') {
    const period = 2 * (size - 1);
    const k = ((i % period) + period) % period;
    return k < size ? k : period - k;
  }
  if (mode === 'wrap') return ((i % size) + size) % size;
  return -1;
}

/** Gather with constant indices. */
export const gather: Rule = {
  refuses: (f, input) => (input === 0 && f.constant(1) ? undefined : 'its indices are computed at run time'),
  gradient(c) {
    const shape = c.shape(0);
    const axis = normalAxis(intAttribute(c.node, 'axis', 0), shape.length);
    const indices = [...arrayOf(c.constant(1)!).data].map((i) => normalAxis(i, shape[axis]!));
    const flat = shape.map((d, i) => (i === axis ? indices.length : d));
    return c.algebra.axisMap(c.algebra.reshape(c.gradient(), flat), axis, selection(shape[axis]!, indices));
  },
  mean(c, _, groups) {
    const shape = c.shape(0);
    const indices = c.constant(1)!;
    const axis = normalAxis(intAttribute(c.node, 'axis', 0), shape.length);
    if (axis !== 1 || shape[1] !== groups || indices.shape.length !== 1) return undefined;
    const picked = [...arrayOf(indices).data].map((i) => normalAxis(i, groups));
    return c.algebra.axisMap(c.mean(picked.length), 1, selection(groups, picked));
  },
};

export const expand: Rule = {
  refuses: dataOnly,
  gradient: (c) => c.algebra.sumTo(c.gradient(), c.shape(0)),
};

export const tile: Rule = {
  refuses: dataOnly,
  gradient(c) {
    const [from, to] = [c.shape(0), c.outputShape()];
    const unfolded = from.flatMap((d, i) => [to[i]! / d, d]);
    const summed = c.algebra.sumOver(
      c.algebra.reshape(c.gradient(), unfolded),
      from.map((_, i) => 2 * i),
    );
    return c.algebra.reshape(summed, from);
  },
};

/** DepthToSpace and SpaceToDepth are each other's adjoint: blocks of b x b pixels against groups of channels. */
export const depthToSpace: Rule = {
  gradient(c) {
    const b = intAttribute(c.node, 'blocksize', 1);
    const [n, k, h, w] = c.shape(0) as [number, number, number, number];
    const channels = k / (b * b);
    const blocks = c.algebra.reshape(c.gradient(), [n, channels, h, b, w, b]);
    const columnsFirst = stringAttribute(c.node, 'mode', 'DCR') === 'CRD';
    return c.algebra.reshape(
      c.algebra.transpose(blocks, columnsFirst ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4]),
      [n, k, h, w],
    );
  },
};

export const spaceToDepth: Rule = {
  gradient(c) {
    const b = intAttribute(c.node, 'blocksize', 1);
    const [n, k, h, w] = c.shape(0) as [number, number, number, number];
    const depth = c.algebra.reshape(c.gradient(), [n, b, b, k, h / b, w / b]);
    return c.algebra.reshape(c.algebra.transpose(depth, [0, 3, 4, 1, 5, 2]), [n, k, h, w]);
  },
};
