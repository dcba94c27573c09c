import { CompileError, fail } from '../../diagnostics.ts';
import { floatAttribute, intAttribute, intsAttribute, stringAttribute } from '../../graph/attributes.ts';
import type { Graph, Node } from '../../graph/ir.ts';
import { StageBuilder } from './builder.ts';
import { mergeEqual } from './merge-equal.ts';
import { activationBackward, isLookedUp, maxPoolBackward, slope } from './element-adjoints.ts';
import { depthwiseWeights, perChannelConstant } from './affine.ts';
import { averageFactors, type Divisor } from './average.ts';
import { productBackward } from './product.ts';
import { borderBands } from './bands.ts';
import { maskName, unitGeometry, type PlanTensor, type RealWeights, type Stage, type View } from './stage.ts';
import {
  constantOf,
  countUses,
  geometryOf,
  geometryOver,
  nodesBefore,
  reducesPlane,
  unsupported,
} from './support.ts';

export const name = 'plan-gradient';
export const description = 'Fuse the gradient graph into stages: adjoint sums, residual add, mask';

/** The gradient as stages, and what the heat map is made of. */
export interface GradientPlan {
  readonly stages: readonly Stage[];
  readonly tensors: ReadonlyMap<string, PlanTensor>;
  /** Ranges of a gradient's channels, read where they are: the adjoint of Concat. */
  readonly views: ReadonlyMap<string, View>;
  /** Where alpha comes from: a row of dense weights times a factor, or a tensor [K, 1, 1]. */
  readonly alpha: { readonly row: string; readonly factor: number } | { readonly tensor: string };
}

type Rule = (node: Node, build: StageBuilder, forward: StageBuilder) => void;

const rules: Readonly<Record<string, Rule>> = {
  DenseRow: denseRow,
  Spread: spread,
  Mask: mask,
  ConvBackward: convBackward,
  BorderSums: borderSums,
  ConvMean: convMean,
  Add: (node, build) => build.add(node, node.inputs[0]!, node.inputs[1]!, node.outputs[0]!),
  Mul: (node, build, forward) => {
    if (!productBackward(node, build, forward)) scale(node, build);
  },
  Reshape: reshape,
  Identity: (node, build) => build.rename(node, node.inputs[0]!, node.outputs[0]!),
  ReduceMean: (node, build) => reducePlane(node, build, true),
  ReduceSum: (node, build) => reducePlane(node, build, false),
  Seed: seed,
  MatMul: matMul,
  MaxPoolBackward: maxPoolBackward,
  ActivationBackward: activationBackward,
  Slope: slope,
  Slice: slice,
  AveragePoolBackward: averagePoolBackward,
};

/**
 * Plans the nodes between the scores and `alpha`.
 *
 * @param forward Tensors of the inference graph: what the gradient may read as masks.
 * @param inference The inference plan: its stages are what the gradient reads, its weights grow.
 * @throws CompileError with one CAM501 per node that has no hardware mapping.
 */
export function planGradient(
  graph: Graph,
  alpha: string,
  forward: ReadonlySet<string>,
  inference: StageBuilder,
): GradientPlan {
  const { nodes, renamed } = mergeEqual(
    graph,
    nodesBefore(graph, alpha).filter((node) => !node.outputs.some((output) => forward.has(output))),
  );
  const result = renamed.get(alpha) ?? alpha;
  const build = new StageBuilder(graph, 'gradient', countUses(nodes, [result]), inference.weights);
  for (const node of nodes) {
    // The class index's own arithmetic (argmax, optional input) is the sequencer's business.
    if (node.outputs.every((output) => graph.values.get(output)?.dtype !== 'float32')) continue;
    const rule = rules[node.op];
    if (rule) rule(node, build, inference);
    else unsupported(build, node, `operator ${node.op} of the gradient has no integer mapping`);
  }
  if (build.diagnostics.length > 0) throw new CompileError(build.diagnostics);
  const stages = build.finish();
  const stored = build.resolve(result);
  const view = build.views.get(stored);
  const last = stages.find((stage) => stage.output === (view?.of ?? stored));
  if (!last)
    fail('CAM206', `The gradient never reaches "${alpha}".`, 'Choose another target layer.', {
      tensor: alpha,
    });
  const common = { tensors: build.tensors, views: build.views };
  if (!view && isPlainRow(last, build)) {
    return {
      ...common,
      stages: stages.filter((stage) => stage !== last),
      alpha: { row: last.sum.kind === 'denseRow' ? last.sum.weights : '', factor: last.factor },
    };
  }
  return { ...common, stages, alpha: { tensor: stored } };
}

