/** Proof against overflow: the accumulator of a layer never leaves int32, whatever the image. */
import { fail } from '../../diagnostics.ts';

export const int32Limit = 2 ** 31 - 1;

/** Bits a signed accumulator of this magnitude needs. */
export function accumulatorBits(bound: number): number {
  return Math.floor(Math.log2(Math.max(1, bound))) + 2;
}

/**
 * Bits of a layer's accumulator, whose magnitude is proven to stay within `bound`.
 *
 * @throws CompileError CAM403 where int32 is not enough.
 */
export function provenBits(layer: string, bound: number): number {
  if (bound <= int32Limit) return accumulatorBits(bound);
  return fail(
    'CAM403',
    `Layer "${layer}" may need an accumulator of ${accumulatorBits(bound)} bits, the engine has 32.`,
    'For a gradient take 8 gradient bits, or a target nearer to the scores; a layer of the inference must sum over fewer inputs.',
    { node: layer },
  );
}
