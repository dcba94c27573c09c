/**
 * Numbers for the inference stages: weights, scales, biases, multipliers.
 */
import { fail } from '../../diagnostics.ts';
import type { CalibrationTable, TensorStatistics } from '../calibration.ts';
import { fixedPoint, fixedPointPair } from '../fixed-point.ts';
import type { IntegerLayer, IntegerTensor, IntegerWeights, OutputStage, Phase } from '../network.ts';
import type { ImportedScale } from '../import/imported.ts';
import type { QuantiseOptions } from '../options.ts';
import type { PlanTensor, RealWeights, Stage } from '../plan/stage.ts';
import { clipMagnitude } from '../ranges.ts';
import { int16Limit } from '../semantics.ts';
import { outputLoads, quantiseWeights, roundWeights } from '../weights.ts';
import { biasShift } from './bias-correction.ts';
import type { LoweredInput } from './input.ts';
import { int32Limit, provenBits } from './proof.ts';

/** Mask upper kink of a plain ReLU: none. */
const noKink = 2 ** 31 - 1;
/** Largest magnitude of a quantised bias; a channel's weight scale is raised to keep it. */
const biasLimit = 2 ** 30;

/** What the lowering reads, and the network it fills. */
export interface ForwardContext {
  readonly plan: ReadonlyMap<string, PlanTensor>;
  readonly realWeights: ReadonlyMap<string, RealWeights>;
  readonly calibration: CalibrationTable;
  readonly options: QuantiseOptions;
  readonly input: LoweredInput;
  readonly scores: string;
  /** Scales of activations that came with the model. */
  readonly imported: ReadonlyMap<string, ImportedScale>;
  /** Tensors stored with 16 bits because only a dense layer reads them, with the largest magnitude it allows. */
  readonly wide: ReadonlyMap<string, number>;
  /** Activations promoted to 16 bits, with the largest magnitude their readers allow. */
  readonly promoted: ReadonlyMap<string, number>;
  /** Pre-activation tensors whose sign the gradient needs. */
  readonly masks: ReadonlySet<string>;
  readonly tensors: Map<string, IntegerTensor>;
  readonly weights: Map<string, IntegerWeights>;
}

/** A stage to lower, with what only a heat map's own copy of a layer has. */
export interface ForwardStage {
  readonly stage: Stage;
  readonly phase: Phase;
  /** Subtracted from the real result, per channel. */
  readonly offset?: readonly number[];
}

/** The accumulator of a stage: real sum = unit[o] * (acc + bias[o]). */
interface Accumulator {
  readonly sum: IntegerLayer['sum'];
  readonly unit: readonly number[];
  readonly bias: Int32Array;
  readonly bound: number;
  readonly macs: number;
}

export function lowerForward({ stage, phase, offset }: ForwardStage, context: ForwardContext): IntegerLayer {
  const shape = context.plan.get(stage.output)!;
  const accumulator =
    stage.sum.kind === 'conv'
      ? lowerConv(stage, stage.sum, shape, offset, context)
      : lowerWindow(stage, shape, context);
  const accumulatorBits = provenBits(stage.name, accumulator.bound);
  const tensor = chooseTensor(stage, shape, accumulator, context);
  context.tensors.set(tensor.name, tensor);
  const preActivation = stage.inner.at(-1)?.tensor;
  const masked = stage.relu && preActivation !== undefined && context.masks.has(preActivation);
  return {
    name: stage.name,
    op: stage.op,
    nodes: stage.nodes,
    phase,
    sum: accumulator.sum,
    output: {
      ...outputStage(stage, tensor, accumulator, context),
      ...(masked ? { maskWrite: { mask: preActivation, upper: noKink } } : {}),
    },
    macs: accumulator.macs,
    accumulatorBits,
  };
}

