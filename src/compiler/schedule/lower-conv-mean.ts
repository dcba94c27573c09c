import {
  inside,
  type LayerOf,
  type LoweredOperation,
  type LoweringContext,
  need,
  outputHalf,
  wordsPerVector,
} from './lowering.ts';
import { adjointRuns } from './tile-runs.ts';
import { counts, walk } from './walk.ts';

/** The mean of a backward convolution: a small matrix (the transposed weights) applied to the border sums. */
export function lowerConvMean(layer: LayerOf<'convMean'>, context: LoweringContext): LoweredOperation[] {
  const block = need(context.weights, layer.name);
  const { address, pitch, planes, planeStride } = need(context.tensors, layer.sum.input);
  return adjointRuns(block, wordsPerVector(context)).map((run) => ({
    ...outputHalf(layer, context, {
      start: [0, 0],
      step: [1, 1],
      tiles: { first: run.first, count: run.count },
    }),
    counts: counts({ tile: run.count, plane: planes, ky: block.height, kx: block.width, input: run.inputs }),
    activation: {
      source: 'memory',
      walk: walk(address + run.input, {
        tile: run.inputStep,
        plane: planes === 2 ? planeStride : 0,
        ky: block.width * pitch,
        kx: pitch,
        input: 1,
      }),
    },
    y: inside,
    x: inside,
    padding: 0,
    weights: { mode: run.mode, walk: walk(run.weights, run.strides), classStride: 0 },
  }));
}
