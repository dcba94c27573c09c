import { adjointStrides } from './adjoint-weights.ts';
import {
  inside,
  type LayerOf,
  type LoweredOperation,
  type LoweringContext,
  need,
  outputHalf,
  outputTiles,
} from './lowering.ts';
import { counts, walk } from './walk.ts';

/** The mean of a backward convolution: a small matrix (the transposed weights) applied to the border sums. */
export function lowerConvMean(layer: LayerOf<'convMean'>, context: LoweringContext): LoweredOperation[] {
  const block = need(context.weights, layer.name);
  const { address, tiles, planes, planeStride } = need(context.tensors, layer.sum.input);
  const { mode, ...strides } = adjointStrides(block);
  return [
    {
      ...outputHalf(layer, context),
      counts: counts({
        tile: outputTiles(layer, context),
        plane: planes,
        ky: block.height,
        kx: block.width,
        input: tiles,
      }),
      activation: {
        source: 'memory',
        walk: walk(address, {
          plane: planes === 2 ? planeStride : 0,
          ky: block.width * tiles,
          kx: tiles,
          input: 1,
        }),
      },
      y: inside,
      x: inside,
      padding: 0,
      weights: { mode, walk: walk(block.base, strides), classStride: 0 },
    },
  ];
}
