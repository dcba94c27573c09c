import { lowerWindow } from './lower-window.ts';
import { type LayerOf, type LoweredOperation, type LoweringContext, need, operandPort } from './lowering.ts';
import { forwardRuns } from './tile-runs.ts';
import type { WeightBlock } from './weight-layout.ts';

/**
 * A depthwise convolution whose kernel rows are taken in one step each: the walks go over the middle tap, the second
 * activation port over the one to its right (modes `window` and `stridedWindow`).
 */
export function lowerSlidingWindow(
  layer: LayerOf<'conv'>,
  context: LoweringContext,
  block: WeightBlock,
): LoweredOperation[] {
  const { geometry } = layer.sum;
  const { pitch } = need(context.tensors, layer.sum.input);
  const mode = geometry.strides[1] === 1 ? 'window' : 'stridedWindow';
  const [top, left, bottom, right] = geometry.pads;
  const middle = {
    ...geometry,
    kernel: [geometry.kernel[0], 1] as const,
    pads: [top, left - 1, bottom, right - 1] as const,
  };
  const narrow = { ...layer, sum: { ...layer.sum, geometry: middle } };
  return lowerWindow(narrow, context, forwardRuns(block)).map((operation) => {
    const { base, strides } = operation.activation.walk;
    return {
      ...operation,
      port: operandPort({ base: base + pitch, strides }),
      weights: { ...operation.weights, mode },
    };
  });
}
