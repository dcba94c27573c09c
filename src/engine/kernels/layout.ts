/** How the integer engine lays tensors and weights out in memory. */
import { groupSizes } from '../../compiler/quantize/groups.ts';
import type {
  IntegerNetwork,
  IntegerTensor,
  IntegerWeights,
  WindowGeometry,
} from '../../compiler/quantize/network.ts';

/** Output channels per block of the convolution kernel. */
export const blockChannels = 8;

/** Channels of a tensor as stored: whole blocks; the image, which no kernel writes, whole pairs. */
export function storedChannels(network: IntegerNetwork, tensor: IntegerTensor): number {
  const unit = tensor.name === network.input.tensor ? 2 : blockChannels;
  return Math.ceil(tensor.channels / unit) * unit;
}

/** The runs of consecutive int16 pairs that make up a window over a padded input. */
export interface Segments {
  readonly offsets: Int32Array;
  readonly pairs: number;
  /** (ky, kx) of the first tap of each run, and taps per run. */
  readonly taps: readonly (readonly [ky: number, kx: number])[];
  readonly tapsPerSegment: number;
}

/** One run per kernel row; with dilated columns one per tap. */
export function segmentsOf(
  geometry: Pick<WindowGeometry, 'kernel' | 'dilations'>,
  channels: number,
  paddedWidth: number,
): Segments {
  const [kernelHeight, kernelWidth] = geometry.kernel;
  const [dilationY, dilationX] = geometry.dilations;
  const whole = dilationX === 1;
  const starts = whole ? [0] : Array.from({ length: kernelWidth }, (_, kx) => kx);
  const taps = Array.from({ length: kernelHeight }, (_, ky) => starts.map((kx) => [ky, kx] as const)).flat();
  const tapsPerSegment = whole ? kernelWidth : 1;
  return {
    offsets: Int32Array.from(
      taps,
      ([ky, kx]) => (ky * dilationY * paddedWidth + kx * dilationX) * channels * 2,
    ),
    pairs: (tapsPerSegment * channels) / 2,
    taps,
    tapsPerSegment,
  };
}

/** Weight of (output, input, ky, kx) as the kernel's convolution sees it. */
export type WeightAt = (output: number, input: number, ky: number, kx: number) => number;

/**
 * Weights in the kernel's order: block of eight outputs, segment, pair of inputs, output, input of the pair.
 * What lies beyond the real channels is zero.
 */
export function packWeights(
  at: WeightAt,
  outputs: number,
  inputs: number,
  channels: number,
  segments: Segments,
): Int16Array {
  const blocks = Math.ceil(outputs / blockChannels);
  const packed = new Int16Array(blocks * segments.taps.length * segments.pairs * 2 * blockChannels);
  let next = 0;
  for (let block = 0; block < blocks; block++) {
    for (const [ky, kx] of segments.taps) {
      for (let pair = 0; pair < segments.pairs; pair++) {
        // Stored channels are even in number: both inputs of a pair belong to one tap.
        const i = (2 * pair) % channels;
        const tap = kx + Math.floor((2 * pair) / channels);
        for (let o = block * blockChannels; o < (block + 1) * blockChannels; o++) {
          const isReal = o < outputs;
          packed[next++] = isReal && i < inputs ? at(o, i, ky, tap) : 0;
          packed[next++] = isReal && i + 1 < inputs ? at(o, i + 1, ky, tap) : 0;
        }
      }
    }
  }
  return packed;
}

/** Reads OIHW weights: 0 outside a group. */
export function reader(weights: IntegerWeights): WeightAt {
  const {
    data,
    shape: [, , height, width],
  } = weights;
  const { outputs, inputs } = groupSizes(weights);
  if ((weights.groups ?? 1) === 1)
    return (o, i, ky, kx) => data[((o * inputs + i) * height + ky) * width + kx]!;
  return (o, input, ky, kx) => {
    const i = input - Math.floor(o / outputs) * inputs;
    return i >= 0 && i < inputs ? data[((o * inputs + i) * height + ky) * width + kx]! : 0;
  };
}
