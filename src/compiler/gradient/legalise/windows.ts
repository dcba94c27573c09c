/** Windowed adjoints in standard ONNX. */
import { intsAttribute, makeAttribute } from '../../graph/attributes.ts';
import type { Node } from '../../graph/ir.ts';
import { extent, type Window } from '../../graph/window.ts';
import type { Emitter } from '../emitter.ts';
import type { Shape } from '../shape.ts';

/** The window a Conv-like adjoint carries in its attributes. */
export function windowIn(node: Node): Window {
  const list = (name: string) => intsAttribute(node, name) ?? [];
  const kernel = list('kernel_shape');
  const pads = list('pads');
  return {
    kernel,
    strides: list('strides'),
    dilations: list('dilations'),
    padsBegin: pads.slice(0, kernel.length),
    padsEnd: pads.slice(kernel.length),
    output: [],
  };
}

/** ConvTranspose from [1, O, Ho, Wo] to exactly `shape`: what the strides left over at the end is cropped or padded. */
export function transposedConv(
  e: Emitter,
  dY: string,
  weights: string,
  w: Window,
  group: number,
  shape: Shape,
): string {
  const output = e.shape(dY).slice(2);
  const surplus = w.kernel.map(
    (k, i) => w.strides[i]! * (output[i]! - 1) + extent(k, w.dilations[i]!) - w.padsBegin[i]! - shape[i + 2]!,
  );
  return e.emit('ConvTranspose', [dY, weights], {
    shape,
    attributes: {
      kernel_shape: makeAttribute.ints(w.kernel),
      strides: makeAttribute.ints(w.strides),
      dilations: makeAttribute.ints(w.dilations),
      group: makeAttribute.int(group),
      pads: makeAttribute.ints([...w.padsBegin, ...surplus.map((s) => Math.max(0, s))]),
      output_padding: makeAttribute.ints(surplus.map((s) => Math.max(0, -s))),
    },
  });
}
