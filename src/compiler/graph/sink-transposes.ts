import { consumers, freshName } from './edit.ts';
import { scalarFunctions } from './evaluate/activations.ts';
import type { Graph, Node, ValueInfo } from './ir.ts';
import type { Pass } from './pass.ts';

/**
 * Moves a Transpose behind the element-wise operators between it and the next Transpose, so that the two meet and
 * `merge-relayouts` can cancel them: converters from channels-last frameworks leave Transpose, Relu, Transpose.
 * Tensors that others read, graph outputs and kept targets stay as they are. Needs inferred shapes.
 */
export const sinkTransposes: Pass = {
  name: 'sink-transposes',
  description: 'Moves Transpose behind element-wise operators to meet the next Transpose.',
  run(graph: Graph): Graph {
    const readers = consumers(graph);
    const outputs = new Set(graph.outputs.map((o) => o.name));
    const replaced = new Map<Node, readonly Node[]>();
    const values = new Map(graph.values);
    for (const transpose of graph.nodes) {
      if (transpose.op !== 'Transpose' || transpose.domain !== '') continue;
      const chain = elementwiseChain(transpose, readers, outputs, graph);
      if (chain.length === 0) continue;
      const moved = sink(transpose, chain, values);
      replaced.set(transpose, []);
      chain.forEach((node, i) => replaced.set(node, moved[i]!));
    }
    if (replaced.size === 0) return graph;
    return { ...graph, nodes: graph.nodes.flatMap((n) => replaced.get(n) ?? [n]), values };
  },
};

/** The element-wise nodes from a Transpose to the next one; none where there is no next one, or others read in between. */
function elementwiseChain(
  transpose: Node,
  readers: ReadonlyMap<string, readonly Node[]>,
  outputs: ReadonlySet<string>,
  graph: Graph,
): Node[] {
  const chain: Node[] = [];
  for (let output = transpose.outputs[0]!; ; output = chain.at(-1)!.outputs[0]!) {
    const [next, ...others] = readers.get(output) ?? [];
    if (!next || others.length > 0 || outputs.has(output)) return [];
    if (next.op === 'Transpose' && next.domain === '') return chain;
    if (!isElementwise(next, output, graph)) return [];
    chain.push(next);
  }
}

const withScalars = new Set(['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Min', 'Max', 'Clip']);

/** True where the node treats every element of `input` alike: one variable, all else constants of one element. */
function isElementwise(node: Node, input: string, graph: Graph): boolean {
  if (node.domain !== '' || !(Object.hasOwn(scalarFunctions, node.op) || withScalars.has(node.op)))
    return false;
  return node.inputs.every(
    (i) =>
      i === '' || i === input || (graph.initializers.get(i)?.data.length === 1 && isNarrow(i, input, graph)),
  );
}

/** A constant of one element may still raise the rank. */
function isNarrow(constant: string, input: string, graph: Graph): boolean {
  return graph.values.get(constant)!.shape.length <= graph.values.get(input)!.shape.length;
}

/** Each chain node on the layout before the Transpose; the last is followed by the Transpose, under its old output's name. */
function sink(transpose: Node, chain: readonly Node[], values: Map<string, ValueInfo>): Node[][] {
  let from = transpose.outputs[0]!;
  let to = transpose.inputs[0]!;
  const { shape } = values.get(to)!;
  values.delete(from);
  return chain.map((node, i) => {
    const output = node.outputs[0]!;
    const moved = freshName(`${output}_untransposed`, values);
    values.set(moved, { ...values.get(output)!, name: moved, shape });
    const inputs = node.inputs.map((name) => (name === from ? to : name));
    [from, to] = [output, moved];
    const result: Node = { ...node, inputs, outputs: [moved] };
    if (i === chain.length - 1) return [result, { ...transpose, inputs: [moved], outputs: [output] }];
    values.delete(output);
    return [result];
  });
}
