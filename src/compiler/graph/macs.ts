/** Multiply-accumulate and parameter counts. */
import { intAttribute } from './attributes.ts';
import type { Graph, Node } from './ir.ts';
import { elementCount } from './tensor.ts';

/** MACs of one operator from the shapes of its inputs and output. */
type MacRule = (node: Node, inputs: readonly (readonly number[])[], output: readonly number[]) => number;

const conv =
  (weight: number): MacRule =>
  (_, inputs, output) =>
    elementCount(output) * elementCount(inputs[weight]!.slice(1));

const matmul: MacRule = (_, inputs, output) => elementCount(output) * inputs[0]!.at(-1)!;

const rules: Readonly<Record<string, MacRule>> = {
  Conv: conv(1),
  ConvInteger: conv(1),
  QLinearConv: conv(3),
  // Each input element meets every tap of its group's output channels.
  ConvTranspose: (_, inputs) => elementCount(inputs[0]!) * elementCount(inputs[1]!.slice(1)),
  MatMul: matmul,
  MatMulInteger: matmul,
  QLinearMatMul: matmul,
  Gemm: (node, inputs, output) => elementCount(output) * inputs[0]![intAttribute(node, 'transA', 0) ? 0 : 1]!,
  QGemm: (node, inputs, output) =>
    elementCount(output) * inputs[0]![intAttribute(node, 'transA', 0) ? 0 : 1]!,
};

/** Nominal MACs of a node: taps in the padding included; additions, scalings and pools are none. Needs inferred shapes. */
export function nodeMacs(node: Node, graph: Graph): number {
  const rule = Object.hasOwn(rules, node.op) ? rules[node.op] : undefined;
  const output = graph.values.get(node.outputs[0] ?? '');
  if (!rule || !output) return 0;
  const inputs = node.inputs.map((i) => graph.values.get(i)?.shape ?? []);
  return rule(node, inputs, output.shape);
}

/** Nominal MACs of the whole graph. */
export function graphMacs(graph: Graph): number {
  return graph.nodes.reduce((sum, node) => sum + nodeMacs(node, graph), 0);
}

/** Tensors that are known at compile time: initializers, and constants that stay symbolic (a large ConstantOfShape). */
function constantNames(graph: Graph): ReadonlySet<string> {
  const known = constantsOf.get(graph);
  if (known) return known;
  const names = new Set(graph.initializers.keys());
  for (const node of graph.nodes) {
    if (node.inputs.every((i) => i === '' || names.has(i))) node.outputs.forEach((o) => names.add(o));
  }
  constantsOf.set(graph, names);
  return names;
}

/** A graph never changes, and every node's parameters are asked for. */
const constantsOf = new WeakMap<Graph, ReadonlySet<string>>();

/**
 * Parameters a node reads: elements of its constant floating-point or 8-bit inputs of rank 1 and more. Shapes,
 * axes and other int64 inputs are no parameters.
 */
export function nodeParameters(node: Node, graph: Graph): number {
  const constants = constantNames(graph);
  return [...new Set(node.inputs)].reduce((sum, name) => {
    const value = constants.has(name) ? graph.values.get(name) : undefined;
    return value && isParameter(value.dtype, value.shape) ? sum + elementCount(value.shape) : sum;
  }, 0);
}

function isParameter(dtype: string, shape: readonly number[]): boolean {
  return shape.length > 0 && dtype !== 'int64' && dtype !== 'bool';
}

/** Parameters of the graph; a tensor that several nodes share counts once. */
export function graphParameters(graph: Graph): number {
  const constants = constantNames(graph);
  const read = new Set(
    graph.nodes.filter((n) => !n.outputs.every((o) => constants.has(o))).flatMap((n) => n.inputs),
  );
  return [...read].reduce((sum, name) => {
    const value = constants.has(name) ? graph.values.get(name) : undefined;
    return value && isParameter(value.dtype, value.shape) ? sum + elementCount(value.shape) : sum;
  }, 0);
}
