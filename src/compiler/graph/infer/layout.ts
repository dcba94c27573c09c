/** Operators that rearrange: reshapes, slices, joins, resizes. */
import {
  floatsAttribute,
  intAttribute,
  intsAttribute,
  stringAttribute,
  tensorAttribute,
} from '../attributes.ts';
import { requireDataType } from '../data-type-codes.ts';
import type { DataType } from '../ir.ts';
import { elementCount } from '../tensor.ts';
import {
  broadcastShapes,
  normaliseAxis,
  sameType,
  ShapeError,
  type RuleContext,
  type RuleTable,
  type ShapeRule,
} from './rule.ts';
import { sliceRanges } from './slice-ranges.ts';

const text = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/** A list that was an attribute in old opsets and is an input in new ones. */
function listOf(c: RuleContext, input: number, attribute: string): readonly number[] | undefined {
  return c.has(input) ? c.numbers(input) : intsAttribute(c.node, attribute);
}

const reshape: ShapeRule = (c) => {
  const input = c.shape(0);
  const wanted = c.has(1) ? c.numbers(1) : (intsAttribute(c.node, 'shape') ?? []);
  const zeroIsZero = intAttribute(c.node, 'allowzero', 0) === 1;
  const shape = wanted.map((d, i) => (d === 0 && !zeroIsZero ? (input[i] ?? -2) : d));
  const count = elementCount(input);
  const hole = shape.indexOf(-1);
  if (hole >= 0) shape[hole] = count / elementCount(shape.filter((_, i) => i !== hole));
  if (shape.some((d) => !Number.isInteger(d) || d < 0) || elementCount(shape) !== count) {
    throw new ShapeError(`${text(input)} cannot be reshaped to ${text(wanted)}`);
  }
  return [{ dtype: c.type(0), shape }];
};

const concat: ShapeRule = (c) => {
  const first = c.shape(0);
  const axis = normaliseAxis(intAttribute(c.node, 'axis', 1), first.length);
  const shape = [...first];
  c.node.inputs.slice(1).forEach((_, i) => {
    const other = c.shape(i + 1);
    if (other.length !== first.length || other.some((d, k) => k !== axis && d !== first[k])) {
      throw new ShapeError(`${text(first)} and ${text(other)} cannot be joined along axis ${axis}`);
    }
    shape[axis]! += other[axis]!;
  });
  return [{ dtype: sameType(c), shape }];
};

const split: ShapeRule = (c) => {
  const input = c.shape(0);
  const axis = normaliseAxis(intAttribute(c.node, 'axis', 0), input.length);
  const parts = c.node.outputs.length;
  const even = Math.ceil(input[axis]! / parts);
  const sizes =
    listOf(c, 1, 'split') ??
    Array.from({ length: parts }, (_, i) => Math.max(0, Math.min(even, input[axis]! - i * even)));
  if (
    sizes.length !== parts ||
    sizes.some((s) => s < 0) ||
    sizes.reduce((a, b) => a + b, 0) !== input[axis]
  ) {
    throw new ShapeError(`axis ${axis} of ${text(input)} cannot be split into ${text(sizes)}`);
  }
  return sizes.map((size) => ({ dtype: c.type(0), shape: input.map((d, i) => (i === axis ? size : d)) }));
};

const pad: ShapeRule = (c) => {
  const input = c.shape(0);
  const pads = listOf(c, 1, 'pads') ?? [];
  const axes = c.has(3) ? c.numbers(3).map((a) => normaliseAxis(a, input.length)) : input.map((_, i) => i);
  if (pads.length !== 2 * axes.length) throw new ShapeError(`${pads.length} pads for ${axes.length} axes`);
  const shape = [...input];
  axes.forEach((axis, i) => (shape[axis]! += pads[i]! + pads[i + axes.length]!));
  if (shape.some((d) => d < 0)) throw new ShapeError(`the padded shape would be ${text(shape)}`);
  return [{ dtype: sameType(c, [0, 2]), shape }];
};

