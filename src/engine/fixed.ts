/** The fixed-point engine: runs the integer network on a picture and reads its integers as real numbers. */
import { CompileError, diagnostic } from '../compiler/diagnostics.ts';
import { perChannel, type Preprocessing } from '../compiler/input/preprocessing.ts';
import { execute, type Execution } from '../compiler/quantize/executor.ts';
import type { IntegerNetwork, IntegerTensor } from '../compiler/quantize/network.ts';
import type { AffinePreprocessing } from '../compiler/quantize/options.ts';
import type { LoadedImage } from './images/load.ts';
import { greyPixels } from './images/preprocess.ts';

/** What the accelerator answers, in real numbers. */
export interface FixedExplanation {
  /** Class scores z. */
  readonly scores: Float64Array;
  readonly class: number;
  readonly classIsArgmax: boolean;
  /** Absent where the network was compiled without explanation. */
  readonly alpha?: Float64Array;
  /** Raw L, row-major. */
  readonly map?: Float64Array;
  /** The integers themselves. */
  readonly execution: Execution;
}

/** The affine part of a preprocessing, one entry per channel, as the quantiser folds it into the first layer. */
export function affinePreprocessing(p: Preprocessing, channels: number): AffinePreprocessing {
  const each = (values: readonly number[]) =>
    Array.from({ length: channels }, (_, c) => perChannel(values, c));
  return { scale: p.scale, mean: each(p.mean), std: each(p.std) };
}

/**
 * The bytes that a network's input stream takes, in HWC order: raw pixels, or values quantised here.
 *
 * @throws CompileError CAM302 where the network takes raw pixels and the image is an array
 */
export function streamBytes(network: IntegerNetwork, image: LoadedImage): Uint8Array | Int8Array {
  const input = tensorOf(network, network.input.tensor);
  if (network.input.format === 'int8') return quantiseImage(input, image.tensor.data);
  if (image.picture === undefined) {
    const text = 'The accelerator takes raw pixels; an array of float32 is none.';
    throw new CompileError([diagnostic('CAM302', text, 'Give a PNG or JPEG picture.')]);
  }
  return input.channels === 1 ? greyPixels(image.picture.pixels) : image.picture.pixels.rgb;
}

/** CHW real numbers to HWC int8, rounded half up. */
function quantiseImage(input: IntegerTensor, data: Float32Array): Int8Array {
  const { channels, height, width, zeroPoint } = input;
  const pixels = height * width;
  const bytes = new Int8Array(data.length);
  for (let c = 0; c < channels; c++) {
    const scale = perChannel(input.scale, c);
    for (let i = 0; i < pixels; i++) {
      const q = Math.floor(data[c * pixels + i]! / scale + 0.5) + zeroPoint;
      bytes[i * channels + c] = Math.min(127, Math.max(-128, q));
    }
  }
  return bytes;
}

/**
 * Explains one picture on the integer network.
 *
 * @param classIndex class to explain; the top class where absent
 * @throws CompileError CAM205, CAM302
 */
export function explainFixed(
  network: IntegerNetwork,
  image: LoadedImage,
  classIndex?: number,
): FixedExplanation {
  if (classIndex !== undefined && classIndex >= network.classes) {
    const text = `Class ${classIndex} is out of range: the model has ${network.classes} classes.`;
    const hint = `Choose a class from 0 to ${network.classes - 1}, or argmax.`;
    throw new CompileError([diagnostic('CAM205', text, hint)]);
  }
  const execution = execute(network, streamBytes(network, image), { classIndex });
  const scores = tensorOf(network, network.scores);
  const result = {
    scores: Float64Array.from(
      execution.scores,
      (q, k) => (q - scores.zeroPoint) * perChannel(scores.scale, k),
    ),
    class: execution.classIndex,
    classIsArgmax: classIndex === undefined,
    execution,
  };
  const { explanation } = network;
  if (explanation === undefined || execution.explanation === undefined) return result;
  const { alphaScale, mapScale, classScale } = explanation;
  const ofClass = classScale[execution.classIndex]!;
  const { alpha, map } = execution.explanation;
  return {
    ...result,
    alpha: Float64Array.from(alpha, (q, k) => q * perChannel(alphaScale, k) * ofClass),
    map: Float64Array.from(map, (q) => q * mapScale * ofClass),
  };
}

function tensorOf(network: IntegerNetwork, name: string): IntegerTensor {
  const tensor = network.tensors.get(name);
  if (tensor === undefined) throw new Error(`The network ${network.name} has no tensor ${name}`);
  return tensor;
}
