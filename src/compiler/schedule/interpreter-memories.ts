import { loadImage } from './load-image.ts';
import type { Schedule, Walk } from './operation.ts';

/** The R bytes of a step's first operand: where they stand. */
export interface Operand {
  values: Int8Array;
  first: number;
}

/** The engine's memories and registers while the interpreter runs. */
export class Memories {
  readonly activation: Int8Array;
  readonly image: Int8Array;
  readonly mask: Uint8Array;
  readonly result: Int32Array;
  /** Bytes of an operand that no memory holds: padding or one-hot. */
  readonly constant: Int8Array;
  readonly operand: Operand;
  biasRegister = 0;
  class: number;
  best = -Infinity;

  constructor(
    readonly schedule: Schedule,
    pixels: Uint8Array | Int8Array,
    fixedClass: number | undefined,
  ) {
    const { depths, shape, image } = schedule;
    this.activation = new Int8Array(depths.activation * shape.rows);
    this.image = loadImage(image, shape.rows, pixels);
    this.mask = new Uint8Array(depths.mask * shape.columns);
    this.result = new Int32Array(depths.result);
    this.constant = new Int8Array(shape.rows);
    this.operand = { values: this.constant, first: 0 };
    this.class = fixedClass ?? 0;
    this.fixed = fixedClass !== undefined;
  }
  readonly fixed: boolean;

  /** Running argmax: the first of the largest wins. */
  score(channel: number, value: number): void {
    this.result[channel] = value;
    if (channel === 0) this.best = -Infinity;
    if (value <= this.best) return;
    this.best = value;
    if (!this.fixed) this.class = channel;
  }
}

/** Value of a walk at the output levels (tile, row, column). */
export const outer = ({ base, strides }: Walk, t: number, r: number, c: number) =>
  base + t * strides[0] + r * strides[1] + c * strides[2];
/** What the reduction levels (plane, ky, kx, input) add. */
export const inner = ({ strides }: Walk, p: number, ky: number, kx: number, i: number) =>
  p * strides[3] + ky * strides[4] + kx * strides[5] + i * strides[6];
