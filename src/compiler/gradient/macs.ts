/** Multiply-accumulates of an explanation. */
import type { Node } from '../graph/ir.ts';
import { nodeMacs } from '../graph/macs.ts';
import type { StaticModel } from './derive.ts';
import { camberDomain, type AdjointOperator } from './operators.ts';
import { sizeOf, type Shape } from './shape.ts';

type Count = (shape: (input: number) => Shape) => number;

/** Only these multiply and accumulate; the others select, mask, add or copy. */
const counts: Partial<Record<AdjointOperator, Count>> = {
  /** Every dY meets every tap of its group's input channels. */
  ConvBackward: (shape) => sizeOf(shape(0)) * sizeOf(shape(1).slice(1)),
  ConvMean: (shape) => sizeOf(shape(1)),
  HeatMap: (shape) => sizeOf(shape(1)),
};

/** The nodes that explain: all that the derivation added to the forward pass. */
function explanationNodes(model: StaticModel): readonly Node[] {
  return model.graph.nodes.slice(model.forwardNodes);
}

/** Nominal MACs of gradient and map together, for one class; taps outside the input included. */
export function explanationMacs(model: StaticModel): number {
  const shape = (tensor: string) => model.graph.values.get(tensor)?.shape ?? [];
  return explanationNodes(model).reduce((sum, node) => {
    if (node.domain !== camberDomain) return sum + nodeMacs(node, model.graph);
    const count = counts[node.op as AdjointOperator];
    return sum + (count ? count((i) => shape(node.inputs[i]!)) : 0);
  }, 0);
}
