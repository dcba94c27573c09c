import { lowerAdjoint } from './lower-conv-backward.ts';
import { lowerWindow } from './lower-window.ts';
import {
  type LayerOf,
  type LoweredOperation,
  type LoweringContext,
  need,
  wordsPerVector,
} from './lowering.ts';
import { elementRuns, type TileRun } from './tile-runs.ts';

/** Runs over a tensor's own words whose steps are numbered row-major in the window: no weight is read. */
function numberedRuns(
  mode: 'maximum' | 'winners',
  layer: LayerOf<'maxPool' | 'maxPoolBackward'>,
  context: LoweringContext,
): TileRun[] {
  const { tiles } = need(context.tensors, layer.sum.input);
  const strides = { tile: 0, ky: layer.sum.geometry.kernel[1], kx: 1, input: 0 };
  return elementRuns({ mode, weights: 0, strides }, tiles, wordsPerVector(context));
}

/** Maximum pool: one tap per step. */
export function lowerMaxPool(layer: LayerOf<'maxPool'>, context: LoweringContext): LoweredOperation[] {
  const operations = lowerWindow(layer, context, numberedRuns('maximum', layer, context));
  // What is outside must not win against anything.
  return operations.map((operation) => ({ ...operation, padding: -128 }));
}

/**
 * Adjoint of a maximum pool: like a transposed convolution with ones for weights, one operation per stride phase; a
 * gradient passes in the step of the tap that won its window, as the second activation port tells.
 */
export function lowerMaxPoolBackward(
  layer: LayerOf<'maxPoolBackward'>,
  context: LoweringContext,
): LoweredOperation[] {
  return lowerAdjoint(layer, context, numberedRuns('winners', layer, context), layer.sum.winners);
}