/** Resize (opset 10: scales only; 11 and later: roi, scales, sizes) and Upsample. */
const resize: ShapeRule = (c) => {
  const input = c.shape(0);
  const upsample = c.node.op === 'Upsample' || c.opset < 11;
  const asked = intsAttribute(c.node, 'axes');
  const axes = asked ? asked.map((a) => normaliseAxis(a, input.length)) : input.map((_, i) => i);
  const shape = [...input];
  const sizes = !upsample && c.has(3) ? c.numbers(3) : undefined;
  if (sizes && sizes.length > 0) {
    const ratios = axes.map((axis, i) => sizes[i]! / input[axis]!);
    const policy = stringAttribute(c.node, 'keep_aspect_ratio_policy', 'stretch');
    const scale = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
    axes.forEach(
      (axis, i) => (shape[axis] = policy === 'stretch' ? sizes[i]! : roundHalfUp(scale * input[axis]!)),
    );
  } else {
    const at = upsample ? 1 : 2;
    const scales = c.has(at) ? c.numbers(at) : floatsAttribute(c.node, 'scales');
    if (scales?.length !== axes.length)
      throw new ShapeError(`${scales?.length ?? 0} scales for ${axes.length} axes`);
    axes.forEach((axis, i) => (shape[axis] = Math.floor(input[axis]! * scales[i]!)));
  }
  return [{ dtype: c.type(0), shape }];
};

function roundHalfUp(x: number): number {
  return Math.floor(x + 0.5);
}

function blocks(c: RuleContext, shape: (s: readonly number[], b: number) => number[]): ReturnType<ShapeRule> {
  const input = c.shape(0);
  if (input.length !== 4) throw new ShapeError(`the input ${text(input)} is not 4-D`);
  const result = shape(input, intAttribute(c.node, 'blocksize', 0));
  if (result.some((d) => !Number.isInteger(d)))
    throw new ShapeError(`the block size does not divide ${text(input)}`);
  return [{ dtype: c.type(0), shape: result }];
}

