/**
 * Numbers for the gradient stages.
 *
 * Gradient integers leave the explained class's own scale out: real gradient = scale[k] * q * classScale[class].
 * Scales are powers of two, over the per-channel weight scales of the adjoint convolution that reads the tensor.
 */
import { fail } from '../../diagnostics.ts';
import { channelPeaks, type CalibrationTable } from '../calibration.ts';
import { fixedPoint, fixedPointPair } from '../fixed-point.ts';
import type { IntegerLayer, IntegerTensor, IntegerWeights, OutputStage, WindowGeometry } from '../network.ts';
import type { QuantiseOptions } from '../options.ts';
import type { ScaleDemand, ScaleDemands } from '../plan/split-scales.ts';
import { isDepthwise } from '../groups.ts';
import type { PlanTensor, RealWeights, Stage, View } from '../plan/stage.ts';
import { int16Limit } from '../semantics.ts';
import { inputLoads, quantiseWeights, roundWeights, rowMagnitudes, weightLimit } from '../weights.ts';
import { inRegions } from './forward.ts';
import { int32Limit, provenBits } from './proof.ts';
import { slopedFactors } from './slope.ts';

/** Room above the largest gradient seen in calibration, before the scale is rounded up to a power of two. */
const headroom = 1.25;

export interface GradientContext {
  readonly plan: ReadonlyMap<string, PlanTensor>;
  readonly realWeights: ReadonlyMap<string, RealWeights>;
  readonly calibration: CalibrationTable;
  readonly options: QuantiseOptions;
  readonly demands: ScaleDemands;
  readonly views: ReadonlyMap<string, View>;
  /** Real value per class that all gradients are multiples of. */
  readonly classScale: readonly number[];
  /** Unit of the calibrated gradients, in units of the class's scale. */
  readonly peakUnit: number;
  /** All gradient stages: who reads what. */
  readonly stages: readonly Stage[];
  /** Run-time alpha and the most it may reach so that the map's sum stays inside int32. */
  readonly alpha: { readonly tensor: string; readonly limit: number } | undefined;
  readonly tensors: Map<string, IntegerTensor>;
  readonly weights: Map<string, IntegerWeights>;
  /** Clamp limit of each gradient tensor. */
  readonly limits: Map<string, number>;
}

/** The accumulator: real sum = unit[k] * acc. */
interface Accumulator {
  readonly sum: IntegerLayer['sum'];
  readonly unit: readonly number[];
  readonly bound: number;
  readonly macs: number;
}

/** The layers of a stage: one, or one for each of its regions. */
export function lowerGradient(stage: Stage, context: GradientContext): IntegerLayer[] {
  const shape = context.plan.get(stage.output)!;
  const accumulator = accumulate(stage, shape, context);
  const tensor = chooseTensor(stage, shape, accumulator, context);
  context.tensors.set(tensor.name, tensor);
  for (const [name, view] of context.views) if (view.of === tensor.name) setView(name, view, tensor, context);
  const accumulatorBits = provenBits(stage.name, accumulator.bound);
  return inRegions(stage, accumulator.unit).map(({ name, unit, region }) => ({
    name,
    op: stage.op,
    nodes: stage.nodes,
    phase: 'gradient',
    sum: accumulator.sum,
    output: { ...outputStage(stage, tensor, { ...accumulator, unit }, context), ...region },
    macs: accumulator.macs,
    accumulatorBits,
  }));
}

/** A range of a stored gradient's channels, with their scales. */
function setView(name: string, view: View, of: IntegerTensor, context: GradientContext): void {
  const { channels, height, width } = context.plan.get(name)!;
  const { bits, zeroPoint, scale } = of;
  const own = scale.length === 1 ? scale : scale.slice(view.channel, view.channel + channels);
  context.tensors.set(name, { name, channels, height, width, bits, zeroPoint, scale: own, view });
  context.limits.set(name, context.limits.get(of.name)!);
}

