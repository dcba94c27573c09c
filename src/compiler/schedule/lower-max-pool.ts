import { windowFront } from './lower-conv.ts';
import {
  type LayerOf,
  type LoweredOperation,
  type LoweringContext,
  outputHalf,
  wordsPerVector,
} from './lowering.ts';
import { walk } from './walk.ts';

/** Maximum pool: one tap per step, numbered row-major by the weight walk; no weight is read. */
export function lowerMaxPool(layer: LayerOf<'maxPool'>, context: LoweringContext): LoweredOperation[] {
  const words = wordsPerVector(context);
  const front = windowFront(layer, context, { count: words, tileStep: words });
  const numbers = walk(0, { ky: layer.sum.geometry.kernel[1], kx: 1 });
  return [
    {
      ...outputHalf(layer, context),
      ...front,
      // What is outside must not win against anything.
      padding: -128,
      weights: { mode: 'maximum', walk: numbers, classStride: 0 },
    },
  ];
}
