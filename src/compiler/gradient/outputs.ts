/** Choosing what a graph computes. */
import { fail } from '../diagnostics.ts';
import type { Graph } from '../graph/ir.ts';

/**
 * The graph with these tensors as outputs besides its own: what calibration and layer-by-layer comparison read.
 * Names already among the outputs stay once. Throws CAM104 for a name the graph does not have.
 */
export function withOutputs(graph: Graph, names: Iterable<string>): Graph {
  const outputs = new Map(graph.outputs.map((o) => [o.name, o]));
  for (const name of names) {
    const value = graph.values.get(name);
    if (!value)
      return fail('CAM104', `The graph has no tensor ${name}`, 'Name a tensor of the simplified graph.', {
        tensor: name,
      });
    outputs.set(name, value);
  }
  return { ...graph, outputs: [...outputs.values()] };
}