function accumulate(stage: Stage, shape: PlanTensor, context: GradientContext): Accumulator {
  const { sum, factor } = stage;
  const constant = (unit: number) => new Array<number>(shape.channels).fill(unit);
  switch (sum.kind) {
    case 'denseRow': {
      const { weights, unit } = rowWeights(sum.weights, context);
      return {
        sum: { kind: 'denseRow', weights: weights.name },
        unit: constant(unit * factor),
        bound: weightLimit,
        macs: 0,
      };
    }
    case 'convBackward':
    case 'convMean': {
      const weights = adjointWeights(sum.weights, context);
      const input = context.tensors.get(sum.input)!;
      const bound = Math.max(...inputLoads(weights)) * context.limits.get(sum.input)!;
      // A single output reads a channel, or input.scale[o] * weights.scale[o] is the same for every o.
      const unit = isDepthwise(weights)
        ? weights.scale.map((s, o) => scaleAt(input, o) * s * factor)
        : constant(input.scale[0]! * weights.scale[0]! * factor);
      const read = sum.kind === 'convMean' ? 1 : input.height * input.width;
      return { sum: { ...sum, weights: weights.name }, unit, bound, macs: weights.data.length * read };
    }
    case 'bandSums':
    case 'borderSums':
    case 'windowSum':
    case 'windowSumBackward': {
      const input = context.tensors.get(sum.input)!;
      const taps = summedPositions(sum, input);
      const unit = Array.from({ length: shape.channels }, (_, k) => scaleAt(input, k) * factor);
      return { sum, unit, bound: taps * context.limits.get(sum.input)!, macs: 0 };
    }
    case 'maxPoolBackward': {
      const input = context.tensors.get(sum.input)!;
      const unit = Array.from({ length: shape.channels }, (_, k) => scaleAt(input, k) * factor);
      const windows = overlap(sum.geometry, 0) * overlap(sum.geometry, 1);
      return { sum, unit, bound: windows * context.limits.get(sum.input)!, macs: 0 };
    }
    case 'product': {
      const [input, other] = [context.tensors.get(sum.input)!, context.tensors.get(sum.factor)!];
      const unit = Array.from(
        { length: shape.channels },
        (_, k) => scaleAt(input, k) * other.scale[0]! * factor,
      );
      return { sum, unit, bound: 128 * context.limits.get(sum.input)!, macs: 0 };
    }
    default:
      throw new Error(`stage ${stage.name} of kind ${sum.kind} is not a gradient stage`);
  }
}

/** How many positions a sum adds up, at most. */
function summedPositions(
  sum: Extract<Stage['sum'], { kind: 'bandSums' | 'borderSums' | 'windowSum' | 'windowSumBackward' }>,
  input: Pick<IntegerTensor, 'height' | 'width'>,
): number {
  if (sum.kind === 'borderSums') return input.height * input.width;
  if (sum.kind !== 'bandSums') return sum.geometry.kernel[0] * sum.geometry.kernel[1];
  const widest = (bounds: readonly number[]) =>
    Math.max(...bounds.slice(1).map((end, n) => end - bounds[n]!));
  return widest(sum.rows) * widest(sum.columns);
}

/** How many windows one position lies in, at most, along an axis. */
function overlap({ kernel, strides, dilations }: WindowGeometry, axis: 0 | 1): number {
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
  return Math.ceil((kernel[axis] * gcd(strides[axis], dilations[axis])) / strides[axis]);
}

/** The weights of an adjoint convolution: those of inference, where there are such. */
function adjointWeights(name: string, context: GradientContext): IntegerWeights {
  const weights = context.weights.get(name) ?? quantiseWeights(context.realWeights.get(name)!);
  context.weights.set(name, weights);
  return weights;
}

/** A table of constant gradients with one row per class, in integers on the common class scale: real = q * classScale * unit. */
function rowWeights(name: string, context: GradientContext): { weights: IntegerWeights; unit: number } {
  const real = context.realWeights.get(name)!;
  const known = context.weights.get(name);
  const isDense = known?.scale.every((s, c) => s === context.classScale[c]);
  if (known && isDense) return { weights: known, unit: 1 };
  const unit =
    Math.max(...rowMagnitudes(real).map((m, c) => m / (weightLimit * context.classScale[c]!))) || 1;
  const weights = {
    ...roundWeights(
      real,
      context.classScale.map((s) => s * unit),
    ),
    name: `${name}/rows`,
  };
  context.weights.set(weights.name, weights);
  return { weights, unit };
}

function scaleAt(tensor: IntegerTensor, channel: number): number {
  return tensor.scale[tensor.scale.length === 1 ? 0 : channel]!;
}

