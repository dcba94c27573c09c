/** Evaluators of operators that rearrange elements. */
import { intAttribute, intsAttribute, stringAttribute, tensorAttribute } from '../attributes.ts';
import { normaliseAxis, ShapeError } from '../infer/rule.ts';
import { sliceRanges } from '../infer/slice-ranges.ts';
import type { Tensor } from '../ir.ts';
import { broadcast, copy, materialise, sliceAxis, transpose, view } from '../ndarray.ts';
import { allocate, elementCount, filledTensor, int64Tensor, isBig, strides, toNumbers } from '../tensor.ts';
import { accessors, input, type EvaluationContext, type Evaluator } from './evaluator.ts';

/** The same elements under the inferred shape: no copy. */
const reshape: Evaluator = (c) => [{ ...input(c, 0), shape: c.outputs[0]!.shape }];

const concat: Evaluator = (c) => {
  const { dtype, shape } = c.outputs[0]!;
  const axis = normaliseAxis(intAttribute(c.node, 'axis', 1), shape.length);
  const data = allocate(dtype, elementCount(shape));
  const step = strides(shape);
  let at = 0;
  for (const tensor of c.inputs) {
    if (!tensor) continue;
    copy(view(tensor), data, at * step[axis]!, step);
    at += tensor.shape[axis]!;
  }
  return [{ dtype, shape, data }];
};

const split: Evaluator = (c) => {
  const axis = normaliseAxis(intAttribute(c.node, 'axis', 0), c.shapes[0]!.length);
  let at = 0;
  return c.outputs.map(({ dtype, shape }) => {
    const part = sliceAxis(view(input(c, 0)), axis, at, 1, shape[axis]!);
    at += shape[axis]!;
    return materialise(part, dtype);
  });
};

const slice: Evaluator = (c) => {
  let v = view(input(c, 0));
  for (const { axis, start, step, count } of sliceRanges(accessors(c)))
    v = sliceAxis(v, axis, start, step, count);
  return [materialise(v, c.outputs[0]!.dtype)];
};

const gather: Evaluator = (c) => {
  const source = input(c, 0);
  const axis = normaliseAxis(intAttribute(c.node, 'axis', 0), source.shape.length);
  const { dtype, shape } = c.outputs[0]!;
  const indices = toNumbers(input(c, 1));
  const data = allocate(dtype, elementCount(shape));
  const outer = source.shape.slice(0, axis);
  const inner = source.shape.slice(axis + 1);
  // Seen as [outer..., indices, inner...], whatever the rank of the indices.
  const step = strides([...outer, indices.length, ...inner]);
  indices.forEach((index, i) => {
    const at = normaliseIndex(index, source.shape[axis]!);
    copy(sliceAxis(view(source), axis, at, 1, 1), data, i * step[axis]!, step);
  });
  return [{ dtype, shape, data }];
};

function normaliseIndex(index: number, size: number): number {
  const at = index < 0 ? index + size : index;
  if (at < 0 || at >= size) throw new ShapeError(`index ${index} is out of range`);
  return at;
}

function filled(c: EvaluationContext, value: number | bigint): Tensor {
  const { dtype, shape } = c.outputs[0]!;
  return filledTensor(dtype, value, shape);
}

/** Constant mode only; the other modes are left to the runtime. */
const pad: Evaluator = (c) => {
  const source = input(c, 0);
  const { dtype, shape } = c.outputs[0]!;
  const pads = c.inputs[1] ? toNumbers(c.inputs[1]) : intsAttribute(c.node, 'pads');
  if (
    stringAttribute(c.node, 'mode', 'constant') !== 'constant' ||
    !pads ||
    c.inputs[3] ||
    pads.some((p) => p < 0)
  ) {
    throw new ShapeError('not folded');
  }
  const result = filled(c, c.inputs[2]?.data[0] ?? 0);
  const step = strides(shape);
  const offset = step.reduce((sum, s, axis) => sum + s * pads[axis]!, 0);
  copy(view(source), result.data, offset, step);
  return [{ dtype, shape, data: result.data }];
};

const tile: Evaluator = (c) => {
  const source = input(c, 0);
  const { dtype, shape } = c.outputs[0]!;
  // [a, b] tiled by [r, s] is [1, a, 1, b] broadcast to [r, a, s, b].
  const spread = source.shape.flatMap((d) => [1, d]);
  const full = source.shape.flatMap((d, axis) => [d === 0 ? 0 : shape[axis]! / d, d]);
  const tiled = materialise(broadcast(view({ ...source, shape: spread }), full), dtype);
  return [{ ...tiled, shape }];
};

export const layoutEvaluators: Readonly<Record<string, Evaluator>> = {
  Identity: reshape,
  Reshape: reshape,
  Flatten: reshape,
  Squeeze: reshape,
  Unsqueeze: reshape,
  Concat: concat,
  Split: split,
  Slice: slice,
  Gather: gather,
  Pad: pad,
  Tile: tile,
  Transpose: (c) => {
    const source = input(c, 0);
    const rank = source.shape.length;
    const order = intsAttribute(c.node, 'perm') ?? source.shape.map((_, i) => rank - 1 - i);
    const permutation = order.map((a) => normaliseAxis(a, rank));
    return [materialise(transpose(view(source), permutation), source.dtype)];
  },
  Expand: (c) => [materialise(broadcast(view(input(c, 0)), c.outputs[0]!.shape), c.outputs[0]!.dtype)],
  Shape: (c) => {
    const start = intAttribute(c.node, 'start', 0);
    const rank = c.shapes[0]!.length;
    const from = Math.min(rank, Math.max(0, start < 0 ? start + rank : start));
    return [int64Tensor(c.shapes[0]!.slice(from, from + c.outputs[0]!.shape[0]!))];
  },
  Size: (c) => [int64Tensor([elementCount(c.shapes[0]!)], [])],
  Constant: (c) => [tensorAttribute(c.node, 'value')!],
  ConstantOfShape: (c) => [filled(c, tensorAttribute(c.node, 'value')?.data[0] ?? 0)],
  Range: (c) => {
    const [start, delta] = [input(c, 0).data[0]!, input(c, 2).data[0]!];
    const { dtype, shape } = c.outputs[0]!;
    const data = allocate(dtype, shape[0]!);
    for (let i = 0; i < data.length; i++) {
      if (isBig(dtype)) data[i] = (start as bigint) + BigInt(i) * (delta as bigint);
      else data[i] = Number(start) + i * Number(delta);
    }
    return [{ dtype, shape, data }];
  },
};
