import { CompileError } from '../../diagnostics.ts';
import { floatAttribute, intAttribute, intsAttribute } from '../../graph/attributes.ts';
import type { Graph, Node } from '../../graph/ir.ts';
import type { ImportedQuantisation } from '../import/imported.ts';
import { boundedActivation, lookUp, lookUps, leakyRelu, pRelu } from './activations.ts';
import type { WindowGeometry } from '../network.ts';
import { batchNormalization, constantArithmetic } from './affine.ts';
import { averageFactors } from './average.ts';
import { StageBuilder } from './builder.ts';
import { globalMaxPool, maxPool } from './max-pool.ts';
import { product } from './product.ts';
import { unitGeometry, type RealWeights } from './stage.ts';
import { constantOf, countUses, geometryOf, nodesBefore, reducesPlane, unsupported } from './support.ts';

export const name = 'plan-forward';
export const description = 'Fuse the inference graph into stages: sum of products, residual add, ReLU';

type Rule = (node: Node, build: StageBuilder) => void;

const rules: Readonly<Record<string, Rule>> = {
  Conv: conv,
  Gemm: gemm,
  MatMul: gemm,
  BatchNormalization: batchNormalization,
  Add: add,
  Sub: constants,
  Mul: multiply,
  Div: constants,
  Relu: (node, build) => build.clip(node, node.inputs[0]!, node.outputs[0]!, { lower: 0, upper: Infinity }),
  Clip: clip,
  AveragePool: averagePool,
  GlobalAveragePool: globalAveragePool,
  MaxPool: maxPool,
  GlobalMaxPool: globalMaxPool,
  LeakyRelu: leakyRelu,
  PRelu: pRelu,
  ...Object.fromEntries(lookUps.map((op) => [op, lookUp])),
  ReduceMean: reduceMean,
  Concat: concat,
  Flatten: (node, build) => build.alias(node.outputs[0]!, node.inputs[0]!),
  Reshape: reshape,
};

/** Operators the forward plan knows. */
export const forwardOperators: readonly string[] = Object.keys(rules);

/**
 * Plans the nodes that lead to the class scores.
 *
 * @throws CompileError with one CAM501 per node that has no hardware mapping.
 */
export function planForward(graph: Graph, scores: string, imported?: ImportedQuantisation): StageBuilder {
  const nodes = nodesBefore(graph, scores);
  const build = new StageBuilder(graph, 'inference', countUses(nodes, [scores]), new Map(), imported);
  for (const node of nodes) {
    const rule = node.domain === '' ? rules[node.op] : undefined;
    if (rule) rule(node, build);
    else unsupported(build, node, `operator ${node.op} has no integer mapping`);
  }
  if (build.diagnostics.length > 0) throw new CompileError(build.diagnostics);
  return build;
}

function conv(node: Node, build: StageBuilder): void {
  const { graph } = build;
  const [input, weightName, biasName] = node.inputs;
  const data = constantOf(graph, weightName);
  const shape = graph.initializers.get(weightName!)?.shape ?? [];
  const bias = biasName ? constantOf(graph, biasName) : new Float64Array(shape[0] ?? 0);
  if (!data || !bias) return unsupported(build, node, 'its weights are computed at run time');
  const geometry = geometryOf(graph, node, shape.slice(2));
  if (!geometry) return unsupported(build, node, 'only two-dimensional convolution has a hardware mapping');
  const [o, i, kh, kw] = shape as [number, number, number, number];
  const groups = intAttribute(node, 'group', 1);
  const grouped = groups > 1 ? { groups } : {};
  build.addWeights({ name: weightName!, shape: [o, i, kh, kw], ...grouped, data }, weightName!);
  build.describe(build.resolve(input!));
  build.push(
    node,
    { kind: 'conv', input: build.resolve(input!), weights: weightName!, bias, geometry },
    node.outputs[0]!,
  );
}

/** Gemm (or MatMul) with constant weights: a convolution whose window is its whole input. */
function gemm(node: Node, build: StageBuilder): void {
  const { graph } = build;
  const [inputName, weightName, biasName] = node.inputs;
  const matrix = constantOf(graph, weightName);
  const shape = graph.initializers.get(weightName!)?.shape;
  const given = biasName ? constantOf(graph, biasName) : undefined;
  if (!matrix || shape?.length !== 2 || (biasName && !given))
    return unsupported(build, node, 'its weights are computed at run time');
  if (intAttribute(node, 'transA', 0) !== 0) return unsupported(build, node, 'transA has no integer mapping');
  const transposed = intAttribute(node, 'transB', 0) === 1;
  const alpha = floatAttribute(node, 'alpha', 1);
  const beta = floatAttribute(node, 'beta', 1);
  const [outputs, inputs] = transposed ? [shape[0]!, shape[1]!] : [shape[1]!, shape[0]!];
  const data = new Float64Array(matrix.length);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++)
      data[o * inputs + i] = alpha * matrix[transposed ? o * inputs + i : i * outputs + o]!;
  }
  const bias = Float64Array.from(
    { length: outputs },
    (_, o) => beta * (given?.[given.length === 1 ? 0 : o] ?? 0),
  );
  const input = build.describe(build.resolve(inputName!));
  if (graph.values.get(inputName!)?.shape.length !== 2)
    return unsupported(build, node, 'only a matrix product with one vector has an integer mapping');
  if (input.channels * input.height * input.width !== inputs) {
    return unsupported(build, node, 'its input is not a flattened feature map');
  }
  // The file's name stands for the file's numbers; another arrangement gets a name of its own.
  const name = transposed && alpha === 1 ? weightName! : `${weightName!}/rows`;
  const weights: RealWeights = {
    name,
    shape: [outputs, input.channels, input.height, input.width],
    data,
  };
  build.addWeights(weights, weightName!);
  const geometry = { ...unitGeometry, kernel: [input.height, input.width] as const };
  build.push(node, { kind: 'conv', input: input.name, weights: name, bias, geometry }, node.outputs[0]!);
}

