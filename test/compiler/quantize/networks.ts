import type {
  IntegerLayer,
  IntegerNetwork,
  IntegerTensor,
  IntegerWeights,
  LayerKind,
  OutputStage,
} from '../../../src/compiler/quantize/network.ts';

/** Seeded random integers (mulberry32). */
export function random(seed: number): (low: number, high: number) => number {
  let state = seed >>> 0;
  return (low, high) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return low + (((t ^ (t >>> 14)) >>> 0) % (high - low + 1));
  };
}

export function tensor(
  name: string,
  shape: [number, number, number],
  more: Partial<IntegerTensor> = {},
): IntegerTensor {
  const [channels, height, width] = shape;
  return { name, channels, height, width, bits: 8, zeroPoint: 0, scale: [1], ...more };
}

export function weights(
  name: string,
  shape: IntegerWeights['shape'],
  data: ArrayLike<number>,
): IntegerWeights {
  return { name, shape, data: Int8Array.from(data), scale: [1] };
}

/** A layer that writes its accumulators unchanged into a 32-bit tensor, unless `stage` says otherwise. */
export function layer(sum: LayerKind, output: IntegerTensor, stage: Partial<OutputStage> = {}): IntegerLayer {
  const fill = output.channels;
  return {
    name: output.name,
    op: sum.kind,
    nodes: [],
    phase: 'inference',
    sum,
    output: {
      tensor: output.name,
      bias: new Int32Array(fill),
      multiplier: new Uint32Array(fill).fill(2),
      shift: new Uint8Array(fill).fill(1),
      lower: -(2 ** 31),
      upper: 2 ** 31 - 1,
      ...stage,
    },
    macs: 0,
    accumulatorBits: 32,
  };
}

/** A network of these parts; the first tensor is an int8 image, the last layer's output the scores. */
export function network(
  tensors: IntegerTensor[],
  layers: IntegerLayer[],
  weightList: IntegerWeights[] = [],
  more: Partial<IntegerNetwork> = {},
): IntegerNetwork {
  const last = layers.at(-1)!.output.tensor;
  const scores = tensors.find((t) => t.name === last)!;
  return {
    name: 'test',
    input: { tensor: tensors[0]!.name, format: 'int8', padding: new Array(tensors[0]!.channels).fill(0) },
    tensors: new Map(tensors.map((t) => [t.name, t])),
    weights: new Map(weightList.map((w) => [w.name, w])),
    layers,
    scores: last,
    classes: scores.channels * scores.height * scores.width,
    ...more,
  };
}
