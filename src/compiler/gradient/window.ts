/** Which outputs of a sliding window use which taps, and windows as attributes with explicit pads. */
import { intAttribute, makeAttribute } from '../graph/attributes.ts';
import type { Attribute, Node } from '../graph/ir.ts';
import type { Window } from '../graph/window.ts';
import type { NumberArray } from './array.ts';
import type { Shape } from './shape.ts';

/** As attributes of a Conv-like node. */
export function windowAttributes(w: Window): Record<string, Attribute> {
  return {
    kernel_shape: makeAttribute.ints(w.kernel),
    strides: makeAttribute.ints(w.strides),
    dilations: makeAttribute.ints(w.dilations),
    pads: makeAttribute.ints([...w.padsBegin, ...w.padsEnd]),
  };
}

export function groupAttribute(node: Node): Record<string, Attribute> {
  return { group: makeAttribute.int(intAttribute(node, 'group', 1)) };
}

/** For one axis and tap: the range [first, last) of outputs whose tap lies inside the input of this size. */
export function outputsOfTap(
  w: Window,
  axis: number,
  tap: number,
  inputs: number,
  outputs: number,
): [number, number] {
  const [stride, begin, offset] = [w.strides[axis]!, w.padsBegin[axis]!, tap * w.dilations[axis]!];
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