function add(node: Node, build: StageBuilder): void {
  if (!constantArithmetic(node, build)) build.add(node, node.inputs[0]!, node.inputs[1]!, node.outputs[0]!);
}

function multiply(node: Node, build: StageBuilder): void {
  if (!constantArithmetic(node, build)) product(node, build);
}

/** Arithmetic that needs one of its operands to be constant. */
function constants(node: Node, build: StageBuilder): void {
  if (!constantArithmetic(node, build))
    unsupported(build, node, `operator ${node.op} of two run-time tensors has no integer mapping`);
}

function clip(node: Node, build: StageBuilder): void {
  const [lower, upper] = [1, 2].map((i) => {
    const name = node.inputs[i];
    return name ? constantOf(build.graph, name)?.[0] : [-Infinity, Infinity][i - 1];
  });
  if (lower === undefined || upper === undefined)
    return unsupported(build, node, 'its bounds are computed at run time');
  // The output stage's mask bits tell what is above 0; any other lower bound is a kink of a look-up table. What came
  // quantised is rounded once, behind the clamp: a table would round in front of it, too.
  const [input, output] = [node.inputs[0]!, node.outputs[0]!];
  const roundsOnce =
    build.givenZeroPoint(output) !== undefined && build.givenZeroPoint(input) === undefined && lower < 0;
  if ((lower === 0 || roundsOnce) && upper > 0) build.clip(node, input, output, { lower, upper });
  else lookUp(boundedActivation(node, lower, upper), build);
}

/** Along the channels; any other axis moves data. */
function concat(node: Node, build: StageBuilder): void {
  const rank = build.graph.values.get(node.outputs[0]!)?.shape.length ?? 0;
  const axis = intAttribute(node, 'axis', 1);
  if ((axis < 0 ? axis + rank : axis) !== 1)
    return unsupported(build, node, 'only concatenation along the channels has an integer mapping');
  const planes = node.inputs.map((input) => {
    const { height, width } = build.describe(build.resolve(input));
    return `${height}x${width}`;
  });
  if (rank === 2 && planes.some((plane) => plane !== '1x1'))
    return unsupported(build, node, 'it joins flattened feature maps, which lie apart in memory');
  if (node.inputs.some((input) => build.graph.initializers.has(input)))
    return unsupported(build, node, 'one of its operands is constant');
  build.concat(node, node.inputs, node.outputs[0]!);
}

function reduceMean(node: Node, build: StageBuilder): void {
  if (!reducesPlane(build.graph, node))
    return unsupported(build, node, 'only the mean over height and width has an integer mapping');
  globalAveragePool(node, build);
}

function globalAveragePool(node: Node, build: StageBuilder): void {
  const input = build.describe(build.resolve(node.inputs[0]!));
  const geometry = { ...unitGeometry, kernel: [input.height, input.width] as const };
  build.push(
    node,
    { kind: 'windowSum', input: input.name, geometry },
    node.outputs[0]!,
    1 / (input.height * input.width),
  );
}

function averagePool(node: Node, build: StageBuilder): void {
  const kernel = intsAttribute(node, 'kernel_shape') ?? [];
  const geometry = geometryOf(build.graph, node, kernel);
  if (!geometry) return unsupported(build, node, 'only two-dimensional pooling has a hardware mapping');
  const input = build.describe(build.resolve(node.inputs[0]!));
  const output = build.describe(node.outputs[0]!);
  const divisor = intAttribute(node, 'count_include_pad', 0) === 1 ? 'padded' : 'inside';
  const { factor, regions } = averageFactors(
    geometry,
    [input.height, input.width],
    [output.height, output.width],
    divisor,
  );
  const sum = {
    kind: 'windowSum',
    input: input.name,
    geometry: coverWindows(geometry, input, output),
  } as const;
  build.push(node, sum, output.name, factor, regions);
}

/** With `ceil_mode` the last window may reach beyond the padding: the padding grows so that all of it is inside. */
function coverWindows(
  geometry: WindowGeometry,
  input: { readonly height: number; readonly width: number },
  output: { readonly height: number; readonly width: number },
): WindowGeometry {
  const { kernel, strides, dilations, pads } = geometry;
  const end = (axis: 0 | 1, from: number, to: number) =>
    Math.max(
      pads[axis + 2]!,
      (to - 1) * strides[axis] + (kernel[axis] - 1) * dilations[axis] + 1 - from - pads[axis],
    );
  return {
    ...geometry,
    pads: [pads[0], pads[1], end(0, input.height, output.height), end(1, input.width, output.width)],
  };
}

/** A Reshape to [1, C] is a Flatten, and one of a vector to [1, C, 1, 1] its inverse; others move data and have no mapping. */
function reshape(node: Node, build: StageBuilder): void {
  const [batch, channels, ...plane] = build.graph.values.get(node.outputs[0]!)?.shape ?? [];
  const isVector = build.describe(build.resolve(node.inputs[0]!)).channels === channels;
  const stays = plane.length === 0 || (isVector && plane.every((d) => d === 1));
  if (batch !== 1 || channels === undefined || !stays)
    return unsupported(build, node, 'Reshape to anything but [1, C] has no integer mapping');
  build.alias(node.outputs[0]!, node.inputs[0]!);
}
