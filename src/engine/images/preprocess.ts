import { CompileError, fail } from '../../compiler/diagnostics.ts';
import {
  checkPreprocessing,
  perChannel,
  type Layout,
  type Preprocessing,
  type Size,
} from '../../compiler/input/preprocessing.ts';
import type { FloatTensor } from './npy.ts';
import type { Box, Picture } from './picture.ts';
import { resizePicture } from './resize.ts';

/** A picture made ready for a model. */
export interface ModelInput {
  /** What the model takes, in its own layout. */
  readonly tensor: FloatTensor;
  /** The same as uint8 pixels at the model's size: what the accelerator takes. */
  readonly pixels: Picture;
  /** The part of the original picture that the model sees. */
  readonly view: Box;
}

/** Axes of a picture input, read off its shape. */
export interface InputAxes extends Size {
  readonly layout: Layout;
  readonly channels: 1 | 3;
}

const isChannels = (n: number | undefined): n is 1 | 3 => n === 1 || n === 3;

function pictureAxes(shape: readonly number[], layout?: Layout): InputAxes | undefined {
  const [batch, a, b, c] = shape;
  if (shape.length !== 4 || batch !== 1) return undefined;
  if (layout !== 'NHWC' && isChannels(a)) return { layout: 'NCHW', channels: a, height: b!, width: c! };
  if (layout !== 'NCHW' && isChannels(c)) return { layout: 'NHWC', channels: c, height: a!, width: b! };
  return undefined;
}

/** Whether an input of that shape takes one grey or RGB picture. */
export const isPicture = (shape: readonly number[], layout?: Layout): boolean =>
  pictureAxes(shape, layout) !== undefined;

/**
 * Finds height, width and channels in the shape of a model's input.
 *
 * @param layout where given, the only layout considered
 * @throws CompileError CAM302 where the shape is not that of one grey or RGB picture
 */
export function inputAxes(shape: readonly number[], layout?: Layout): InputAxes {
  const axes = pictureAxes(shape, layout);
  if (axes) return axes;
  fail(
    'CAM302',
    `The model's input has shape [${shape.join(', ')}], which is not one grey or RGB picture${layout ? ` in ${layout}` : ''}.`,
    'Give the input as a .npy array of float32 in that shape, or another --layout.',
  );
}

/** Where the model's view lies in a picture, after resizing and centre crop (torchvision's rounding). */
function viewOf(picture: Size, input: Size, { resize, crop = input }: Preprocessing): Box {
  if (crop.height !== input.height || crop.width !== input.width) {
    fail(
      'CAM303',
      `The crop ${crop.height}x${crop.width} is not the model's input size ${input.height}x${input.width}.`,
      'Leave --crop out, or give the input size.',
    );
  }
  const scaled = scaledSize(picture, crop, resize);
  if (scaled.height < crop.height || scaled.width < crop.width) {
    fail(
      'CAM303',
      `The picture is ${scaled.height}x${scaled.width} before the crop of ${crop.height}x${crop.width}.`,
      'Give a --resize at least as large as the crop, or leave it out.',
    );
  }
  const perX = picture.width / scaled.width;
  const perY = picture.height / scaled.height;
  return {
    x: Math.round((scaled.width - crop.width) / 2) * perX,
    y: Math.round((scaled.height - crop.height) / 2) * perY,
    width: crop.width * perX,
    height: crop.height * perY,
  };
}

function scaledSize(picture: Size, crop: Size, resize: Preprocessing['resize']): Size {
  if (resize?.kind === 'none') return picture;
  if (resize?.kind === 'exact') return resize;
  const shorter = Math.min(picture.height, picture.width);
  const factor =
    resize === undefined
      ? Math.max(crop.height / picture.height, crop.width / picture.width)
      : resize.length / shorter;
  // Rounded down like torchvision; the small addend keeps an exact length exact.
  return {
    height: Math.max(1, Math.floor(picture.height * factor + 1e-6)),
    width: Math.max(1, Math.floor(picture.width * factor + 1e-6)),
  };
}

/**
 * Picture to model input: resize, centre crop, then (pixel * scale - mean) / std in the model's layout. Resized pixels
 * are rounded to uint8 first, so that the float engine and the accelerator see the same picture.
 *
 * @param shape shape of the model's input
 * @throws CompileError CAM302 or CAM303
 */
export function preprocess(picture: Picture, shape: readonly number[], how: Preprocessing): ModelInput {
  const problems = checkPreprocessing(how);
  if (problems.length > 0) throw new CompileError(problems);
  const axes = inputAxes(shape, how.layout);
  return inputFromView(picture, viewOf(picture, axes, how), shape, how);
}

/** As `preprocess`, with the part of the picture given: it is scaled to the input's size. */
export function inputFromView(
  picture: Picture,
  view: Box,
  shape: readonly number[],
  how: Preprocessing,
): ModelInput {
  const axes = inputAxes(shape, how.layout);
  const pixels = resizePicture(picture, view, axes);
  return { tensor: { shape, data: pixelsToTensor(pixels, axes, how) }, pixels, view };
}

function pixelsToTensor(pixels: Picture, { layout, channels }: InputAxes, how: Preprocessing): Float32Array {
  const count = pixels.width * pixels.height;
  const data = new Float32Array(count * channels);
  for (let c = 0; c < channels; c++) {
    const mean = perChannel(how.mean, c);
    const std = perChannel(how.std, c);
    for (let i = 0; i < count; i++) {
      const pixel = channels === 3 ? pixels.rgb[3 * i + c]! : luminance(pixels.rgb, 3 * i);
      data[layout === 'NCHW' ? c * count + i : i * channels + c] = (pixel * how.scale - mean) / std;
    }
  }
  return data;
}

/** A picture as one grey byte per pixel. */
export const greyPixels = ({ rgb }: Picture): Uint8Array =>
  Uint8Array.from({ length: rgb.length / 3 }, (_, i) => luminance(rgb, 3 * i));

/** ITU-R BT.601 luma in fixed point, rounded: the same as PIL's convert('L'). */
const luminance = (rgb: Uint8Array, at: number): number =>
  (rgb[at]! * 19595 + rgb[at + 1]! * 38470 + rgb[at + 2]! * 7471 + 0x8000) >> 16;
