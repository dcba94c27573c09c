import { fail } from '../diagnostics.ts';
import type { CalibrationTable } from './calibration.ts';
import { FactorError } from './fixed-point.ts';
import { lowerForward, lowerJoined, type ForwardContext } from './lower/forward.ts';
import { lowerGradient, type GradientContext } from './lower/gradient.ts';
import { alphaLimit, mapFromRow, mapFromTensor, mapTensor } from './lower/heatmap.ts';
import { lowerInput } from './lower/input.ts';
import type { IntegerLayer, IntegerNetwork, IntegerTable, IntegerTensor, IntegerWeights } from './network.ts';
import type { QuantiseOptions } from './options.ts';
import { wideActivations, wideLimit } from './wide-activations.ts';
import { planNetwork } from './plan/network.ts';
import type { ExplanationSource, QuantiseSource } from './source.ts';
import type { StageBuilder } from './plan/builder.ts';
import type { GradientPlan } from './plan/gradient.ts';
import { splitScales } from './plan/split-scales.ts';
import type { PlanTensor, Stage } from './plan/stage.ts';
import { quantiseWeights, rowMagnitudes } from './weights.ts';

export const name = 'quantise';
export const description = 'Choose integers for every tensor and weight of the fused network';

/**
 * Quantises a network after training.
 *
 * @throws CompileError with all nodes that have no integer mapping (CAM501), a tensor the calibration does not
 *   know (CAM402), preprocessing that cannot be folded (CAM303) or an overflow that cannot be ruled out (CAM403).
 */
export function quantise(
  source: QuantiseSource,
  calibration: CalibrationTable,
  options: QuantiseOptions,
): IntegerNetwork {
  const { graph, scores, explanation, imported } = source;
  const { forward, stages, gradient } = planNetwork(source);
  const split = gradient && splitScales(gradient.stages, gradient.tensors, gradient.views, forward.weights);

  const imageName = graph.inputs[0]!.name;
  const input = lowerInput(
    forward.describe(imageName),
    calibration,
    options,
    imported?.activations.get(imageName),
  );
  const tensors = new Map<string, IntegerTensor>([[imageName, input.tensor]]);
  const weights = new Map<string, IntegerWeights>();
  const tables = new Map<string, IntegerTable>();
  const scoreTensor = forward.resolve(scores);
  const wide = new Map(wideTensors(stages, forward).map((t) => [t, wideLimit(t, stages, forward.weights)]));
  const context: ForwardContext = {
    plan: forward.tensors,
    realWeights: forward.weights,
    calibration,
    options,
    input,
    scores: scoreTensor,
    imported: imported?.activations ?? new Map(),
    wide,
    promoted: wideActivations({
      stages,
      weights: forward.weights,
      activations: calibration.activations,
      options,
      settled: settledTensors(source, scoreTensor, wide, forward),
    }),
    masks: new Set(split?.stages.flatMap((stage) => (stage.mask === undefined ? [] : [stage.mask]))),
    kept: new Set(split?.stages.flatMap(keptPlanes)),
    views: forward.views,
    tensors,
    weights,
    tables,
  };
  const joins = [...forward.joins];
  for (const joined of joins.filter((j) => !forward.views.has(j)))
    tensors.set(joined, lowerJoined(joined, stages, context));
  for (const joined of joins) joinedView(joined, context);
  const layers: IntegerLayer[] = stages.flatMap((stage) =>
    withinFactors(stage, () => lowerForward({ stage, phase: 'inference' }, context)),
  );

  const network = {
    name: graph.name,
    input: input.stage,
    tensors,
    weights,
    ...(tables.size > 0 ? { tables } : {}),
    layers,
    scores: scoreTensor,
    classes: tensors.get(scoreTensor)!.channels,
  };
  if (!explanation || !gradient || !split) return network;

  const target = explanationActivation(explanation, stages, forward.tensors, context);
  const activation = tensors.get(target.name)!;
  const alphaRow = 'row' in gradient.alpha ? gradient.alpha : undefined;
  const limit = alphaLimit(activation);
  const classScale = classScales(stages, scoreTensor, weights, alphaRow?.row, forward);
  const gradientContext: GradientContext = {
    plan: split.tensors,
    realWeights: forward.weights,
    calibration,
    options,
    demands: split.demands,
    views: gradient.views,
    classScale,
    peakUnit: peakUnit(stages, scoreTensor, forward, classScale),
    stages: split.stages,
    alpha: 'tensor' in gradient.alpha ? { tensor: gradient.alpha.tensor, limit } : undefined,
    tensors,
    weights,
    limits: new Map(),
  };
  layers.push(
    ...forward.lateStages.flatMap((stage) =>
      withinFactors(stage, () => lowerForward({ stage, phase: 'gradient' }, context)),
    ),
    ...split.stages.flatMap((stage) => withinFactors(stage, () => lowerGradient(stage, gradientContext))),
    ...target.layers,
  );
  const alphaUnit = alphaRow
    ? alphaRow.factor
    : tensors.get((gradient.alpha as { tensor: string }).tensor)!.scale[0]!;
  const map = mapTensor(activation, alphaUnit * activation.scale[0]!);
  tensors.set(map.name, map);
  layers.push(mapLayer(gradient, activation, weights, gradientContext));
  return {
    ...network,
    explanation: {
      target: explanation.target,
      gradient: explanation.gradient,
      activation: activation.name,
      alpha: alphaRow ? { row: alphaRow.row } : (gradient.alpha as { tensor: string }),
      map: map.name,
      mapScale: map.scale[0]!,
      classScale,
      alphaScale: explanation.folded
        ? Array.from(explanation.folded.scale, (s) => s * alphaUnit)
        : [alphaUnit],
    },
  };
}

