import { windowFront } from './lower-conv.ts';
import {
  type LayerOf,
  type LoweredOperation,
  type LoweringContext,
  need,
  outputHalf,
  passWords,
  wordsPerVector,
} from './lowering.ts';
import { walk } from './walk.ts';

/** Maximum pool: one tap per step, numbered row-major by the weight walk; no weight is read. */
export function lowerMaxPool(layer: LayerOf<'maxPool'>, context: LoweringContext): LoweredOperation[] {
  const words = wordsPerVector(context);
  const front = windowFront(layer, context, { count: words, tileStep: words });
  const numbers = walk(0, { ky: layer.sum.geometry.kernel[1], kx: 1 });
  const pool: LoweredOperation = {
    ...outputHalf(layer, context),
    ...front,
    // What is outside must not win against anything.
    padding: -128,
    weights: { mode: 'maximum', walk: numbers, classStride: 0 },
  };
  return passWords(pool, need(context.tensors, layer.sum.input).tiles, context);
}
