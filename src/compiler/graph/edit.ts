/** Small edits that passes share. */
import type { Graph, Node, Tensor } from './ir.ts';

/** How often each tensor is read, graph outputs included. */
export function useCounts(graph: Graph): Map<string, number> {
  const counts = new Map<string, number>();
  const use = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const node of graph.nodes) node.inputs.forEach(use);
  for (const output of graph.outputs) use(output.name);
  return counts;
}

/** The node that makes each tensor. */
export function producers(graph: Graph): Map<string, Node> {
  const result = new Map<string, Node>();
  for (const node of graph.nodes)
    for (const output of node.outputs) if (output !== '') result.set(output, node);
  return result;
}

/** The nodes that read each tensor. */
export function consumers(graph: Graph): Map<string, Node[]> {
  const result = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    for (const name of new Set(node.inputs)) {
      if (name === '') continue;
      const readers = result.get(name);
      if (readers) readers.push(node);
      else result.set(name, [node]);
    }
  }
  return result;
}

/** A name that no tensor of the graph has, from a stem. */
export function freshName(stem: string, taken: { has(name: string): boolean }): string {
  let name = stem;
  for (let i = 2; taken.has(name); i++) name = `${stem}_${i}`;
  return name;
}

/** The graph with initializers added; their value infos, too. */
export function withInitializers(graph: Graph, added: Iterable<readonly [string, Tensor]>): Graph {
  const initializers = new Map(graph.initializers);
  const values = new Map(graph.values);
  for (const [name, tensor] of added) {
    initializers.set(name, tensor);
    values.set(name, { name, dtype: tensor.dtype, shape: tensor.shape });
  }
  return { ...graph, initializers, values };
}

/** The node reading `to` wherever it read `from`. */
export function renameInputs(node: Node, rename: ReadonlyMap<string, string>): Node {
  if (!node.inputs.some((i) => rename.has(i))) return node;
  return { ...node, inputs: node.inputs.map((i) => rename.get(i) ?? i) };
}

/** The map without some of its keys. */
export function withoutKeys<V>(
  map: ReadonlyMap<string, V>,
  keys: { has(name: string): boolean },
): Map<string, V> {
  return new Map([...map].filter(([name]) => !keys.has(name)));
}
