import { imageFront, windowFront } from './lower-conv.ts';
import {
  type LayerOf,
  type LoweredOperation,
  type LoweringContext,
  need,
  outputHalf,
  passWords,
} from './lowering.ts';
import { walk } from './walk.ts';

/** Pools and rescaled copies: identity weights pass each channel to its own column, the window adds up in time. */
export function lowerWindowSum(layer: LayerOf<'windowSum'>, context: LoweringContext): LoweredOperation[] {
  const block = need(context.weights, layer.name);
  const source = need(context.tensors, layer.sum.input);
  const half = outputHalf(layer, context);
  if (source.memory === 'image') {
    const strides = { tile: block.height * block.width, ky: block.width, kx: 1 };
    const weights = { mode: 'plain' as const, walk: walk(block.base, strides), classStride: 0 };
    return [{ ...half, ...imageFront(layer, context), weights }];
  }
  // C columns take C / R activation words, one identity word each.
  const front = windowFront(layer, context, { count: block.iTiles, tileStep: block.iTiles });
  const weights = { mode: 'plain' as const, walk: walk(block.base, { input: 1 }), classStride: 0 };
  return passWords({ ...half, ...front, weights }, source.tiles, context);
}
