import { evaluateNode } from './evaluate.ts';
import type { Graph, Node, Tensor } from './ir.ts';
import type { Pass } from './pass.ts';
import { bytesPerElement, elementCount } from './tensor.ts';

/** A folded tensor may grow beyond its inputs to this many bytes; a larger ConstantOfShape or Expand stays symbolic. */
export const maxGrowthBytes = 1 << 20;

/**
 * Evaluates every node whose inputs are known and makes its outputs initializers. Needs inferred shapes.
 * DequantizeLinear is no such operator: quantised weights stay quantised.
 */
export const foldConstants: Pass = {
  name: 'fold-constants',
  description: 'Evaluates nodes whose inputs are all known at compile time.',
  run(graph: Graph): Graph {
    const initializers = new Map(graph.initializers);
    const nodes = graph.nodes.filter((node) => {
      if (grows(node, graph, initializers)) return true;
      const tensors = evaluateNode(node, graph.opset, graph.values, (name) => initializers.get(name));
      if (!tensors) return true;
      node.outputs.forEach((name, i) => {
        if (name !== '') initializers.set(name, tensors[i]!);
      });
      return false;
    });
    return nodes.length === graph.nodes.length ? graph : { ...graph, nodes, initializers };
  },
};

function grows(node: Node, graph: Graph, initializers: ReadonlyMap<string, Tensor>): boolean {
  const bytes = (names: readonly string[]): number =>
    names.reduce((sum, name) => {
      const value = graph.values.get(name);
      return sum + (value ? elementCount(value.shape) * bytesPerElement[value.dtype] : 0);
    }, 0);
  const size = bytes(node.outputs);
  return size > maxGrowthBytes && size > bytes(node.inputs.filter((i) => initializers.has(i)));
}
