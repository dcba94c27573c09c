import { chosen, isChoice } from './branches.ts';
import { freshName } from './edit.ts';
import type { Graph, Node } from './ir.ts';
import type { Pass } from './pass.ts';

/**
 * Replaces a choice (`camber.If`) whose condition is known by the branch it takes; the other branch is left to
 * dead-code removal. Needs folded constants.
 */
export const resolveBranches: Pass = {
  name: 'resolve-branches',
  description: 'Keeps the branch of an If whose condition is known.',
  run(graph: Graph): Graph {
    if (!graph.nodes.some(isChoice)) return graph;
    const names = new Set(graph.nodes.map((n) => n.name));
    const nodes = graph.nodes.flatMap((node): Node[] => {
      const taken = isChoice(node) ? chosen(node, (name) => graph.initializers.get(name)) : undefined;
      if (!taken) return [node];
      return taken.map((input, i) => {
        const name = i === 0 ? node.name : freshName(`${node.name}_${i}`, names);
        names.add(name);
        return {
          name,
          op: 'Identity',
          domain: '',
          inputs: [input],
          outputs: [node.outputs[i]!],
          attributes: {},
        };
      });
    });
    return { ...graph, nodes };
  },
};
