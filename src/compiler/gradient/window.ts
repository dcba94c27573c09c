/** Sliding windows of Conv, ConvTranspose and the pools: attributes resolved against shapes, pads explicit. */
import type { Attribute, Node } from '../graph/ir.ts';
import type { NumberArray } from './array.ts';
import { int, ints } from './emitter.ts';
import { intAttribute, intsAttribute, textAttribute } from './rule.ts';
import type { Shape } from './shape.ts';

export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Zeros before and after each spatial axis. */
  readonly begin: readonly number[];
  readonly end: readonly number[];
}

/** `input` and `output` are whole shapes, batch and channel in front. */
export function windowOf(node: Node, kernelShape: Shape | undefined, input: Shape, output: Shape): Window {
  const rank = input.length - 2;
  const ones = new Array<number>(rank).fill(1);
  const kernel = kernelShape ?? intsAttribute(node, 'kernel_shape', ones);
  const strides = intsAttribute(node, 'strides', ones);
  const dilations = intsAttribute(node, 'dilations', ones);
  const pads = intsAttribute(node, 'pads', new Array<number>(2 * rank).fill(0));
  const autoPad = textAttribute(node, 'auto_pad', 'NOTSET');
  let [begin, end] = [pads.slice(0, rank), pads.slice(rank)];
  if (autoPad === 'VALID') [begin, end] = [ones.map(() => 0), ones.map(() => 0)];
  if (autoPad.startsWith('SAME')) {
    const total = kernel.map((k, i) =>
      Math.max(0, (output[i + 2]! - 1) * strides[i]! + (k - 1) * dilations[i]! + 1 - input[i + 2]!),
    );
    const less = total.map((t) => Math.floor(t / 2));
    const more = total.map((t, i) => t - less[i]!);
    [begin, end] = autoPad === 'SAME_UPPER' ? [less, more] : [more, less];
  }
  return { kernel, strides, dilations, begin, end };
}

/** As attributes of a Conv-like node. */
export function windowAttributes(w: Window): Record<string, Attribute> {
  return {
    kernel_shape: ints(w.kernel),
    strides: ints(w.strides),
    dilations: ints(w.dilations),
    pads: ints([...w.begin, ...w.end]),
  };
}

export function groupAttribute(node: Node): Record<string, Attribute> {
  return { group: int(intAttribute(node, 'group', 1)) };
}

/** For one axis and tap: the range [first, last) of outputs whose tap lies inside the input of this size. */
export function outputsOfTap(
  w: Window,
  axis: number,
  tap: number,
  inputs: number,
  outputs: number,
): [number, number] {
  const [stride, begin, offset] = [w.strides[axis]!, w.begin[axis]!, tap * w.dilations[axis]!];
  const first = Math.max(0, Math.ceil((begin - offset) / stride));
  const last = Math.min(outputs, Math.floor((inputs - 1 + begin - offset) / stride) + 1);
  return [first, Math.max(first, last)];
}

/** Per spatial axis, the 0/1 matrix [taps, outputs] that says which outputs use a tap inside the input. */
export function tapMatrix(w: Window, input: Shape, output: Shape): NumberArray[] {
  return w.kernel.map((k, axis) => {
    const n = output[axis + 2]!;
    const data = new Float64Array(k * n);
    for (let tap = 0; tap < k; tap++) {
      const [first, last] = outputsOfTap(w, axis, tap, input[axis + 2]!, n);
      data.fill(1, tap * n + first, tap * n + last);
    }
    return { shape: [k, n], data };
  });
}

/** True where every tap of every output lies inside the input. */
export function alwaysInside(w: Window, input: Shape, output: Shape): boolean {
  return w.kernel.every((k, axis) =>
    [0, k - 1].every((tap) => {
      const n = output[axis + 2]!;
      const [first, last] = outputsOfTap(w, axis, tap, input[axis + 2]!, n);
      return first === 0 && last === n;
    }),
  );
}