/** True where alpha is a dense row as it stands: it is then read where the weights already are. */
function isPlainRow(stage: Stage, build: StageBuilder): boolean {
  const { height, width } = build.describe(stage.output);
  return stage.sum.kind === 'denseRow' && !stage.residual && stage.mask === undefined && height * width === 1;
}

function denseRow(node: Node, build: StageBuilder): void {
  const name = node.inputs[0]!;
  const data = constantOf(build.graph, name);
  const shape = build.graph.initializers.get(name)?.shape ?? [];
  if (!data) return unsupported(build, node, 'its weights are computed at run time');
  const table: RealWeights = { name, shape: [shape[0]!, data.length / shape[0]!, 1, 1], data };
  // A row of weights that are already there needs no table of its own.
  const known = findMultiple(table, build.weights);
  if (!known) build.weights.set(name, table);
  const factor = floatAttribute(node, 'scale', 1) * (known?.ratio ?? 1);
  build.push(node, { kind: 'denseRow', weights: known?.weights ?? name }, node.outputs[0]!, factor);
}

/** Weights of which a table is a positive multiple, element by element up to float32 rounding. */
function findMultiple(
  table: RealWeights,
  weights: ReadonlyMap<string, RealWeights>,
): { weights: string; ratio: number } | undefined {
  const largest = table.data.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  for (const { name, shape, groups, data } of weights.values()) {
    const isSame = shape[0] === table.shape[0] && data.length === table.data.length;
    if (!isSame || groups !== table.groups || largest === 0) continue;
    const at = table.data.findIndex((v) => Math.abs(v) === largest);
    const ratio = table.data[at]! / data[at]!;
    if (!(ratio > 0) || !Number.isFinite(ratio)) continue;
    if (table.data.every((v, i) => Math.abs(v - ratio * data[i]!) <= 1e-6 * largest))
      return { weights: name, ratio };
  }
  return undefined;
}

/** A row reshaped to [1, K, H, W] must be one value per channel: then it is spread like any other. */
function reshape(node: Node, build: StageBuilder): void {
  const stage = build.open(node.inputs[0]!);
  const { channels, height, width } = build.describe(node.outputs[0]!);
  if (stage?.sum.kind === 'denseRow' && height * width > 1) {
    const weights = perChannel(build.weights.get(stage.sum.weights)!, channels, height * width);
    if (!weights)
      return unsupported(
        build,
        node,
        'a constant gradient that differs between pixels has no integer mapping',
      );
    const known = findMultiple(weights, build.weights);
    if (!known) build.weights.set(weights.name, weights);
    stage.sum = { kind: 'denseRow', weights: known?.weights ?? weights.name };
    stage.factor *= known?.ratio ?? 1;
  }
  build.rename(node, node.inputs[0]!, node.outputs[0]!);
}

/** The table [N, K * pixels] as [N, K], where every pixel of a channel has the same value. */
function perChannel(table: RealWeights, channels: number, pixels: number): RealWeights | undefined {
  const rows = table.shape[0];
  const data = Float64Array.from({ length: rows * channels }, (_, i) => table.data[i * pixels]!);
  if (!table.data.every((value, i) => value === data[Math.floor(i / pixels)])) return undefined;
  return { name: `${table.name}/channels`, shape: [rows, channels, 1, 1], data };
}

function spread(node: Node, build: StageBuilder): void {
  const stage = build.open(node.inputs[0]!);
  const factor = floatAttribute(node, 'scale', 1);
  if (stage?.sum.kind === 'denseRow' && stage.residual === undefined) {
    build.fuse(stage, node, node.outputs[0]!);
    stage.factor *= factor;
    return;
  }
  const input = build.resolve(node.inputs[0]!);
  const { height, width } = build.describe(input);
  if (height * width !== 1) return unsupported(build, node, 'what it spreads is not one value per channel');
  // Strides of 0 read the one pixel at every position.
  const geometry = { ...unitGeometry, strides: [0, 0] as const };
  build.push(node, { kind: 'windowSum', input, geometry }, node.outputs[0]!, factor);
}

/** One-hot of the class: the row of an identity. */
function seed(node: Node, build: StageBuilder): void {
  const { channels } = build.describe(node.outputs[0]!);
  const data = Float64Array.from({ length: channels * channels }, (_, i) =>
    i % (channels + 1) === 0 ? 1 : 0,
  );
  const weights: RealWeights = { name: `identity/${channels}`, shape: [channels, channels, 1, 1], data };
  build.weights.set(weights.name, weights);
  build.push(node, { kind: 'denseRow', weights: weights.name }, node.outputs[0]!);
}

