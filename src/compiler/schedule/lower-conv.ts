import { effectiveWidth } from './image-layout.ts';
import {
  type LayerOf,
  type LoweredOperation,
  type LoweringContext,
  need,
  outputHalf,
  outputTiles,
} from './lowering.ts';
import { counts, walk } from './walk.ts';

type Front = Pick<LoweredOperation, 'counts' | 'activation' | 'y' | 'x' | 'padding'>;

/** The window of a convolution or pool over a tensor in activation memory; `inputs` words are read per tap. */
export function windowFront(
  layer: LayerOf<'conv' | 'windowSum' | 'maxPool'>,
  context: LoweringContext,
  inputs: { readonly count: number; readonly tileStep: number },
): Front {
  const { kernel, strides, pads, dilations } = layer.sum.geometry;
  const source = need(context.tensors, layer.sum.input);
  const { height, width } = need(context.tensors, layer.output.tensor).tensor;
  const { tiles, planes, planeStride, tensor } = source;
  return {
    counts: counts({
      tile: outputTiles(layer, context),
      row: height,
      column: width,
      plane: planes,
      ky: kernel[0],
      kx: kernel[1],
      input: inputs.count,
    }),
    activation: {
      source: 'memory',
      walk: walk(source.address - (pads[0] * tensor.width + pads[1]) * tiles, {
        tile: inputs.tileStep,
        row: strides[0] * tensor.width * tiles,
        column: strides[1] * tiles,
        plane: planes === 2 ? planeStride : 0,
        ky: dilations[0] * tensor.width * tiles,
        kx: dilations[1] * tiles,
        input: 1,
      }),
    },
    y: { walk: walk(-pads[0], { row: strides[0], ky: dilations[0] }), limit: tensor.height },
    x: { walk: walk(-pads[1], { column: strides[1], kx: dilations[1] }), limit: tensor.width },
    padding: tensor.zeroPoint,
  };
}

/** The window of a convolution or pool over the image: `pack` kernel columns per step. */
export function imageFront(layer: LayerOf<'conv' | 'windowSum'>, context: LoweringContext): Front {
  const { kernel, strides, pads, dilations } = layer.sum.geometry;
  const { image } = context;
  const stride = image.width + image.padLeft;
  const { height, width } = need(context.tensors, layer.output.tensor).tensor;
  const left = image.padLeft - pads[1];
  return {
    counts: counts({
      tile: outputTiles(layer, context),
      row: height,
      column: width,
      ky: kernel[0],
      kx: Math.ceil(effectiveWidth(layer.sum.geometry) / image.pack),
    }),
    activation: {
      source: 'input',
      walk: walk(left - pads[0] * stride, {
        row: strides[0] * stride,
        column: strides[1],
        ky: dilations[0] * stride,
        kx: image.pack,
      }),
    },
    y: { walk: walk(-pads[0], { row: strides[0], ky: dilations[0] }), limit: image.height },
    x: { walk: walk(left, { column: strides[1], kx: image.pack }), limit: stride },
    padding: 0,
  };
}

/** Convolution and dense layers: output channels on the columns, input channels of one tap on the rows. */
export function lowerConv(layer: LayerOf<'conv'>, context: LoweringContext): LoweredOperation[] {
  const block = need(context.weights, layer.name);
  const source = need(context.tensors, layer.sum.input);
  const front =
    source.memory === 'image'
      ? imageFront(layer, context)
      : windowFront(layer, context, { count: source.tiles, tileStep: 0 });
  const { iTiles, width, height } = block;
  const strides = { tile: height * width * iTiles, ky: width * iTiles, kx: iTiles, input: 1 };
  return [
    {
      ...outputHalf(layer, context),
      ...front,
      weights: { mode: 'plain', walk: walk(block.base, strides), classStride: 0 },
    },
  ];
}
