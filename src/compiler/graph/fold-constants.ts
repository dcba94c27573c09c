import { evaluateNode } from './evaluate.ts';
import type { Graph, Node, Tensor } from './ir.ts';
import type { Pass } from './pass.ts';
import { bytesPerElement, elementCount } from './tensor.ts';

/** A folded tensor may grow beyond its inputs to this many bytes; a larger ConstantOfShape or Expand stays symbolic. */
const maxGrowthBytes = 1 << 20;

/** What all folded tensors may take beyond their inputs: no model is blown up by folding. */
const maxTotalGrowthBytes = 1 << 28;

/**
 * Evaluates every node whose inputs are known and makes its outputs initializers. Needs inferred shapes.
 * DequantizeLinear is no such operator: quantised weights stay quantised.
 */
export const foldConstants: Pass = {
  name: 'fold-constants',
  description: 'Evaluates nodes whose inputs are all known at compile time.',
  run(graph: Graph): Graph {
    const initializers = new Map(graph.initializers);
    let total = 0;
    const nodes = graph.nodes.filter((node) => {
      const growth = growthBytes(node, graph, initializers);
      if (growth > maxGrowthBytes || total + growth > maxTotalGrowthBytes) return true;
      const tensors = evaluateNode(node, graph.opset, graph.values, (name) => initializers.get(name));
      if (!tensors) return true;
      total += growth;
      node.outputs.forEach((name, i) => {
        if (name !== '') initializers.set(name, tensors[i]!);
      });
      return false;
    });
    return nodes.length === graph.nodes.length ? graph : { ...graph, nodes, initializers };
  },
};

/** Bytes of a node's outputs beyond those of its constant inputs. */
function growthBytes(node: Node, graph: Graph, initializers: ReadonlyMap<string, Tensor>): number {
  const bytes = (names: readonly string[]): number =>
    names.reduce((sum, name) => {
      const value = graph.values.get(name);
      return sum + (value ? elementCount(value.shape) * bytesPerElement[value.dtype] : 0);
    }, 0);
  return Math.max(0, bytes(node.outputs) - bytes(node.inputs.filter((i) => initializers.has(i))));
}
