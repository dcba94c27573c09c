import type { Graph, Node } from './ir.ts';
import type { Pass } from './pass.ts';

/** Removes nodes and initializers that no graph output depends on. Graph inputs stay: they are the model's interface. */
export const removeDead: Pass = {
  name: 'remove-dead',
  description: 'Removes nodes and initializers that no output depends on.',
  run(graph: Graph): Graph {
    const live = new Set(graph.outputs.map((o) => o.name));
    const nodes: Node[] = [];
    for (const node of [...graph.nodes].reverse()) {
      if (!node.outputs.some((o) => live.has(o))) continue;
      node.inputs.forEach((i) => live.add(i));
      nodes.push({ ...node, outputs: trimOutputs(node.outputs, live) });
    }
    nodes.reverse();
    const made = new Set([...graph.inputs.map((i) => i.name), ...nodes.flatMap((n) => n.outputs)]);
    const initializers = new Map([...graph.initializers].filter(([name]) => live.has(name)));
    const values = new Map([...graph.values].filter(([name]) => made.has(name) || initializers.has(name)));
    return { ...graph, nodes, initializers, values };
  },
};

/** Optional outputs that nobody reads are dropped from the end (Dropout's mask, MaxPool's indices). */
function trimOutputs(outputs: readonly string[], live: ReadonlySet<string>): readonly string[] {
  const count = outputs.findLastIndex((o) => live.has(o)) + 1;
  return count === outputs.length ? outputs : outputs.slice(0, count);
}
