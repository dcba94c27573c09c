import {
  type LayerOf,
  type LoweredOperation,
  type LoweringContext,
  need,
  outputHalf,
  outputTiles,
  passWords,
} from './lowering.ts';
import { counts, walk } from './walk.ts';

/**
 * Border sums: output position (ky, kx) adds up dY over all (y, x), the reduction loops ky, kx, whose tap lies inside
 * the input; the window coordinates are the tap's input position, so the others read padding, which is 0.
 */
export function lowerBorderSums(layer: LayerOf<'borderSums'>, context: LoweringContext): LoweredOperation[] {
  const { geometry, inputSize } = layer.sum;
  const { kernel, strides, pads, dilations } = geometry;
  const block = need(context.weights, layer.name);
  const { address, tiles, planes, planeStride, tensor } = need(context.tensors, layer.sum.input);
  return passWords(
    {
      ...outputHalf(layer, context),
      counts: counts({
        tile: outputTiles(layer, context),
        row: kernel[0],
        column: kernel[1],
        plane: planes,
        ky: tensor.height,
        kx: tensor.width,
        input: block.iTiles,
      }),
      activation: {
        source: 'memory',
        walk: walk(address, {
          tile: block.iTiles,
          plane: planes === 2 ? planeStride : 0,
          ky: tensor.width * tiles,
          kx: tiles,
          input: 1,
        }),
      },
      y: { walk: walk(-pads[0], { row: dilations[0], ky: strides[0] }), limit: inputSize[0] },
      x: { walk: walk(-pads[1], { column: dilations[1], kx: strides[1] }), limit: inputSize[1] },
      padding: 0,
      weights: { mode: 'plain', walk: walk(block.base, { input: 1 }), classStride: 0 },
    },
    tiles,
    context,
  );
}
