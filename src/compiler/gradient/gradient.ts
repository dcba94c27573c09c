/**
 * Symbolic gradients: what is known of dz_c/dX at compile time.
 *
 * Zero: nothing flows. Constant: a table with one row per class; the image plays no part in it. Runtime: a tensor
 * of the gradient graph. Values repeated along an axis are kept once: `stored` has 1 there and broadcasts to
 * `shape` (the adjoint of a global average pool is one number per channel, whatever H and W). Factors common to
 * all elements are kept in `scale` until an operator can take them for nothing.
 */
import type { NumberArray } from './array.ts';
import { sameShape, type Shape } from './shape.ts';

/** What a runtime gradient depends on: the class alone, also on mask bits of this image, or on its activations. */
export type Nature = 'constant' | 'masked' | 'general';

export interface ZeroGradient {
  readonly kind: 'zero';
  readonly shape: Shape;
}

/** Rows of a constant gradient: the one-hot rows themselves, or a table [classes, ...stored without its batch axis]. */
export type Rows =
  | { readonly kind: 'identity'; readonly classes: number }
  | {
      readonly kind: 'table';
      readonly table: NumberArray;
      /** The initializer [classes, K] whose rows these are, where there is one: nothing need be stored again. */
      readonly initializer?: string;
    };

export interface ConstantGradient {
  readonly kind: 'constant';
  /** Shape of the tensor this is the gradient of, batch 1 in front. */
  readonly shape: Shape;
  /** Shape of one row, 1 in front (a gradient whose own first axis is longer is run-time); broadcasts to `shape`. */
  readonly stored: Shape;
  readonly rows: Rows;
  readonly scale: number;
}

export interface RuntimeGradient {
  readonly kind: 'runtime';
  readonly shape: Shape;
  /** Shape of `tensor`; broadcasts to `shape`. */
  readonly stored: Shape;
  readonly tensor: string;
  readonly scale: number;
  readonly nature: Nature;
}

export type Gradient = ZeroGradient | ConstantGradient | RuntimeGradient;

export function zero(shape: Shape): ZeroGradient {
  return { kind: 'zero', shape };
}

export function runtime(tensor: string, shape: Shape, nature: Nature, stored = shape): RuntimeGradient {
  return { kind: 'runtime', shape, stored, tensor, scale: 1, nature };
}

const natures: readonly Nature[] = ['constant', 'masked', 'general'];

/** The less static of two natures. */
export function joinNature(a: Nature, b: Nature): Nature {
  return natures[Math.max(natures.indexOf(a), natures.indexOf(b))]!;
}

export function natureOf(g: Gradient): Nature {
  return g.kind === 'runtime' ? g.nature : 'constant';
}

/** True where each channel holds one value for its whole plane. */
export function isUniform(g: Gradient): boolean {
  return g.kind === 'zero' || (g.stored.length === 4 && g.stored[2] === 1 && g.stored[3] === 1);
}

/** True where every element is stored. */
export function isFull(g: ConstantGradient | RuntimeGradient): boolean {
  return sameShape(g.shape, g.stored);
}