export const layoutRules: RuleTable = {
  Reshape: reshape,
  Concat: concat,
  Split: split,
  Pad: pad,
  Resize: resize,
  Upsample: resize,
  Flatten: (c) => {
    const input = c.shape(0);
    const axis = intAttribute(c.node, 'axis', 1);
    const at = axis < 0 ? axis + input.length : axis;
    return [{ dtype: c.type(0), shape: [elementCount(input.slice(0, at)), elementCount(input.slice(at))] }];
  },
  Squeeze: (c) => {
    const input = c.shape(0);
    const axes = listOf(c, 1, 'axes')?.map((a) => normaliseAxis(a, input.length));
    if (axes?.some((a) => input[a] !== 1))
      throw new ShapeError(`${text(input)} has no size 1 at ${text(axes)}`);
    return [{ dtype: c.type(0), shape: input.filter((d, i) => (axes ? !axes.includes(i) : d !== 1)) }];
  },
  Unsqueeze: (c) => {
    const input = c.shape(0);
    const given = listOf(c, 1, 'axes') ?? [];
    const rank = input.length + given.length;
    const axes = given.map((a) => normaliseAxis(a, rank));
    const rest = [...input];
    return [
      {
        dtype: c.type(0),
        shape: Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : rest.shift()!)),
      },
    ];
  },
  Transpose: (c) => {
    const input = c.shape(0);
    const order = intsAttribute(c.node, 'perm') ?? input.map((_, i) => input.length - 1 - i);
    if (order.length !== input.length || new Set(order).size !== input.length) {
      throw new ShapeError(`perm ${text(order)} is no permutation of ${input.length} axes`);
    }
    return [{ dtype: c.type(0), shape: order.map((a) => input[normaliseAxis(a, input.length)]!) }];
  },
  Slice: (c) => {
    const shape = [...c.shape(0)];
    for (const { axis, count } of sliceRanges(c)) shape[axis] = count;
    return [{ dtype: c.type(0), shape }];
  },
  Gather: (c) => {
    const input = c.shape(0);
    const axis = normaliseAxis(intAttribute(c.node, 'axis', 0), input.length);
    return [{ dtype: c.type(0), shape: [...input.slice(0, axis), ...c.shape(1), ...input.slice(axis + 1)] }];
  },
  GatherND: (c) => {
    const [input, indices] = [c.shape(0), c.shape(1)];
    const batch = intAttribute(c.node, 'batch_dims', 0);
    const depth = indices.at(-1);
    if (depth === undefined || batch + depth > input.length)
      throw new ShapeError('its indices have too many axes');
    return [{ dtype: c.type(0), shape: [...indices.slice(0, -1), ...input.slice(batch + depth)] }];
  },
  ScatterElements: (c) => [{ dtype: c.type(0), shape: c.shape(0) }],
  ScatterND: (c) => [{ dtype: c.type(0), shape: c.shape(0) }],
  TopK: (c) => {
    const input = c.shape(0);
    const axis = normaliseAxis(intAttribute(c.node, 'axis', -1), input.length);
    const [k] = c.has(1) ? c.numbers(1) : [intAttribute(c.node, 'k', 0)];
    if (k === undefined || k > input[axis]!) throw new ShapeError(`it takes ${k} of ${input[axis]} elements`);
    const shape = input.map((d, i) => (i === axis ? k : d));
    return [
      { dtype: c.type(0), shape },
      { dtype: 'int64', shape },
    ];
  },
  GatherElements: (c) => [{ dtype: c.type(0), shape: c.shape(1) }],
  Expand: (c) => [{ dtype: c.type(0), shape: broadcastShapes(c.shape(0), c.numbers(1)) }],
  Tile: (c) => {
    const repeats = c.numbers(1);
    return [{ dtype: c.type(0), shape: c.shape(0).map((d, i) => d * (repeats[i] ?? 1)) }];
  },
  Cast: (c) => [{ dtype: castType(c), shape: c.shape(0) }],
  CastLike: (c) => [{ dtype: c.type(1), shape: c.shape(0) }],
  Shape: (c) => {
    const rank = c.shape(0).length;
    const clamp = (at: number): number => Math.min(rank, Math.max(0, at < 0 ? at + rank : at));
    const start = clamp(intAttribute(c.node, 'start', 0));
    return [{ dtype: 'int64', shape: [Math.max(0, clamp(intAttribute(c.node, 'end', rank)) - start)] }];
  },
  Size: () => [{ dtype: 'int64', shape: [] }],
  Range: (c) => {
    const [start, limit, delta] = [c.numbers(0)[0]!, c.numbers(1)[0]!, c.numbers(2)[0]!];
    return [{ dtype: sameType(c), shape: [Math.max(0, Math.ceil((limit - start) / delta))] }];
  },
  Constant: (c) => {
    // The reader has turned every other form of Constant into an initializer.
    const tensor = tensorAttribute(c.node, 'value');
    if (!tensor) throw new ShapeError('it holds no value');
    return [{ dtype: tensor.dtype, shape: tensor.shape }];
  },
  ConstantOfShape: (c) => [
    { dtype: tensorAttribute(c.node, 'value')?.dtype ?? 'float32', shape: c.numbers(0) },
  ],
  DepthToSpace: (c) => blocks(c, ([n, ch, h, w], b) => [n!, ch! / (b * b), h! * b, w! * b]),
  SpaceToDepth: (c) => blocks(c, ([n, ch, h, w], b) => [n!, ch! * b * b, h! / b, w! / b]),
};

function castType(c: RuleContext): DataType {
  return requireDataType(intAttribute(c.node, 'to', 0), c.node.outputs[0]!);
}
