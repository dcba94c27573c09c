import {
  inside,
  type LayerOf,
  type LoweredOperation,
  type LoweringContext,
  need,
  outputHalf,
  outputTiles,
  wordsPerVector,
} from './lowering.ts';
import { adjointRuns } from './tile-runs.ts';
import { counts, walk } from './walk.ts';

/** Row `class` of dense weights, at every output position: a one-hot vector times the transposed weights. */
export function lowerDenseRow(layer: LayerOf<'denseRow'>, context: LoweringContext): LoweredOperation[] {
  const block = need(context.weights, layer.name);
  const { height, width } = need(context.tensors, layer.output.tensor).tensor;
  // A dense layer has no groups: a single run.
  const { mode, weights, strides } = adjointRuns(block, wordsPerVector(context))[0]!;
  return [
    {
      ...outputHalf(layer, context),
      counts: counts({ tile: outputTiles(layer, context), row: height, column: width }),
      activation: { source: 'oneHot', walk: walk(0) },
      y: inside,
      x: inside,
      padding: 0,
      weights: { mode, walk: walk(weights, { tile: strides.tile }), classStride: strides.input },
    },
  ];
}
