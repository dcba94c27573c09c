/** The ranges that a Slice takes (ONNX Slice: clamped as numpy does; attributes before opset 10). */
import { intsAttribute } from '../attributes.ts';
import type { Node } from '../ir.ts';
import { normaliseAxis, ShapeError } from './rule.ts';

export interface SliceRange {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

interface SliceContext {
  readonly node: Node;
  has(input: number): boolean;
  shape(input: number): readonly number[];
  numbers(input: number): number[];
}

export function sliceRanges(c: SliceContext): SliceRange[] {
  const input = c.shape(0);
  const list = (at: number, name: string): readonly number[] | undefined =>
    c.has(at) ? c.numbers(at) : intsAttribute(c.node, name);
  const starts = list(1, 'starts') ?? [];
  const ends = list(2, 'ends') ?? [];
  const axes = list(3, 'axes') ?? starts.map((_, i) => i);
  const steps = list(4, 'steps') ?? starts.map(() => 1);
  if (ends.length !== starts.length || axes.length !== starts.length || steps.length !== starts.length) {
    throw new ShapeError('starts, ends, axes and steps differ in length');
  }
  return starts.map((from, i) => {
    const axis = normaliseAxis(axes[i]!, input.length);
    const size = input[axis]!;
    const step = steps[i]!;
    if (step === 0) throw new ShapeError('the step is 0');
    const wrap = (at: number): number => (at < 0 ? at + size : at);
    const low = step > 0 ? 0 : -1;
    const high = step > 0 ? size : size - 1;
    const clamp = (at: number, least: number): number => Math.min(high, Math.max(least, wrap(at)));
    const start = clamp(from, 0);
    const end = clamp(ends[i]!, low);
    return { axis, start, step, count: Math.max(0, Math.ceil((end - start) / step)) };
  });
}
