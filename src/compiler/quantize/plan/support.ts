/** What the rules of both plans ask of a graph. */
import { diagnostic } from '../../diagnostics.ts';
import { intsAttribute } from '../../graph/attributes.ts';
import type { Graph, Node } from '../../graph/ir.ts';
import { slidingWindow } from '../../graph/window.ts';
import type { WindowGeometry } from '../network.ts';
import type { StageBuilder } from './builder.ts';

/** The nodes a tensor depends on, in the graph's order. */
export function nodesBefore(graph: Graph, tensor: string): Node[] {
  const needed = new Set([tensor]);
  const nodes: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    nodes.unshift(node);
    for (const input of node.inputs) needed.add(input);
  }
  return nodes;
}

/** How often each tensor is read by these nodes, plus once for each tensor in `kept`. */
export function countUses(nodes: readonly Node[], kept: readonly string[]): Map<string, number> {
  const uses = new Map<string, number>();
  for (const input of [...nodes.flatMap((node) => node.inputs), ...kept])
    uses.set(input, (uses.get(input) ?? 0) + 1);
  return uses;
}

export function unsupported(build: StageBuilder, node: Node, what: string): void {
  build.diagnostics.push(
    diagnostic(
      'CAM501',
      `Node "${node.name}": ${what}.`,
      'Choose a model without this operator, or use the float engine and `export`, which support it.',
      { node: node.name },
    ),
  );
}

/** Geometry of a 2-D Conv or pool node over an input of that shape; undefined for another rank. */
export function geometryOver(
  shape: readonly number[],
  node: Node,
  kernel: readonly number[],
): WindowGeometry | undefined {
  const spatial = shape.slice(2);
  if (spatial.length !== 2 || kernel.length !== 2) return undefined;
  const w = slidingWindow(node, spatial, kernel);
  return {
    kernel: [kernel[0]!, kernel[1]!],
    strides: [w.strides[0]!, w.strides[1]!],
    pads: [w.padsBegin[0]!, w.padsBegin[1]!, w.padsEnd[0]!, w.padsEnd[1]!],
    dilations: [w.dilations[0]!, w.dilations[1]!],
  };
}

/** Geometry of a node over its own first input. */
export function geometryOf(graph: Graph, node: Node, kernel: readonly number[]): WindowGeometry | undefined {
  return geometryOver(graph.values.get(node.inputs[0]!)?.shape ?? [], node, kernel);
}

/** Constant numbers of an initializer, undefined where the tensor is not constant. */
export function constantOf(graph: Graph, tensor: string | undefined): Float64Array | undefined {
  const found = tensor === undefined ? undefined : graph.initializers.get(tensor);
  if (!found) return undefined;
  const { data } = found;
  // Without a function for each element, which takes many times as long.
  const wide = data instanceof BigInt64Array || data instanceof BigUint64Array;
  return wide ? Float64Array.from(data, Number) : Float64Array.from(data);
}

/** True for a reduction over height and width, and nothing else. */
export function reducesPlane(graph: Graph, node: Node): boolean {
  const rank = graph.values.get(node.inputs[0]!)?.shape.length ?? 0;
  const axes = intsAttribute(node, 'axes') ?? Array.from(constantOf(graph, node.inputs[1]) ?? []);
  const spatial = axes.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
  return rank === 4 && spatial.join() === '2,3';
}