/** Storage of a gradient tensor: the finest power-of-two scale that holds the calibrated range and every proof. */
function chooseTensor(
  stage: Stage,
  shape: PlanTensor,
  accumulator: Accumulator,
  context: GradientContext,
): IntegerTensor {
  if (stage.sum.kind === 'bandSums') return bandsTensor(stage.sum.input, shape, accumulator, context);
  const demands = context.demands.get(stage.output);
  const divisor = demands && divisors(demands, shape.channels, context);
  const small = shape.height * shape.width === 1 || stage.sum.kind === 'borderSums';
  const bits = small ? 16 : context.options.gradientBits;
  const limit = Math.min(bits === 16 ? int16Limit : weightLimit, readerLimit(stage.output, context));
  context.limits.set(stage.output, limit);
  const peaks = peaksOf(stage, context);
  const largest = peaks.reduce((most, p, k) => Math.max(most, p * (divisor?.[k] ?? 1)), 0) * headroom;
  const scale = largest > 0 ? 2 ** Math.ceil(Math.log2(largest / limit)) : 1;
  return {
    name: shape.name,
    channels: shape.channels,
    height: shape.height,
    width: shape.width,
    bits,
    zeroPoint: 0,
    scale: divisor ? divisor.map((d) => scale / d) : [scale],
  };
}

/** Sums of bands may be so many times as large as the sums of several bands: what cancels there. */
const bandsHeadroom = 4;

/**
 * Storage of sums of bands, which are the terms of larger sums: 16 bits for all that these need, as fine as the input at
 * most and as coarse as holds whatever the input may be.
 */
function bandsTensor(
  input: string,
  { name, channels, height, width }: PlanTensor,
  accumulator: Accumulator,
  context: GradientContext,
): IntegerTensor {
  const source = context.tensors.get(input)!;
  const reader = context.stages.find(({ sum }) => sum.kind === 'borderSums' && sum.input === name)!;
  const sums = chooseTensor(reader, context.plan.get(reader.output)!, accumulator, context);
  const coarsest = 2 ** Math.max(0, Math.ceil(Math.log2(accumulator.bound / int16Limit)));
  const scale = Array.from({ length: channels }, (_, k) => {
    const finest = scaleAt(source, k);
    return Math.min(finest * coarsest, Math.max(finest, bandsHeadroom * scaleAt(sums, k)));
  });
  context.limits.set(name, int16Limit);
  return { name, channels, height, width, bits: 16, zeroPoint: 0, scale };
}

/** The weight scale that each channel's is divided by: 1 where no adjoint convolution reads it. */
function divisors(demands: readonly ScaleDemand[], channels: number, context: GradientContext): number[] {
  const divisor = new Array<number>(channels).fill(1);
  for (const { channel, weights } of demands) {
    adjointWeights(weights, context).scale.forEach((s, o) => (divisor[channel + o] = s));
  }
  return divisor;
}

/** The largest magnitude for which every sum that reads the tensor is proven to stay inside int32. */
function readerLimit(tensor: string, context: GradientContext): number {
  const limits = context.stages.map(({ sum }) => {
    if (!('input' in sum) || (context.views.get(sum.input)?.of ?? sum.input) !== tensor) return Infinity;
    if (sum.kind !== 'convBackward' && sum.kind !== 'convMean') return Infinity;
    return Math.floor(int32Limit / Math.max(1, ...inputLoads(adjointWeights(sum.weights, context))));
  });
  const alpha = context.alpha && (context.views.get(context.alpha.tensor)?.of ?? context.alpha.tensor);
  const map = alpha === tensor ? context.alpha!.limit : Infinity;
  return Math.min(map, ...limits);
}

/** Calibrated peaks per channel in units of classScale. A rescaled copy has at most those of its source. */
function peaksOf(stage: Stage, context: GradientContext): Float64Array {
  const found = context.calibration.gradients.get(stage.output);
  if (found) return channelPeaks(found).map((p) => p * context.peakUnit);
  if (stage.op === 'Rescale' && stage.sum.kind === 'windowSum') {
    const { input } = stage.sum;
    const view = context.views.get(input);
    const source = context.stages.find((s) => s.output === (view?.of ?? input));
    const { channels } = context.plan.get(input)!;
    const first = view?.channel ?? 0;
    if (source) return peaksOf(source, context).slice(first, first + channels);
  }
  return fail(
    'CAM402',
    `The calibration has no range for the gradient "${stage.output}".`,
    'Calibrate again with this model and target.',
    { tensor: stage.output },
  );
}

function outputStage(
  stage: Stage,
  tensor: IntegerTensor,
  accumulator: Accumulator,
  context: GradientContext,
): OutputStage {
  const limit = context.limits.get(tensor.name)!;
  const common = {
    tensor: tensor.name,
    bias: new Int32Array(tensor.channels),
    lower: -limit,
    upper: limit,
    ...(stage.mask === undefined ? {} : { maskRead: stage.mask }),
  };
  const factors = accumulator.unit.map((u, k) => u / scaleAt(tensor, k));
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
  const pairs = factors.map((f, k) => fixedPointPair(f, scaleAt(residual, k) / scaleAt(tensor, k)));
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
