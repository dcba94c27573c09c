import { lowerImageWindow } from './lower-conv.ts';
import { lowerWindow } from './lower-window.ts';
import {
  type LayerOf,
  type LoweredOperation,
  type LoweringContext,
  need,
  wordsPerVector,
} from './lowering.ts';
import { identityRuns } from './tile-runs.ts';

/** Pools and rescaled copies: identity weights pass each channel to its own column, the window adds up in time. */
export function lowerWindowSum(layer: LayerOf<'windowSum'>, context: LoweringContext): LoweredOperation[] {
  const source = need(context.tensors, layer.sum.input);
  if (source.memory === 'image') return lowerImageWindow(layer, context);
  const block = need(context.weights, layer.name);
  return lowerWindow(layer, context, identityRuns(block, source.tiles, wordsPerVector(context)));
}
