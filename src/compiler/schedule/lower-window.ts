/** The window of a convolution or pool over activation memory, shared by all layers that have one. */
import {
  type LayerOf,
  type LoweredOperation,
  type LoweringContext,
  need,
  outputHalf,
  regionOf,
} from './lowering.ts';
import type { TileRun } from './tile-runs.ts';
import { counts, walk } from './walk.ts';

type Front = Pick<LoweredOperation, 'counts' | 'activation' | 'y' | 'x' | 'padding'>;

/** The window of a convolution or pool over a tensor in activation memory, for some of the output tiles. */
function windowFront(
  layer: LayerOf<'conv' | 'windowSum' | 'maxPool'>,
  context: LoweringContext,
  run: TileRun,
): Front {
  const { kernel, strides, pads, dilations } = layer.sum.geometry;
  const { address, pitch, planes, planeStride, tensor } = need(context.tensors, layer.sum.input);
  const { rows, columns } = regionOf(layer, context);
  const y = rows[0] * strides[0] - pads[0];
  const x = columns[0] * strides[1] - pads[1];
  return {
    counts: counts({
      tile: run.count,
      row: rows[1],
      column: columns[1],
      plane: planes,
      ky: kernel[0],
      kx: kernel[1],
      input: run.inputs,
    }),
    activation: {
      source: 'memory',
      walk: walk(address + run.input + (y * tensor.width + x) * pitch, {
        tile: run.inputStep,
        row: strides[0] * tensor.width * pitch,
        column: strides[1] * pitch,
        plane: planes === 2 ? planeStride : 0,
        ky: dilations[0] * tensor.width * pitch,
        kx: dilations[1] * pitch,
        input: 1,
      }),
    },
    y: { walk: walk(y, { row: strides[0], ky: dilations[0] }), limit: tensor.height },
    x: { walk: walk(x, { column: strides[1], kx: dilations[1] }), limit: tensor.width },
    padding: tensor.zeroPoint,
  };
}

/** The operations of a window over activation memory, one for each run of output tiles. */
export function lowerWindow(
  layer: LayerOf<'conv' | 'windowSum' | 'maxPool'>,
  context: LoweringContext,
  runs: readonly TileRun[],
): LoweredOperation[] {
  const { rows, columns } = regionOf(layer, context);
  return runs.map((run) => ({
    ...outputHalf(layer, context, {
      start: [rows[0], columns[0]],
      step: [1, 1],
      tiles: { first: run.first, count: run.count },
    }),
    ...windowFront(layer, context, run),
    weights: { mode: run.mode, walk: walk(run.weights, run.strides), classStride: 0 },
  }));
}