/** A dense layer's adjoint is that of a convolution whose window is its whole input. */
function matMul(node: Node, build: StageBuilder): void {
  const data = constantOf(build.graph, node.inputs[1]);
  const shape = build.graph.initializers.get(node.inputs[1]!)?.shape ?? [];
  const input = build.resolve(node.inputs[0]!);
  if (!data || shape.length !== 2) return unsupported(build, node, 'its weights are computed at run time');
  if (build.describe(input).channels !== shape[0])
    return unsupported(build, node, 'only a dense layer on one vector has an integer adjoint');
  const table: RealWeights = { name: node.inputs[1]!, shape: [shape[0], shape[1]!, 1, 1], data };
  const known = findMultiple(table, build.weights);
  if (!known) build.weights.set(table.name, table);
  const weights = build.weights.get(known?.weights ?? table.name)!;
  const [, channels, height, width] = weights.shape;
  const output = node.outputs[0]!;
  build.tensors.set(output, { name: output, channels, height, width });
  const geometry = { ...unitGeometry, kernel: [height, width] as const };
  build.push(
    node,
    { kind: 'convBackward', input, weights: weights.name, geometry },
    output,
    known?.ratio ?? 1,
  );
}

function mask(node: Node, build: StageBuilder, forward: StageBuilder): void {
  if (isLookedUp(node, forward)) return activationBackward(node, build, forward);
  const lower = floatAttribute(node, 'lower', 0);
  const upper = floatAttribute(node, 'upper', Infinity);
  if (lower !== 0)
    return unsupported(
      build,
      node,
      `a mask with the lower bound ${lower} instead of 0 that is no Clip's or HardSigmoid's has no integer mapping`,
    );
  const stage = build.openOrCopy(node, node.inputs[0]!, node.outputs[0]!);
  build.fuse(stage, node, node.outputs[0]!);
  stage.mask = maskName(node.inputs[1]!, upper);
}

/** Reads the weights of a Conv-like node; undefined where they are not constant. */
function readWeights(node: Node, build: StageBuilder): RealWeights | undefined {
  const name = node.inputs[1]!;

  const known = build.weights.get(name);
  if (known) return known;
  const data = constantOf(build.graph, name);
  const shape = build.graph.initializers.get(name)?.shape;
  if (!data || shape?.length !== 4) {
    unsupported(build, node, 'its weights are not a constant convolution kernel');
    return undefined;
  }
  const [o, i, kh, kw] = shape as [number, number, number, number];
  const groups = intAttribute(node, 'group', 1);
  const weights: RealWeights = { name, shape: [o, i, kh, kw], ...(groups > 1 ? { groups } : {}), data };
  build.weights.set(name, weights);
  return weights;
}

function convBackward(node: Node, build: StageBuilder): void {
  const weights = readWeights(node, build);
  if (!weights) return;
  const geometry = geometryOf(build.graph, node, weights.shape.slice(2));
  if (!geometry) return unsupported(build, node, 'only two-dimensional convolution has an integer adjoint');
  const input = build.resolve(node.inputs[0]!);
  build.push(node, { kind: 'convBackward', input, weights: weights.name, geometry }, node.outputs[0]!);
}

function borderSums(node: Node, build: StageBuilder): void {
  const output = build.graph.values.get(node.outputs[0]!)?.shape ?? [];
  const inputShape = intsAttribute(node, 'input_shape') ?? [];
  const geometry = geometryOf(build.graph, node, output.slice(2));
  if (!geometry) return unsupported(build, node, 'only two-dimensional convolution has border sums');
  const inputSize = [inputShape[2]!, inputShape[3]!] as const;
  const source = build.describe(build.resolve(node.inputs[0]!));
  const bands = borderBands(geometry, inputSize, source);
  if (!bands) {
    build.push(node, { kind: 'borderSums', input: source.name, geometry, inputSize }, node.outputs[0]!);
    return;
  }
  const { rows, columns } = bands;
  const summed = `${node.outputs[0]!}/bands`;
  build.tensors.set(summed, {
    name: summed,
    channels: source.channels,
    height: rows.length - 1,
    width: columns.length - 1,
  });
  const sum = { name: `${node.name}/bands`, op: 'BandSums' };
  build.push(sum, { kind: 'bandSums', input: source.name, rows, columns }, summed);
  build.push(
    node,
    { kind: 'borderSums', input: summed, geometry, inputSize: bands.inputSize },
    node.outputs[0]!,
  );
}