/** Lowers a stage; a scale so far from its operands' that no multiplier bridges them is the model's or the calibration's fault. */
function withinFactors<T>({ name, nodes, output }: Stage, lower: () => T): T {
  try {
    return lower();
  } catch (error) {
    if (!(error instanceof FactorError)) throw error;
    return fail(
      'CAM402',
      `Layer "${name}" cannot be quantised: ${error.message}.`,
      'Look at the scales of the model and at the calibration pictures: the ranges of this layer and of what it reads are too far apart.',
      { ...(nodes[0] === undefined ? {} : { node: nodes[0] }), tensor: output },
    );
  }
}

/** What a gradient stage reads that inference would not have written for itself. */
function keptPlanes({ sum }: Stage): string[] {
  if (sum.kind === 'maxPoolBackward') return [sum.winners];
  return sum.kind === 'product' ? [sum.factor] : [];
}

/** Tensors whose storage is no matter of choice, each with the reason. */
function settledTensors(
  { imported, explanation }: QuantiseSource,
  scores: string,
  wide: ReadonlyMap<string, number>,
  { views }: StageBuilder,
): ReadonlyMap<string, string> {
  const joined = [...views].flatMap(([name, { of }]) => [name, of]);
  return new Map([
    ...joined.map((t) => [t, 'they are channels of a tensor that others write or read'] as const),
    ...[...(imported?.activations.keys() ?? [])].map((t) => [t, 'the model came quantised'] as const),
    ...[...wide.keys()].map((t) => [t, 'they have 16 bits already'] as const),
    ...(explanation ? [[explanation.activation, 'the map is taken on them'] as const] : []),
    [scores, 'they are the class scores'] as const,
  ]);
}

/** Pool results that only dense layers read: 16 bits hold their sums exactly, at no cost worth the name. */
function wideTensors(stages: readonly Stage[], { tensors: plan, views }: StageBuilder): string[] {
  const readers = (tensor: string) =>
    stages.filter(
      (stage) => ('input' in stage.sum && stage.sum.input === tensor) || stage.residual === tensor,
    );
  const isDense = ({ sum, output }: Stage) => {
    const { height, width } = plan.get(output)!;
    return sum.kind === 'conv' && height * width === 1;
  };
  return stages
    .filter(({ sum, clip, residual }) => sum.kind === 'windowSum' && !clip && !residual)
    .filter(({ activation, slope, output }) => !activation && !slope && !views.has(output))
    .filter(
      (stage) =>
        readers(stage.output).length > 0 &&
        readers(stage.output).every((r) => r.residual !== stage.output && isDense(r)),
    )
    .map((stage) => stage.output);
}

/** A Concat that is itself an operand of a Concat: a range of the outer one. */
function joinedView(name: string, { plan, views, tensors }: ForwardContext): void {
  const view = views.get(name);
  if (!view) return;
  const { channels, height, width } = plan.get(name)!;
  const { bits, zeroPoint, scale } = tensors.get(view.of)!;
  tensors.set(name, { name, onnx: name, channels, height, width, bits, zeroPoint, scale, view });
}