function lowerConv(
  stage: Stage,
  sum: Extract<Stage['sum'], { kind: 'conv' }>,
  shape: PlanTensor,
  offset: readonly number[] | undefined,
  context: ForwardContext,
): Accumulator {
  const isImage = context.input.folded && sum.input === context.input.tensor.name;
  const input = context.tensors.get(sum.input)!;
  const real = isImage
    ? scaleInputs(context.realWeights.get(sum.weights)!, context.input.scale)
    : context.realWeights.get(sum.weights)!;
  const scale = isImage ? 1 : input.scale[0]!;
  const perOutput = real.data.length / real.shape[0];
  // What the input's offset adds, per output channel.
  const constant = isImage ? offsetSums(real, context.input) : new Float64Array(real.shape[0]);
  const realBias = Float64Array.from(sum.bias, (b, o) => b + constant[o]! - (offset?.[o] ?? 0));
  const weights = context.weights.get(real.name) ?? chooseWeights(real, realBias, scale);
  context.weights.set(weights.name, weights);
  const unit = weights.scale.map((s) => s * scale * stage.factor);
  const shift =
    context.options.biasCorrection && !real.scale
      ? biasShift(real, weights, meanInput(sum.input, context))
      : undefined;
  const zeroPoint = isImage ? 0 : input.zeroPoint;
  const bias = Int32Array.from(realBias, (b, o) => {
    let weightSum = 0;
    for (let i = 0; i < perOutput; i++) weightSum += weights.data[o * perOutput + i]!;
    return Math.round((b - (shift?.[o] ?? 0)) / unit[o]!) - zeroPoint * weightSum;
  });
  const largest = magnitudeOf(input, context);
  const [outputs, inputs, kernelHeight, kernelWidth] = weights.shape;
  return {
    sum: { kind: 'conv', input: sum.input, weights: weights.name, geometry: sum.geometry },
    unit,
    bias,
    bound: Math.max(...outputLoads(weights)) * largest,
    macs: outputs * inputs * kernelHeight * kernelWidth * shape.height * shape.width,
  };
}

/** int8 weights on the model's own scales, or on the largest weight of each output channel. */
function chooseWeights(real: RealWeights, bias: Float64Array, inputScale: number): IntegerWeights {
  if (real.scale) return roundWeights(real, real.scale, -128);
  return quantiseWeights(real, (o) => Math.abs(bias[o]!) / (inputScale * biasLimit));
}

function lowerWindow(stage: Stage, shape: PlanTensor, context: ForwardContext): Accumulator {
  if (stage.sum.kind !== 'windowSum')
    throw new Error(`stage ${stage.name} of kind ${stage.sum.kind} is not an inference stage`);
  const { input: name, geometry } = stage.sum;
  if (name === context.input.tensor.name && context.input.folded) {
    fail(
      'CAM402',
      `Node "${stage.nodes[0]}" reads the image, but is not a convolution into which the preprocessing could be folded.`,
      'Leave the preprocessing out, so that the host quantises the image.',
      { node: stage.nodes[0]! },
    );
  }
  const input = context.tensors.get(name)!;
  const taps = geometry.kernel[0] * geometry.kernel[1];
  const unit = new Array<number>(shape.channels).fill(input.scale[0]! * stage.factor);
  return {
    sum: { kind: 'windowSum', input: name, geometry },
    unit,
    bias: new Int32Array(shape.channels).fill(-input.zeroPoint * taps),
    bound: taps * magnitudeOf(input, context),
    macs: 0,
  };
}

/** Storage of a stage's result. */
function chooseTensor(
  stage: Stage,
  shape: PlanTensor,
  accumulator: Accumulator,
  context: ForwardContext,
): IntegerTensor {
  const common = {
    name: shape.name,
    onnx: shape.name,
    channels: shape.channels,
    height: shape.height,
    width: shape.width,
  };
  if (stage.output === context.scores) {
    // One scale for all classes, no finer than keeps the largest score inside int32.
    const coarsest = Math.max(...accumulator.unit);
    const largest = Math.max(
      ...accumulator.unit.map(
        (u, o) => (u / coarsest) * (accumulator.bound + Math.abs(accumulator.bias[o]!)),
      ),
    );
    return { ...common, bits: 32, zeroPoint: 0, scale: [coarsest * Math.max(1, largest / int32Limit)] };
  }
  const kept = context.imported.get(stage.output);
  if (kept) return { ...common, bits: 8, zeroPoint: kept.zeroPoint, scale: [kept.scale] };
  const room = context.wide.get(stage.output);
  if (room !== undefined) {
    const largest = accumulator.bound * 2;
    const unit = accumulator.unit[0]!;
    return {
      ...common,
      bits: 16,
      zeroPoint: 0,
      scale: [unit * 2 ** Math.max(0, Math.ceil(Math.log2(largest / room)))],
    };
  }
  const limit = context.promoted.get(stage.output);
  if (limit !== undefined) {
    const range = clipMagnitude(statisticsOf(stage.output, context), limit, context.options.rangeMethod);
    return { ...common, bits: 16, zeroPoint: 0, scale: [range / limit || 1] };
  }
  const statistics = statisticsOf(stage.output, context);
  const clip = clipMagnitude(statistics, stage.relu ? 255 : 127, context.options.rangeMethod);
  const steps = stage.relu ? 255 : 127;
  return { ...common, bits: 8, zeroPoint: stage.relu ? -128 : 0, scale: [clip / steps || 1] };
}

