import { effectiveWidth } from './image-layout.ts';
import { lowerSlidingWindow } from './lower-sliding-window.ts';
import { lowerWindow } from './lower-window.ts';
import {
  type LayerOf,
  type LoweredOperation,
  type LoweringContext,
  need,
  outputHalf,
  outputTiles,
  regionOf,
} from './lowering.ts';
import { forwardRuns } from './tile-runs.ts';
import { counts, walk } from './walk.ts';

/** The window of a convolution or pool over the image: `pack` kernel columns per step. */
export function lowerImageWindow(
  layer: LayerOf<'conv' | 'windowSum'>,
  context: LoweringContext,
): LoweredOperation[] {
  const { kernel, strides, pads, dilations } = layer.sum.geometry;
  const { image } = context;
  const stride = image.width + image.padLeft;
  const { rows, columns } = regionOf(layer, context);
  const y = rows[0] * strides[0] - pads[0];
  const x = columns[0] * strides[1] + image.padLeft - pads[1];
  const [run] = forwardRuns(need(context.weights, layer.name));
  return [
    {
      ...outputHalf(layer, context, { start: [rows[0], columns[0]], step: [1, 1] }),
      counts: counts({
        tile: outputTiles(layer, context),
        row: rows[1],
        column: columns[1],
        ky: kernel[0],
        kx: Math.ceil(effectiveWidth(layer.sum.geometry) / image.pack),
      }),
      activation: {
        source: 'input',
        walk: walk(x + y * stride, {
          row: strides[0] * stride,
          column: strides[1],
          ky: dilations[0] * stride,
          kx: image.pack,
        }),
      },
      y: { walk: walk(y, { row: strides[0], ky: dilations[0] }), limit: image.height },
      x: { walk: walk(x, { column: strides[1], kx: image.pack }), limit: stride },
      padding: 0,
      weights: { mode: 'plain', walk: walk(run!.weights, run!.strides), classStride: 0 },
    },
  ];
}

/** Convolution and dense layers: output channels on the columns, input channels of one tap on the rows. */
export function lowerConv(layer: LayerOf<'conv'>, context: LoweringContext): LoweredOperation[] {
  if (need(context.tensors, layer.sum.input).memory === 'image') return lowerImageWindow(layer, context);
  const block = need(context.weights, layer.name);
  if (block.sliding) return lowerSlidingWindow(layer, context, block);
  return lowerWindow(layer, context, forwardRuns(block));
}
