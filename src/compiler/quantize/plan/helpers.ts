/** What the rules of both plans share. */
import { diagnostic } from '../../diagnostics.ts';
import type { Graph, Node } from '../../graph/ir.ts';
import { slidingWindow } from '../../graph/window.ts';
import type { WindowGeometry } from '../network.ts';
import type { StageBuilder } from './builder.ts';

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

/** Geometry of a 2-D Conv or pool node; undefined for another rank. */
export function geometryOf(graph: Graph, node: Node, kernel: readonly number[]): WindowGeometry | undefined {
  const spatial = graph.values.get(node.inputs[0]!)?.shape.slice(2) ?? [];
  if (spatial.length !== 2 || kernel.length !== 2) return undefined;
  const w = slidingWindow(node, spatial, kernel);
  return {
    kernel: [kernel[0]!, kernel[1]!],
    strides: [w.strides[0]!, w.strides[1]!],
    pads: [w.padsBegin[0]!, w.padsBegin[1]!, w.padsEnd[0]!, w.padsEnd[1]!],
    dilations: [w.dilations[0]!, w.dilations[1]!],
  };
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
