/**
 * QuantizeLinear and DequantizeLinear: straight-through. Rounding counts as identity, saturation as a mask, so a
 * pair of them is a Clip to the representable range. Gradients stay in floating point.
 */
import type { DataType } from '../../graph/ir.ts';
import { arrayOf, type NumberArray } from '../array.ts';
import { intAttribute } from '../../graph/attributes.ts';
import type { NodeFacts, Rule, RuleContext } from '../rule.ts';
import { normalAxis, sizeOf } from '../shape.ts';
import { mask } from './activation.ts';

const ranges: Partial<Record<DataType, readonly [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
};

function refuses(f: NodeFacts, input: number): string | undefined {
  if (input !== 0 || !f.constant(1) || (f.node.inputs[2] && !f.constant(2)))
    return 'its scale is computed at run time';
  return intAttribute(f.node, 'block_size', 0) > 0 ? 'it is quantised by blocks' : undefined;
}

/** The scale as a factor that broadcasts into the data; per axis where it has several values. */
function scaleFactor(c: RuleContext, f: (scale: number) => number): string {
  const scale = arrayOf(c.constant(1)!);
  const rank = c.shape(0).length;
  const axis = normalAxis(intAttribute(c.node, 'axis', 1), rank);
  const shape = sizeOf(scale.shape) === 1 ? [] : c.shape(0).map((d, i) => (i === axis ? d : 1));
  return c.emitter.floats(`${c.emitter.scope}/scale`, shape, Float64Array.from(scale.data, f));
}

export const quantizeLinear: Rule = {
  refuses: (f, input) =>
    refuses(f, input) ??
    (sizeOf(f.constant(1)!.shape) === 1 ? undefined : 'it quantises activations per axis'),
  gradient(c) {
    const zeroPoint = c.constant(2);
    const [low, high] = ranges[zeroPoint?.dtype ?? 'uint8'] ?? [-Infinity, Infinity];
    const zero = zeroPoint ? first(arrayOf(zeroPoint)) : 0;
    const scale = first(arrayOf(c.constant(1)!));
    const bound = (q: number) => (q - zero) * scale;
    const inside = mask(c, c.gradient(), c.node.inputs[0]!, bound(low - 0.5), bound(high + 0.5));
    return c.algebra.scale(inside, 1 / scale);
  },
};

function first(array: NumberArray): number {
  return array.data[0]!;
}

export const dequantizeLinear: Rule = {
  refuses,
  gradient: (c) =>
    c.algebra.times(
      c.gradient(),
      scaleFactor(c, (s) => s),
    ),
  mean(c, _, groups) {
    return sizeOf(c.constant(1)!.shape) === 1
      ? c.algebra.times(
          c.mean(groups),
          scaleFactor(c, (s) => s),
        )
      : undefined;
  },
};
