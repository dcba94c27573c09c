import { CompileError } from '../../diagnostics.ts';
import { floatAttribute, intAttribute, intsAttribute } from '../../graph/attributes.ts';
import type { Graph, Node } from '../../graph/ir.ts';
import type { ImportedQuantisation } from '../import/imported.ts';
import { lookUp, lookUps, leakyRelu, pRelu } from './activations.ts';
import { StageBuilder } from './builder.ts';
import { constantOf, geometryOf, unsupported } from './helpers.ts';
import { globalMaxPool, maxPool } from './max-pool.ts';
import { unitGeometry, type RealWeights } from './stage.ts';

export const name = 'plan-forward';
export const description = 'Fuse the inference graph into stages: sum of products, residual add, ReLU';

type Rule = (node: Node, build: StageBuilder) => void;

const rules: Readonly<Record<string, Rule>> = {
  Conv: conv,
  Gemm: gemm,
  Add: (node, build) => build.add(node, node.inputs[0]!, node.inputs[1]!, node.outputs[0]!),
  Relu: relu,
  AveragePool: averagePool,
  GlobalAveragePool: globalAveragePool,
  MaxPool: maxPool,
  GlobalMaxPool: globalMaxPool,
  LeakyRelu: leakyRelu,
  PRelu: pRelu,
  ...Object.fromEntries(lookUps.map((op) => [op, lookUp])),
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

/** The nodes a tensor depends on, in the graph's order. */
export function nodesBefore(graph: Graph, tensor: string): Node[] {
  const needed = new Set([tensor]);
  const nodes: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    nodes.unshift(node);
    for (const input of node.inputs) needed.add(input);
  }
  return nodes;
}

/** How often each tensor is read by these nodes, plus once for each tensor in `kept`. */
export function countUses(nodes: readonly Node[], kept: readonly string[]): Map<string, number> {
  const uses = new Map<string, number>();
  for (const input of [...nodes.flatMap((node) => node.inputs), ...kept])
    uses.set(input, (uses.get(input) ?? 0) + 1);
  return uses;
}

function conv(node: Node, build: StageBuilder): void {
  const { graph } = build;
  const [input, weightName, biasName] = node.inputs;
  const data = constantOf(graph, weightName);
  const shape = graph.initializers.get(weightName!)?.shape ?? [];
  const bias = biasName ? constantOf(graph, biasName) : new Float64Array(shape[0] ?? 0);
  if (!data || !bias) return unsupported(build, node, 'its weights are computed at run time');
  if (intAttribute(node, 'group', 1) !== 1)
    return unsupported(build, node, 'grouped convolution has no integer mapping yet');
  const geometry = geometryOf(graph, node, shape.slice(2));
  if (!geometry) return unsupported(build, node, 'only two-dimensional convolution has a hardware mapping');
  const [o, i, kh, kw] = shape as [number, number, number, number];
  build.addWeights({ name: weightName!, shape: [o, i, kh, kw], data }, weightName!);
  build.describe(build.resolve(input!));
  build.push(
    node,
    { kind: 'conv', input: build.resolve(input!), weights: weightName!, bias, geometry },
    node.outputs[0]!,
  );
}

/** Gemm with constant weights: a convolution whose window is its whole input. */
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

function relu(node: Node, build: StageBuilder): void {
  const stage = build.openOrCopy(node, node.inputs[0]!, node.outputs[0]!);
  const before = { tensor: node.inputs[0]!, residual: stage.residual !== undefined };
  build.fuse(stage, node, node.outputs[0]!, before);
  stage.relu = true;
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
  const padded = geometry.pads.some((p) => p !== 0);
  if (padded && intAttribute(node, 'count_include_pad', 0) === 0) {
    return unsupported(
      build,
      node,
      'an average pool that leaves its padding out of the count has no integer mapping',
    );
  }
  if (intAttribute(node, 'ceil_mode', 0) !== 0)
    return unsupported(build, node, 'ceil_mode has no integer mapping');
  const input = build.resolve(node.inputs[0]!);
  build.push(node, { kind: 'windowSum', input, geometry }, node.outputs[0]!, 1 / (kernel[0]! * kernel[1]!));
}

/** A Reshape to [1, C] is a Flatten; others move data and have no mapping. */
function reshape(node: Node, build: StageBuilder): void {
  const shape = build.graph.values.get(node.outputs[0]!)?.shape ?? [];
  if (shape.length !== 2 || shape[0] !== 1)
    return unsupported(build, node, 'Reshape to anything but [1, C] has no integer mapping');
  build.alias(node.outputs[0]!, node.inputs[0]!);
}
