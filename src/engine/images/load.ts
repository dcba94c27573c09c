import { fail } from '../../compiler/diagnostics.ts';
import type { ValueInfo } from '../../compiler/graph/ir.ts';
import type { Preprocessing } from '../../compiler/input/preprocessing.ts';
import { decodePicture } from './decode.ts';
import { readNpy, type FloatTensor } from './npy.ts';
import type { Box, Picture } from './picture.ts';
import { preprocess } from './preprocess.ts';

/** An image ready to be explained, and what its heat map can be laid over. */
export interface LoadedImage {
  /** What the model takes, in its own layout. */
  readonly tensor: FloatTensor;
  /** Absent for a .npy array. */
  readonly picture?: {
    readonly original: Picture;
    /** The part of the original that the model sees. */
    readonly view: Box;
    /** That part at the model's size, uint8: what the accelerator takes. */
    readonly pixels: Picture;
  };
}

/**
 * Makes an image file ready for a model: a PNG or JPEG is preprocessed, a .npy array is fed as it is.
 *
 * @param name what to call the file in a diagnostic, usually its path
 * @throws CompileError CAM301, CAM302, CAM303
 */
export function loadImage(
  bytes: Uint8Array,
  name: string,
  input: ValueInfo,
  preprocessing: Preprocessing,
): LoadedImage {
  if (name.toLowerCase().endsWith('.npy'))
    return { tensor: fitArray(readNpy(bytes, name), name, input.shape) };
  const original = decodePicture(bytes, name);
  const { tensor, view, pixels } = preprocess(original, input.shape, preprocessing);
  return { tensor, picture: { original, view, pixels } };
}

/** An array must have the input's shape and finite values; the batch axis of 1 may be left out. */
function fitArray(array: FloatTensor, name: string, shape: readonly number[]): FloatTensor {
  const fits = [shape, shape.slice(1)].some(
    (s) => s.length === array.shape.length && s.every((n, i) => n === array.shape[i]),
  );
  if (!fits || (shape[0] !== 1 && array.shape.length !== shape.length)) {
    const text = `${name} has shape [${array.shape.join(', ')}]; the model takes [${shape.join(', ')}].`;
    fail('CAM302', text, "Save the array in the model's own shape and layout.");
  }
  const bad = array.data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const text = `${name} holds values that are not finite: value ${bad} is ${array.data[bad]}.`;
    fail('CAM301', text, 'Save an array of finite numbers.');
  }
  return { shape, data: array.data };
}
