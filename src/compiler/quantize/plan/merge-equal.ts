import type { Graph, Node, Tensor } from '../../graph/ir.ts';

export const name = 'merge-equal';
export const description = 'Computes gradient nodes that say the same thing only once';

/**
 * Keeps the first of nodes with the same operator, attributes and inputs (constants: equal contents); later readers
 * read its outputs.
 *
 * @returns the nodes left, and for each output that is gone the one that replaces it.
 */
export function mergeEqual(
  graph: Graph,
  nodes: readonly Node[],
): { nodes: readonly Node[]; renamed: ReadonlyMap<string, string> } {
  const renamed = new Map<string, string>();
  const constants: string[] = [];
  const seen = new Map<string, Node>();
  const kept: Node[] = [];
  for (const node of nodes) {
    for (const input of node.inputs) {
      const tensor = graph.initializers.get(input);
      if (!tensor || renamed.has(input) || constants.includes(input)) continue;
      const equal = constants.find((name) => sameTensor(graph.initializers.get(name)!, tensor));
      if (equal === undefined) constants.push(input);
      else renamed.set(input, equal);
    }
    const inputs = node.inputs.map((input) => renamed.get(input) ?? input);
    const shapes = node.outputs.map((output) => graph.values.get(output)?.shape);
    const key = JSON.stringify([node.domain, node.op, inputs, node.attributes, shapes], (_, v) =>
      typeof v === 'bigint' ? String(v) : v,
    );
    const first = seen.get(key);
    if (first) node.outputs.forEach((output, i) => renamed.set(output, first.outputs[i]!));
    else {
      seen.set(key, node);
      kept.push({ ...node, inputs });
    }
  }
  return { nodes: kept, renamed };
}

function sameTensor(a: Tensor, b: Tensor): boolean {
  if (a.dtype !== b.dtype || a.shape.join() !== b.shape.join()) return false;
  const [x, y] = [a.data, b.data];
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
  return true;
}
