/**
 * Numbers for the inference stages: weights, scales, biases, multipliers.
 */
import { fail } from '../../diagnostics.ts';
import type { CalibrationTable, TensorStatistics } from '../calibration.ts';
import { fixedPoint, fixedPointPair } from '../fixed-point.ts';
import { inputOf } from '../groups.ts';
import type {
  IntegerLayer,
  IntegerTable,
  IntegerTensor,
  IntegerWeights,
  OutputStage,
  Phase,
} from '../network.ts';
import type { ImportedScale } from '../import/imported.ts';
import type { QuantiseOptions } from '../options.ts';
import {
  derivativeOf,
  maskName,
  type Clip,
  type PlanTensor,
  type RealWeights,
  type Stage,
  type View,
  winnersOf,
} from '../plan/stage.ts';
import { clipMagnitude } from '../ranges.ts';
import { int16Limit } from '../semantics.ts';
import { outputLoads, quantiseWeights, roundWeights } from '../weights.ts';
import { biasShift } from './bias-correction.ts';
import { chooseTable, byteScale } from './look-up.ts';
import type { LoweredInput } from './input.ts';
import { int32Limit, provenBits } from './proof.ts';
import { slopedFactors } from './slope.ts';

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
  /** Masks the gradient needs, by `maskName`. */
  readonly masks: ReadonlySet<string>;
  /** Winners of pools and derivatives of activations that the gradient needs. */
  readonly kept: ReadonlySet<string>;
  /** Tensors stored as channels of another one. */
  readonly views: ReadonlyMap<string, View>;
  readonly tensors: Map<string, IntegerTensor>;
  readonly weights: Map<string, IntegerWeights>;
  readonly tables: Map<string, IntegerTable>;
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

/** The layers of a stage: one, or one for each of its regions. */
export function lowerForward(
  { stage, phase, offset }: ForwardStage,
  context: ForwardContext,
): IntegerLayer[] {
  const shape = context.plan.get(stage.output)!;
  if (stage.sum.kind === 'maxPool') {
    const { name, op, nodes } = stage;
    return [{ name, op, nodes, phase, ...lowerMaxPool(stage, stage.sum, shape, context) }];
  }
  const accumulator =
    stage.sum.kind === 'conv'
      ? lowerConv(stage, stage.sum, shape, offset, context)
      : stage.sum.kind === 'product'
        ? lowerProduct(stage, stage.sum, shape, context)
        : lowerWindow(stage, shape, context);
  const layer = {
    op: stage.op,
    nodes: stage.nodes,
    phase,
    sum: accumulator.sum,
    macs: accumulator.macs,
    accumulatorBits: provenBits(stage.name, accumulator.bound),
  };
  if (stage.activation)
    return [{ ...layer, name: stage.name, output: lookUpStage(stage, shape, accumulator, context) }];
  const tensor = chooseTensor(stage, shape, accumulator, context);
  context.tensors.set(tensor.name, tensor);
  const masked = maskOf(stage, tensor, context);
  return inRegions(stage, accumulator.unit).map(({ name, unit, region }) => ({
    ...layer,
    name,
    output: {
      ...outputStage(stage, tensor, { ...accumulator, unit }, context),
      ...region,
      ...masked,
    },
  }));
}

/** A layer's name, unit and region for each part of a stage. */
export function inRegions(
  { name, regions }: Pick<Stage, 'name' | 'regions'>,
  unit: readonly number[],
): { name: string; unit: readonly number[]; region: Pick<OutputStage, 'region'> }[] {
  if (!regions) return [{ name, unit, region: {} }];
  return regions.map(({ factor, rows, columns }, n) => ({
    name: n === 0 ? name : `${name}/${n}`,
    unit: unit.map((u) => u * factor),
    region: { region: { rows, columns } },
  }));
}

/** The mask a clamped stage writes, where the gradient reads it: between 0 and the upper bound. */
function maskOf(
  { clip, slope, inner }: Stage,
  tensor: IntegerTensor,
  { masks }: ForwardContext,
): Pick<OutputStage, 'maskWrite'> {
  const preActivation = inner.at(-1)?.tensor;
  if ((!clip && !slope) || preActivation === undefined) return {};
  const upper = clip?.upper ?? Infinity;
  const mask = maskName(preActivation, upper);
  if (!masks.has(mask)) return {};
  const kink = Number.isFinite(upper) ? quantised(upper, tensor) : noKink;
  return { maskWrite: { mask, upper: Math.min(kink, noKink) } };
}

/** A real number on a tensor's grid, not clamped to its storage. */
function quantised(value: number, { scale, zeroPoint }: IntegerTensor): number {
  return Math.round(value / scale[0]!) + zeroPoint;
}

