/**
 * What GradCAM with a backward pass at run time would add to the inference on the same array: the comparison that a
 * static schedule is measured by. A lower bound from multiply-accumulate counts, with every multiplier busy in every
 * cycle.
 */
import type { Graph, Node } from '../graph/ir.ts';
import { nodeMacs } from '../graph/macs.ts';
import { elementCount } from '../graph/tensor.ts';

export interface BackwardCost {
  readonly macs: number;
  /** At least so many. */
  readonly cycles: number;
  /** cycles / cycles of the inference. */
  readonly overhead: number;
}

export interface RuntimeBackward {
  /** As frameworks do it: the gradient of every activation and of every weight. */
  readonly framework: BackwardCost;
  /** The best that automatic differentiation can do: activations only, from the scores down to the target. */
  readonly stopped: BackwardCost;
}

/** Tensors that depend on `from`, which is among them. */
function dependents(graph: Graph, from: Iterable<string>): ReadonlySet<string> {
  const reached = new Set(from);
  for (const node of graph.nodes) {
    if (node.inputs.some((i) => reached.has(i))) node.outputs.forEach((o) => reached.add(o));
  }
  return reached;
}

/**
 * A product of two operands takes its own MACs once more for the gradient of each operand that needs one; the map
 * takes one for each element of the target.
 *
 * @param graph in topological order, with shapes
 * @param target tensor of the graph that the map is taken on
 */
export function runtimeBackward(
  graph: Graph,
  target: string,
  macsPerCycle: number,
  inferenceCycles: number,
): RuntimeBackward {
  const images = new Set(graph.inputs.map((i) => i.name));
  const afterImage = dependents(graph, images);
  const afterTarget = dependents(graph, [target]);
  const operands = (node: Node): readonly string[] => node.inputs.filter((i) => i !== '').slice(0, 2);
  const cost = (needed: (tensor: string) => boolean): BackwardCost => {
    const backward = graph.nodes.reduce(
      (sum, node) =>
        // Nodes of constants alone are folded before anything is differentiated.
        node.inputs.some((i) => afterImage.has(i))
          ? sum + nodeMacs(node, graph) * operands(node).filter(needed).length
          : sum,
      0,
    );
    const macs = backward + elementCount(graph.values.get(target)?.shape ?? []);
    const cycles = Math.ceil(macs / macsPerCycle);
    return { macs, cycles, overhead: cycles / inferenceCycles };
  };
  return {
    framework: cost((tensor) => !images.has(tensor)),
    stopped: cost((tensor) => afterTarget.has(tensor)),
  };
}
