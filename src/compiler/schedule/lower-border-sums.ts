import {
  type LayerOf,
  type LoweredOperation,
  type LoweringContext,
  need,
  outputHalf,
  wordsPerVector,
} from './lowering.ts';
import { identityRuns } from './tile-runs.ts';
import { counts, walk } from './walk.ts';

/**
 * Border sums: output position (ky, kx) adds up dY over all (y, x), the reduction loops ky, kx, whose tap lies inside
 * the input; the window coordinates are the tap's input position, so the others read padding, which is 0.
 */
export function lowerBorderSums(layer: LayerOf<'borderSums'>, context: LoweringContext): LoweredOperation[] {
  const { geometry, inputSize } = layer.sum;
  const { kernel, strides, pads, dilations } = geometry;
  const { address, tiles, pitch, planes, planeStride, tensor } = need(context.tensors, layer.sum.input);
  const runs = identityRuns(need(context.weights, layer.name), tiles, wordsPerVector(context));
  return runs.map((run) => ({
    ...outputHalf(layer, context, {
      start: [0, 0],
      step: [1, 1],
      tiles: { first: run.first, count: run.count },
    }),
    counts: counts({
      tile: run.count,
      row: kernel[0],
      column: kernel[1],
      plane: planes,
      ky: tensor.height,
      kx: tensor.width,
      input: run.inputs,
    }),
    activation: {
      source: 'memory',
      walk: walk(address + run.input, {
        tile: run.inputStep,
        plane: planes === 2 ? planeStride : 0,
        ky: tensor.width * pitch,
        kx: pitch,
        input: 1,
      }),
    },
    y: { walk: walk(-pads[0], { row: dilations[0], ky: strides[0] }), limit: inputSize[0] },
    x: { walk: walk(-pads[1], { column: dilations[1], kx: strides[1] }), limit: inputSize[1] },
    padding: 0,
    weights: { mode: 'plain', walk: walk(run.weights, run.strides), classStride: 0 },
  }));
}
