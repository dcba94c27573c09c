/** Numbers for the heat map: exact sums of alpha times activation. */
import type { IntegerLayer, IntegerTensor, IntegerWeights } from '../network.ts';
import { outputLoads } from '../weights.ts';
import { int32Limit, provenBits } from './proof.ts';

const mapName = 'heatmap';

/** Identity in the output stage: V = 2 acc, shifted right by one. */
function identity(count: number) {
  return { multiplier: new Uint32Array(count).fill(2), shift: new Uint8Array(count).fill(1) };
}

/** The map tensor. */
export function mapTensor(activation: IntegerTensor, scale: number): IntegerTensor {
  const { height, width } = activation;
  return { name: mapName, channels: 1, height, width, bits: 32, zeroPoint: 0, scale: [scale] };
}

/** Largest |q - zeroPoint| of an 8-bit tensor. */
function reach(activation: IntegerTensor): number {
  return Math.max(127 - activation.zeroPoint, 128 + activation.zeroPoint);
}

/** The most |alpha| may be so that the map's sum stays inside int32. */
export function alphaLimit(activation: IntegerTensor): number {
  return Math.floor(int32Limit / (activation.channels * reach(activation)));
}

/** The map from a row of dense weights: the zero point moves into a bias per class. */
export function mapFromRow(activation: IntegerTensor, weights: IntegerWeights): IntegerLayer {
  const [classes, channels] = weights.shape;
  const bias = Int32Array.from({ length: classes }, (_, c) => {
    let sum = 0;
    for (let k = 0; k < channels; k++) sum += weights.data[c * channels + k]!;
    return -activation.zeroPoint * sum;
  });
  return {
    ...common,
    sum: { kind: 'mapFromRow', input: activation.name, weights: weights.name },
    output: { tensor: mapName, bias, ...identity(classes), lower: 0, upper: int32Limit },
    macs: channels * activation.height * activation.width,
    accumulatorBits: provenBits(mapName, Math.max(...outputLoads(weights)) * 128),
  };
}

/** The map from a run-time alpha. */
export function mapFromTensor(activation: IntegerTensor, alpha: string, limit: number): IntegerLayer {
  return {
    ...common,
    sum: { kind: 'mapFromTensor', input: activation.name, alpha },
    output: { tensor: mapName, bias: new Int32Array(1), ...identity(1), lower: 0, upper: int32Limit },
    macs: activation.channels * activation.height * activation.width,
    accumulatorBits: provenBits(mapName, activation.channels * reach(activation) * limit),
  };
}

const common = { name: mapName, op: 'HeatMap', nodes: [], phase: 'heatmap' } as const;