function convMean(node: Node, build: StageBuilder): void {
  const weights = readWeights(node, build);
  if (!weights) return;
  const input = build.resolve(node.inputs[0]!);
  build.push(
    node,
    { kind: 'convMean', input, weights: weights.name },
    node.outputs[0]!,
    floatAttribute(node, 'scale', 1),
  );
}

/** Multiplication by a constant: a number, or one per channel (the adjoint of a batch norm). */
function scale(node: Node, build: StageBuilder): void {
  const factors = node.inputs.map((input) => constantOf(build.graph, input));
  const at = factors.findIndex((f) => f?.length === 1);
  if (at < 0) return scaleChannels(node, build);
  const source = node.inputs[1 - at]!;
  const open = build.open(source);
  const stage = open?.residual === undefined && open ? open : build.copy(node, source);
  build.fuse(stage, node, node.outputs[0]!);
  stage.factor *= factors[at]![0]!;
}

/** Multiplication by a constant per channel: a depthwise convolution of a single tap, turned round. */
function scaleChannels(node: Node, build: StageBuilder): void {
  const at = node.inputs.findIndex((input) => build.graph.initializers.has(input));
  const tensor = node.inputs[1 - at]!;
  const factor = at < 0 ? undefined : perChannelConstant(build.graph, node.inputs[at]!, tensor);
  if (!factor)
    return unsupported(
      build,
      node,
      'multiplication by anything but a constant per channel has no integer mapping',
    );
  const weights = depthwiseWeights(node.inputs[at]!, factor);
  // The forward batch norm's own weights, where they are the same.
  const known = findMultiple(weights, build.weights);
  if (!known) build.weights.set(weights.name, weights);
  const input = build.resolve(tensor);
  build.describe(input);
  build.push(
    node,
    { kind: 'convBackward', input, weights: known?.weights ?? weights.name, geometry: unitGeometry },
    node.outputs[0]!,
    known?.ratio ?? 1,
  );
}

/** A range of channels: the adjoint of Concat. */
function slice(node: Node, build: StageBuilder): void {
  const [starts, , axes, steps] = node.inputs.slice(1).map((input) => constantOf(build.graph, input));
  const whole = build.graph.values.get(node.inputs[0]!)?.shape ?? [];
  const part = build.graph.values.get(node.outputs[0]!)?.shape ?? [];
  const isChannels = whole.length === part.length && whole.every((d, axis) => axis === 1 || d === part[axis]);
  const at = axes ? Array.from(axes).findIndex((a) => (a < 0 ? a + whole.length : a) === 1) : 1;
  if (!starts || !isChannels || at < 0 || (steps && steps[at] !== 1))
    return unsupported(build, node, 'only a range of channels has an integer mapping');
  const start = starts[at]!;
  build.slice(node.inputs[0]!, start < 0 ? start + whole[1]! : start, node.outputs[0]!);
}

/** Spreads each dY over its window; where windows differ in what they are divided by, dY is divided first. */
function averagePoolBackward(node: Node, build: StageBuilder): void {
  const inputShape = intsAttribute(node, 'input_shape') ?? [];
  const geometry = geometryOver(inputShape, node, intsAttribute(node, 'kernel_shape') ?? []);
  if (!geometry) return unsupported(build, node, 'only two-dimensional pooling has an integer adjoint');
  const source = build.describe(build.resolve(node.inputs[0]!));
  const divisor = stringAttribute(node, 'divisor', 'one') as Divisor;
  const { factor, regions } = averageFactors(
    geometry,
    [inputShape[2]!, inputShape[3]!],
    [source.height, source.width],
    divisor,
  );
  let input = source.name;
  if (regions) {
    input = `${node.outputs[0]!}/divided`;
    build.tensors.set(input, { ...source, name: input });
    const divide = { name: `${node.name}/divide`, op: 'Rescale' };
    build.push(divide, { kind: 'windowSum', input: source.name, geometry: unitGeometry }, input, 1, regions);
  }
  build.push(node, { kind: 'windowSumBackward', input, geometry }, node.outputs[0]!, factor);
}

/** Mean or sum over height and width. */
function reducePlane(node: Node, build: StageBuilder, isMean: boolean): void {
  const input = build.describe(build.resolve(node.inputs[0]!));
  if (!reducesPlane(build.graph, node))
    return unsupported(
      build,
      node,
      `only the ${isMean ? 'mean' : 'sum'} over height and width has an integer mapping`,
    );
  const geometry = { ...unitGeometry, kernel: [input.height, input.width] as const };
  build.push(
    node,
    { kind: 'windowSum', input: input.name, geometry },
    node.outputs[0]!,
    isMean ? 1 / (input.height * input.width) : 1,
  );
}
