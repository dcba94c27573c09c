import { intAttribute, intsAttribute, makeAttribute, stringAttribute } from './attributes.ts';
import { withoutKeys } from './edit.ts';
import type { Graph, Node } from './ir.ts';
import type { Pass } from './pass.ts';
import { extent, slidingWindow, transposedWindow, type Window } from './window.ts';

/**
 * Writes `auto_pad` and `ceil_mode` out as explicit pads, so that later stages meet one form of padding. Where the
 * last window of a ceil_mode pool reaches beyond the padding, the padding grows: exact for MaxPool (which never
 * takes a padded element), LpPool (zeros), and AveragePool that does not count padding; one that counts it keeps
 * its ceil_mode. Needs inferred shapes.
 */
export const explicitPadding: Pass = {
  name: 'explicit-padding',
  description: 'Writes auto_pad and ceil_mode out as explicit pads.',
  run(graph: Graph): Graph {
    const nodes = graph.nodes.map((node) => {
      const implicit =
        stringAttribute(node, 'auto_pad', 'NOTSET') !== 'NOTSET' || intAttribute(node, 'ceil_mode', 0);
      const spatial = graph.values.get(node.inputs[0] ?? '')?.shape.slice(2);
      if (node.domain !== '' || !implicit || !spatial) return node;
      const kernel = intsAttribute(node, 'kernel_shape');
      const weights = graph.values.get(node.inputs[1] ?? '')?.shape.slice(2);
      if (node.op === 'Conv' && weights) return withPads(node, slidingWindow(node, spatial, weights));
      if (node.op === 'ConvTranspose' && weights && !intsAttribute(node, 'output_shape')) {
        return withPads(node, transposedWindow(node, spatial, weights));
      }
      return kernel && pools.has(node.op)
        ? poolWithPads(node, spatial, slidingWindow(node, spatial, kernel))
        : node;
    });
    return nodes.every((n, i) => n === graph.nodes[i]) ? graph : { ...graph, nodes };
  },
};

const pools = new Set(['MaxPool', 'AveragePool', 'LpPool']);

function withPads(node: Node, { padsBegin, padsEnd }: Pick<Window, 'padsBegin' | 'padsEnd'>): Node {
  const rest = withoutKeys(new Map(Object.entries(node.attributes)), new Set(['auto_pad', 'ceil_mode']));
  return {
    ...node,
    attributes: { ...Object.fromEntries(rest), pads: makeAttribute.ints([...padsBegin, ...padsEnd]) },
  };
}

function poolWithPads(node: Node, spatial: readonly number[], window: Window): Node {
  const { kernel, strides, dilations, padsBegin, padsEnd, output } = window;
  const needed = output.map(
    (out, i) => (out - 1) * strides[i]! + extent(kernel[i]!, dilations[i]!) - spatial[i]! - padsBegin[i]!,
  );
  const grown = padsEnd.map((end, i) => Math.max(end, needed[i]!));
  const grows = grown.some((end, i) => end > padsEnd[i]!);
  const counts = node.op === 'AveragePool' && intAttribute(node, 'count_include_pad', 0) === 1;
  // Runtimes refuse padding of a whole kernel, which a dilated last window may need.
  if (grows && (counts || grown.some((end, i) => end >= kernel[i]!))) return node;
  return withPads(node, { padsBegin, padsEnd: grown });
}
