import { inputChannels, inputOf } from './groups.ts';
import type { IntegerWeights } from './network.ts';
import type { RealWeights } from './plan/stage.ts';

export const weightLimit = 127;

/**
 * int8 weights, symmetric per output channel: scale[o] = max |W[o]| / 127.
 *
 * @param floor Smallest scale allowed per output channel: keeps a bias of a nearly dead channel inside 32 bits.
 */
export function quantiseWeights(
  weights: RealWeights,
  floor: (output: number) => number = () => 0,
): IntegerWeights {
  const outputs = weights.shape[0];
  const count = weights.data.length / outputs;
  const steps = Array.from({ length: outputs }, (_, o) => {
    const largest = magnitude(weights.data.subarray(o * count, (o + 1) * count));
    return Math.max(largest / weightLimit, floor(o));
  });
  // A dead channel (all weights zero) may have any scale: one like its neighbours'.
  const ordinary = Math.max(...steps) || 1;
  return roundWeights(
    weights,
    steps.map((step) => step || ordinary),
  );
}

/** int8 weights on given scales per output channel, clamped to `lowest` ... 127. */
export function roundWeights(
  weights: RealWeights,
  scale: readonly number[],
  lowest = -weightLimit,
): IntegerWeights {
  const count = weights.data.length / weights.shape[0];
  const data = new Int8Array(weights.data.length);
  for (let o = 0, i = 0; o < weights.shape[0]; o++) {
    const step = scale[o]!;
    for (const end = (o + 1) * count; i < end; i++) {
      data[i] = Math.min(weightLimit, Math.max(lowest, Math.round(weights.data[i]! / step)));
    }
  }
  return {
    name: weights.name,
    shape: weights.shape,
    ...(weights.groups === undefined ? {} : { groups: weights.groups }),
    data,
    scale,
  };
}

/** Largest magnitude of each row (output channel). */
export function rowMagnitudes(weights: RealWeights): number[] {
  const count = weights.data.length / weights.shape[0];
  return Array.from({ length: weights.shape[0] }, (_, o) =>
    magnitude(weights.data.subarray(o * count, (o + 1) * count)),
  );
}

function magnitude(values: Float64Array): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest;
}

/** Sum of |w| over what each output channel reads: its accumulator per unit of input magnitude. */
export function outputLoads(weights: IntegerWeights): number[] {
  const count = weights.data.length / weights.shape[0];
  return Array.from({ length: weights.shape[0] }, (_, o) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += Math.abs(weights.data[o * count + i]!);
    return sum;
  });
}

/** Sum of |w| over what each input channel's adjoint reads. */
export function inputLoads(weights: IntegerWeights): number[] {
  const sums = new Array<number>(inputChannels(weights)).fill(0);
  const [outputs, inputs, height, width] = weights.shape;
  for (let o = 0, index = 0; o < outputs; o++) {
    const firstInput = inputOf(weights, index);
    for (let i = 0; i < inputs; i++) {
      for (const end = index + height * width; index < end; index++)
        sums[firstInput + i]! += Math.abs(weights.data[index]!);
    }
  }
  return sums;
}
