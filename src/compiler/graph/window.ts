/**
 * Geometry of sliding windows (Conv, pools) and of transposed convolution, per spatial axis: ONNX operator
 * specification of Conv, MaxPool, AveragePool and ConvTranspose.
 */
import { intAttribute, intsAttribute, stringAttribute } from './attributes.ts';
import type { Node } from './ir.ts';

export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Explicit padding before and after, SAME_* resolved. */
  readonly padsBegin: readonly number[];
  readonly padsEnd: readonly number[];
  /** Output size. */
  readonly output: readonly number[];
}

/** Extent of a dilated kernel. */
export function extent(kernel: number, dilation: number): number {
  return (kernel - 1) * dilation + 1;
}

/** Window of a Conv or pool node over an input of the given spatial size. An output size may come out as 0 or less. */
export function slidingWindow(node: Node, spatial: readonly number[], kernel: readonly number[]): Window {
  const rank = spatial.length;
  const strides = intsAttribute(node, 'strides') ?? new Array<number>(rank).fill(1);
  const dilations = intsAttribute(node, 'dilations') ?? new Array<number>(rank).fill(1);
  const autoPad = stringAttribute(node, 'auto_pad', 'NOTSET');
  const ceil = intAttribute(node, 'ceil_mode', 0) === 1;
  const pads = autoPad === 'NOTSET' ? intsAttribute(node, 'pads') : undefined;
  const padsBegin: number[] = [];
  const padsEnd: number[] = [];
  const output: number[] = [];
  for (let i = 0; i < rank; i++) {
    const size = spatial[i]!;
    const stride = strides[i]!;
    const span = extent(kernel[i]!, dilations[i]!);
    if (autoPad === 'SAME_UPPER' || autoPad === 'SAME_LOWER') {
      const out = Math.ceil(size / stride);
      const total = Math.max(0, (out - 1) * stride + span - size);
      const small = Math.floor(total / 2);
      padsBegin.push(autoPad === 'SAME_UPPER' ? small : total - small);
      padsEnd.push(autoPad === 'SAME_UPPER' ? total - small : small);
      output.push(out);
      continue;
    }
    const begin = pads?.[i] ?? 0;
    const end = pads?.[i + rank] ?? 0;
    const steps = (size + begin + end - span) / stride;
    let out = (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
    // A last window that would start in the end padding is dropped.
    if (ceil && (out - 1) * stride >= size + begin) out -= 1;
    padsBegin.push(begin);
    padsEnd.push(end);
    output.push(out);
  }
  return { kernel, strides, dilations, padsBegin, padsEnd, output };
}

/** Window of a ConvTranspose node; `output` is the size of the (larger) result. */
export function transposedWindow(node: Node, spatial: readonly number[], kernel: readonly number[]): Window {
  const rank = spatial.length;
  const strides = intsAttribute(node, 'strides') ?? new Array<number>(rank).fill(1);
  const dilations = intsAttribute(node, 'dilations') ?? new Array<number>(rank).fill(1);
  const outputPadding = intsAttribute(node, 'output_padding') ?? new Array<number>(rank).fill(0);
  const autoPad = stringAttribute(node, 'auto_pad', 'NOTSET');
  const same = autoPad === 'SAME_UPPER' || autoPad === 'SAME_LOWER';
  const wanted = intsAttribute(node, 'output_shape')?.slice(-rank);
  const pads = autoPad === 'NOTSET' ? intsAttribute(node, 'pads') : undefined;
  const padsBegin: number[] = [];
  const padsEnd: number[] = [];
  const output: number[] = [];
  for (let i = 0; i < rank; i++) {
    const full = strides[i]! * (spatial[i]! - 1) + outputPadding[i]! + extent(kernel[i]!, dilations[i]!);
    const size = wanted?.[i] ?? (same ? spatial[i]! * strides[i]! : undefined);
    if (size === undefined) {
      const begin = pads?.[i] ?? 0;
      const end = pads?.[i + rank] ?? 0;
      padsBegin.push(begin);
      padsEnd.push(end);
      output.push(full - begin - end);
      continue;
    }
    const total = Math.max(0, full - size);
    const small = Math.floor(total / 2);
    padsBegin.push(autoPad === 'SAME_UPPER' ? small : total - small);
    padsEnd.push(autoPad === 'SAME_UPPER' ? total - small : small);
    output.push(size);
  }
  return { kernel, strides, dilations, padsBegin, padsEnd, output };
}