/** Calibrated statistics of an activation. */
function statisticsOf(tensor: string, { calibration }: ForwardContext): TensorStatistics {
  const found = calibration.activations.get(tensor);
  if (found) return found;
  return fail(
    'CAM402',
    `The calibration has no range for tensor "${tensor}".`,
    'Calibrate again with this model and target.',
    { tensor },
  );
}

/** Largest magnitude of a tensor's integers. */
function magnitudeOf({ name, bits }: IntegerTensor, { promoted, wide }: ForwardContext): number {
  return bits === 16 ? (promoted.get(name) ?? wide.get(name) ?? int16Limit) : 128;
}

/** Clamp bounds of a storage width. */
export function bounds(bits: 8 | 16 | 32): { lower: number; upper: number } {
  if (bits === 8) return { lower: -128, upper: 127 };
  if (bits === 16) return { lower: -int16Limit, upper: int16Limit };
  return { lower: -(2 ** 31), upper: int32Limit };
}

/** Clamp bounds of a tensor: a promoted one stays where its readers' proofs hold. */
function boundsOf(
  tensor: IntegerTensor,
  { promoted, wide }: ForwardContext,
): { lower: number; upper: number } {
  const limit = promoted.get(tensor.name) ?? wide.get(tensor.name);
  return limit === undefined ? bounds(tensor.bits) : { lower: -limit, upper: limit };
}

function outputStage(
  stage: Stage,
  tensor: IntegerTensor,
  accumulator: Accumulator,
  context: ForwardContext,
): OutputStage {
  const scale = tensor.scale[0]!;
  const { lower, upper } = boundsOf(tensor, context);
  const common = {
    tensor: tensor.name,
    bias: accumulator.bias,
    lower: stage.relu ? tensor.zeroPoint : lower,
    upper,
  };
  const factors = accumulator.unit.map((u) => u / scale);
  if (stage.residual === undefined) {
    const fixed = factors.map((f) => fixedPoint(f));
    return {
      ...common,
      multiplier: Uint32Array.from(fixed, (f) => f.multiplier),
      shift: Uint8Array.from(fixed, (f) => f.shift),
    };
  }
  const residual = context.tensors.get(stage.residual)!;
  const pairs = factors.map((f) => fixedPointPair(f, residual.scale[0]! / scale));
  return {
    ...common,
    multiplier: Uint32Array.from(pairs, (f) => f.multiplier),
    shift: Uint8Array.from(pairs, (f) => f.shift),
    residual: {
      tensor: stage.residual,
      multiplier: Uint32Array.from(pairs, (f) => f.residualMultiplier),
      shift: Uint8Array.from(pairs, (f) => f.residualShift),
    },
  };
}

/** Weights with each input channel's scale folded in. */
function scaleInputs(weights: RealWeights, scale: readonly number[]): RealWeights {
  const [, inputs, height, width] = weights.shape;
  const taps = height * width;
  return { ...weights, data: weights.data.map((w, i) => w * scale[Math.floor(i / taps) % inputs]!) };
}

/** Sum over i, ky, kx of W[o,i,ky,kx] * offset[i] / scale[i], on weights that have the scale folded in. */
function offsetSums(folded: RealWeights, input: LoweredInput): Float64Array {
  const [outputs, inputs, height, width] = folded.shape;
  const taps = height * width;
  const sums = new Float64Array(outputs);
  folded.data.forEach((w, i) => {
    const k = Math.floor(i / taps) % inputs;
    sums[Math.floor(i / (taps * inputs))]! += (w * input.offset[k]!) / input.scale[k]!;
  });
  return sums;
}

/** Mean of each input channel as the folded weights see it. */
function meanInput(tensor: string, context: ForwardContext): Float64Array {
  const { mean } = statisticsOf(tensor, context);
  if (!context.input.folded || tensor !== context.input.tensor.name) return mean;
  return mean.map((m, k) => (m - context.input.offset[k]!) / context.input.scale[k]!);
}