/** A maximum keeps the scale of what it is taken of; where it was goes into a tensor of its own. */
function lowerMaxPool(
  stage: Stage,
  sum: Extract<Stage['sum'], { kind: 'maxPool' }>,
  { name, channels, height, width }: PlanTensor,
  context: ForwardContext,
): Pick<IntegerLayer, 'sum' | 'output' | 'macs' | 'accumulatorBits'> {
  const { scale, zeroPoint } = context.tensors.get(sum.input)!;
  const kept = context.imported.get(name);
  if (kept && (kept.scale !== scale[0] || kept.zeroPoint !== zeroPoint)) {
    fail(
      'CAM501',
      `Node "${stage.nodes[0]}" changes the scale of what it takes the maximum of.`,
      'Quantise the model again with one scale on both sides of its maximum pools.',
      { node: stage.nodes[0]! },
    );
  }
  const size = { channels, height, width, bits: 8 as const };
  context.tensors.set(name, { ...size, name, onnx: name, zeroPoint, scale });
  const winners = winnersOf(name);
  const keepsWinners = context.kept.has(winners);
  if (keepsWinners) context.tensors.set(winners, { ...size, name: winners, zeroPoint: 0, scale: [1] });
  // acc - 128 = 256 * maximum + (127 - tap): both bytes as they are, or the high one alone. The zero point comes on top.
  const [multiplier, shift, offset] = keepsWinners ? [2, 1, zeroPoint] : [1, 8, 256 * zeroPoint];
  return {
    sum,
    output: {
      tensor: name,
      bias: new Int32Array(channels).fill(-128 - offset),
      multiplier: new Uint32Array(channels).fill(multiplier),
      shift: new Uint8Array(channels).fill(shift),
      ...(keepsWinners ? { lower: -(2 ** 16), upper: 2 ** 16, low: winners } : bounds(8)),
    },
    macs: 0,
    accumulatorBits: provenBits(stage.name, 2 ** 15),
  };
}

/** The pre-activation on a scale of its own, the activation's table behind it, and beside its values its derivative. */
function lookUpStage(
  stage: Stage,
  { name, channels, height, width }: PlanTensor,
  accumulator: Accumulator,
  context: ForwardContext,
): OutputStage {
  const view = context.views.get(name);
  const preActivation = stage.inner.at(-1)!.tensor;
  const given = context.imported.get(preActivation);
  const derivative = derivativeOf(name);
  const keepsDerivative = context.kept.has(derivative);
  const copied = stage.sum.kind === 'windowSum' && accumulator.unit.length > 0 ? stage.sum.input : undefined;
  const exact = copied === undefined ? undefined : context.tensors.get(copied);
  const chosen = chooseTable(stage.activation!, {
    name,
    // A copy of stored integers is looked up as it stands.
    domain:
      given ??
      (exact && isCopy(stage) && exact.bits === 8
        ? { scale: exact.scale[0]!, zeroPoint: exact.zeroPoint }
        : undefined),
    statistics: () => statisticsOf(preActivation, context),
    range: context.imported.get(name) ?? joinedScale(view, context),
    withDerivative: keepsDerivative,
  });
  context.tables.set(name, chosen.table);
  const size = { channels, height, width, bits: 8 as const };
  const { scale, zeroPoint } = chosen.result;
  context.tensors.set(name, {
    ...size,
    name,
    onnx: name,
    zeroPoint,
    scale: [scale],
    ...(view ? { view } : {}),
  });
  if (keepsDerivative) {
    context.tensors.set(derivative, {
      ...size,
      name: derivative,
      zeroPoint: 0,
      scale: [chosen.derivativeScale],
    });
  }
  const input = { ...size, name, zeroPoint: chosen.domain.zeroPoint, scale: [chosen.domain.scale] };
  return {
    ...outputStage(stage, input, accumulator, context),
    table: { name, zeroPoint: chosen.domain.zeroPoint },
    ...(keepsDerivative ? { low: derivative } : {}),
  };
}

/** The scale of the tensor that a view lies in. */
function joinedScale(view: View | undefined, { tensors }: ForwardContext): ImportedScale | undefined {
  if (!view) return undefined;
  const { scale, zeroPoint } = tensors.get(view.of)!;
  return { scale: scale[0]!, zeroPoint };
}

function isCopy({ sum, residual, factor }: Stage): boolean {
  return (
    sum.kind === 'windowSum' && sum.geometry.kernel.join() === '1,1' && residual === undefined && factor === 1
  );
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
  return {
    sum: { kind: 'conv', input: sum.input, weights: weights.name, geometry: sum.geometry },
    unit,
    bias,
    bound: Math.max(...outputLoads(weights)) * largest,
    macs: weights.data.length * shape.height * shape.width,
  };
}

/** int8 weights on the model's own scales, or on the largest weight of each output channel. */
function chooseWeights(real: RealWeights, bias: Float64Array, inputScale: number): IntegerWeights {
  if (real.scale) return roundWeights(real, real.scale, -128);
  return quantiseWeights(real, (o) => Math.abs(bias[o]!) / (inputScale * biasLimit));
}

