/** From a loaded image to what the integer network's input stream carries. */
import { perChannel, type Preprocessing } from '../compiler/input/preprocessing.ts';
import type { IntegerNetwork } from '../compiler/quantize/network.ts';
import type { AffinePreprocessing } from '../compiler/quantize/options.ts';
import { networkInput, type FixedInput } from './fixed.ts';
import type { LoadedImage } from './images/load.ts';
import { greyPixels } from './images/preprocess.ts';

/** The affine part of a preprocessing, one entry per channel, as the quantiser folds it into the first layer. */
export function affinePreprocessing(p: Preprocessing, channels: number): AffinePreprocessing {
  const each = (values: readonly number[]) =>
    Array.from({ length: channels }, (_, c) => perChannel(values, c));
  return { scale: p.scale, mean: each(p.mean), std: each(p.std) };
}

/** A loaded image as the fixed-point engine takes it: pixels in the network's channels, and the float tensor. */
export function fixedInput(network: IntegerNetwork, image: LoadedImage): FixedInput {
  const grey = network.tensors.get(network.input.tensor)!.channels === 1;
  const picture = image.picture && (grey ? greyPixels(image.picture.pixels) : image.picture.pixels.rgb);
  return { tensor: image.tensor.data, ...(picture && { pixels: picture }) };
}

/**
 * A float tensor [C, H, W] that was made from a picture, with the pixels it was made from where the network takes those.
 *
 * @param preprocessing What made the one of the other; absent where the network takes no pixels.
 */
export function inputOfTensor(
  network: IntegerNetwork,
  tensor: Float32Array,
  preprocessing: AffinePreprocessing | undefined,
): FixedInput & { readonly tensor: Float32Array } {
  if (network.input.format === 'int8' || !preprocessing) return { tensor };
  const { scale, mean, std } = preprocessing;
  const channels = mean.length;
  const plane = tensor.length / channels;
  const pixels = Uint8Array.from({ length: tensor.length }, (_, i) => {
    const k = i % channels;
    const value = (tensor[k * plane + Math.floor(i / channels)]! * std[k]! + mean[k]!) / scale;
    return Math.min(255, Math.max(0, Math.round(value)));
  });
  return { tensor, pixels };
}

/**
 * The bytes that a network's input stream takes, in HWC order: raw pixels, or values quantised here.
 *
 * @throws CompileError CAM302 where the network takes raw pixels and the image is an array
 */
export function streamBytes(network: IntegerNetwork, image: LoadedImage): Uint8Array | Int8Array {
  return networkInput(network, fixedInput(network, image));
}