/** The tensor the map is taken on. One that is never stored as such gets a layer of its own. */
function explanationActivation(
  explanation: ExplanationSource,
  stages: readonly Stage[],
  plan: ReadonlyMap<string, PlanTensor>,
  context: ForwardContext,
): { name: string; layers: IntegerLayer[] } {
  const { activation, folded } = explanation;
  // The map takes int8 activations; a pool kept in 16 bits is computed once more in 8, so that the scores stay.
  if (!folded && context.tensors.get(activation)?.bits === 8) return { name: activation, layers: [] };
  const stage = stages.find((s) => s.output === activation || s.inner.some((t) => t.tensor === activation));
  if (!stage) {
    return fail(
      'CAM203',
      `"${explanation.target}" is no tensor of the inference network.`,
      'Choose another target layer.',
      {
        tensor: explanation.target,
      },
    );
  }
  const residual = stage.inner.find((t) => t.tensor === activation)?.residual ?? stage.residual !== undefined;
  const isWhole = stage.output === activation;
  const output = `${explanation.target}#target`;
  const { residual: added, clip, activation: lookedUp, slope, ...plain } = stage;
  const shape = plan.get(stage.output)!;
  const copy: Stage = {
    ...plain,
    ...(residual && added !== undefined ? { residual: added } : {}),
    name: `${stage.name}#target`,
    ...(isWhole && clip ? { clip } : {}),
    ...(isWhole && lookedUp ? { activation: lookedUp } : {}),
    ...(isWhole && slope ? { slope } : {}),
    inner: isWhole ? stage.inner : [],
    output,
  };
  const own: ForwardContext = {
    ...context,
    plan: new Map([...plan, [output, { ...shape, name: output }]]),
    calibration: renamed(context.calibration, explanation, output),
    // A shifted tensor has no histogram of its own.
    options: folded ? { ...context.options, rangeMethod: 'minmax' } : context.options,
    masks: new Set(),
    kept: new Set(),
    views: new Map(),
  };
  const offset = folded && Array.from(folded.shift);
  const layers = withinFactors(copy, () =>
    lowerForward({ stage: copy, phase: 'heatmap', ...(offset ? { offset } : {}) }, own),
  );
  const tensor = context.tensors.get(output)!;
  context.tensors.set(output, { ...tensor, onnx: explanation.target });
  return { name: output, layers };
}

/** The calibration with the target's range under the copy's name, less the folded batch norm's shift. */
function renamed(
  calibration: CalibrationTable,
  { activation, folded }: ExplanationSource,
  output: string,
): CalibrationTable {
  const found = calibration.activations.get(activation);
  if (!found) return calibration;
  const less = (values: Float64Array) => values.map((v, k) => v - (folded?.shift[k] ?? 0));
  const statistics = {
    ...found,
    minimum: less(found.minimum),
    maximum: less(found.maximum),
    mean: less(found.mean),
    meanSquare: found.meanSquare.map((s, k) => {
      const shift = folded?.shift[k] ?? 0;
      return s - 2 * shift * found.mean[k]! + shift * shift;
    }),
  };
  return { ...calibration, activations: new Map([...calibration.activations, [output, statistics]]) };
}

/** The scale of each class that gradient integers leave out: that of the dense row which starts the gradient. */
function classScales(
  stages: readonly Stage[],
  scores: string,
  weights: Map<string, IntegerWeights>,
  row: string | undefined,
  forward: StageBuilder,
): readonly number[] {
  if (row !== undefined) {
    const known = weights.get(row) ?? quantiseWeights(forward.weights.get(row)!);
    weights.set(row, known);
    return known.scale;
  }
  const dense = stages.find((stage) => stage.output === scores)!;
  if (dense.sum.kind === 'conv') return weights.get(dense.sum.weights)!.scale;
  return new Array<number>(forward.describe(scores).channels).fill(1);
}

function mapLayer(
  gradient: GradientPlan,
  activation: IntegerTensor,
  weights: ReadonlyMap<string, IntegerWeights>,
  context: GradientContext,
): IntegerLayer {
  if ('row' in gradient.alpha) return mapFromRow(activation, weights.get(gradient.alpha.row)!);
  return mapFromTensor(activation, gradient.alpha.tensor, context.limits.get(gradient.alpha.tensor)!);
}

/**
 * Calibrated gradients are in units of the largest weight of the class's row: what that is in units of its scale,
 * at most. 127 where the scale was chosen here; less than that where an imported scale leaves room.
 */
function peakUnit(
  stages: readonly Stage[],
  scores: string,
  forward: StageBuilder,
  classScale: readonly number[],
): number {
  const dense = stages.find((stage) => stage.output === scores)!;
  if (dense.sum.kind !== 'conv') return 1;
  const magnitudes = rowMagnitudes(forward.weights.get(dense.sum.weights)!);
  return Math.max(...magnitudes.map((m, c) => m / classScale[c]!));
}