function lowerProduct(
  stage: Stage,
  sum: Extract<Stage['sum'], { kind: 'product' }>,
  { channels }: PlanTensor,
  { tensors }: ForwardContext,
): Accumulator {
  const [input, factor] = [tensors.get(sum.input)!, tensors.get(sum.factor)!];
  return {
    sum,
    unit: new Array<number>(channels).fill(input.scale[0]! * factor.scale[0]! * stage.factor),
    bias: new Int32Array(channels),
    bound: reachOf(input) * reachOf(factor),
    macs: 0,
  };
}

/** Largest |q - zeroPoint| of an 8-bit tensor. */
function reachOf({ zeroPoint }: IntegerTensor): number {
  return Math.max(127 - zeroPoint, 128 + zeroPoint);
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
    ...(stage.op === 'Copy' ? {} : { onnx: shape.name }),
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
  if (stage.centred && stage.sum.kind === 'windowSum') {
    const source = context.tensors.get(stage.sum.input)!;
    // What has int8 and no zero point already is copied as it is.
    const isCentred = source.bits === 8 && source.zeroPoint === 0;
    const reach = source.bits === 8 ? reachOf(source) : magnitudeOf(source, context);
    return { ...common, bits: 8, zeroPoint: 0, scale: [source.scale[0]! * (isCentred ? 1 : reach / 127)] };
  }
  const kept = context.imported.get(stage.output);
  const view = context.views.get(stage.output);
  if (kept) {
    // An operand of a Concat with the same scale as the whole is written where the whole lies.
    const { zeroPoint, scale } = kept;
    return { ...common, bits: 8, zeroPoint, scale: [scale], ...(view ? { view } : {}) };
  }
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
  if (view) {
    const { zeroPoint, scale } = context.tensors.get(view.of)!;
    return { ...common, bits: 8, zeroPoint, scale, view };
  }
  if (stage.slope) {
    const statistics = statisticsOf(stage.output, context);
    const clip = clipMagnitude(statistics, 255, context.options.rangeMethod);
    const least = statistics.minimum.reduce((a, b) => Math.min(a, b), 0);
    const most = statistics.maximum.reduce((a, b) => Math.max(a, b), 0);
    const { scale, zeroPoint } = byteScale(Math.max(least, -clip), Math.min(most, clip));
    return { ...common, bits: 8, zeroPoint, scale: [scale] };
  }
  return { ...common, ...storage(stage.output, stage.clip, context) };
}

/** Eight bits on the calibrated range of a tensor: all of them above 0 where it is never negative. */
function storage(
  tensor: string,
  clip: Clip | undefined,
  context: Pick<ForwardContext, 'calibration' | 'options'>,
): Pick<IntegerTensor, 'bits' | 'zeroPoint' | 'scale'> {
  const rectified = clip?.lower === 0;
  const steps = rectified ? 255 : 127;
  const range = clipMagnitude(statisticsOf(tensor, context), steps, context.options.rangeMethod);
  return { bits: 8, zeroPoint: rectified ? -128 : 0, scale: [range / steps || 1] };
}

/** The tensor that the operands of a Concat are written into: one scale for all of them. */
export function lowerJoined(name: string, stages: readonly Stage[], context: ForwardContext): IntegerTensor {
  const { channels, height, width } = context.plan.get(name)!;
  const common = { name, onnx: name, channels, height, width };
  const kept = context.imported.get(name);
  if (kept) return { ...common, bits: 8, zeroPoint: kept.zeroPoint, scale: [kept.scale] };
  const parts = stages.filter(({ output }) => context.views.get(output)?.of === name);
  const rectified = parts.every(({ clip }) => clip?.lower === 0);
  return { ...common, ...storage(name, rectified ? { lower: 0, upper: Infinity } : undefined, context) };
}

/** Calibrated statistics of an activation. */
function statisticsOf(
  tensor: string,
  { calibration }: Pick<ForwardContext, 'calibration'>,
): TensorStatistics {
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
    lower: stage.clip ? Math.max(lower, quantised(stage.clip.lower, tensor)) : lower,
    upper: stage.clip ? Math.min(upper, quantised(stage.clip.upper, tensor)) : upper,
  };
  const factors = accumulator.unit.map((u) => u / scale);
  if (stage.slope) return { ...common, ...slopedFactors(factors, stage.slope) };
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
  return { ...weights, data: weights.data.map((w, i) => w * scale[inputOf(weights, i)]!) };
}

/** Sum over i, ky, kx of W[o,i,ky,kx] * offset[i] / scale[i], on weights that have the scale folded in. */
function offsetSums(folded: RealWeights, input: LoweredInput): Float64Array {
  const [outputs, inputs, height, width] = folded.shape;
  const taps = height * width;
  const sums = new Float64Array(outputs);
  folded.data.forEach((w, i) => {
    const k = inputOf(folded, i);
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
