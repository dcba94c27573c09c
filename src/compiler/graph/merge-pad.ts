import { intAttribute, intsAttribute, makeAttribute, stringAttribute } from './attributes.ts';
import { producers } from './edit.ts';
import type { Attribute, Graph, Node } from './ir.ts';
import type { Pass, PassNotes } from './pass.ts';
import { toNumbers } from './tensor.ts';

/**
 * Merges a constant Pad of the spatial axes into the Conv or pool that reads it, where that is exact: zeros into
 * Conv; zeros into an AveragePool that has no padding of its own (its windows then count them); minus infinity
 * into MaxPool. The Pad itself is left to dead-code removal, for others may read it.
 */
export const mergePad: Pass = {
  name: 'merge-pad',
  description: 'Merges Pad into the Conv or pool that reads it, where exact.',
  run(graph: Graph, notes: PassNotes): Graph {
    const producer = producers(graph);
    let changed = false;
    const nodes = graph.nodes.map((node) => {
      const pad = producer.get(node.inputs[0] ?? '');
      const merged = pad?.op === 'Pad' && pad.domain === '' ? merge(pad, node, graph) : undefined;
      if (pad && merged) {
        changed = true;
        notes.mergedPads.push({
          pad: pad.name,
          input: pad.inputs[0]!,
          output: pad.outputs[0]!,
          reader: node.name,
        });
      }
      return merged ?? node;
    });
    return changed ? { ...graph, nodes } : graph;
  },
};

interface SpatialPads {
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly value: number;
}

/** Pads of the axes from 2 on; undefined where the Pad does anything else. */
function spatialPads(pad: Node, graph: Graph): SpatialPads | undefined {
  const rank = graph.values.get(pad.inputs[0]!)?.shape.length ?? 0;
  const constant = (i: number): number[] | undefined => {
    const tensor = graph.initializers.get(pad.inputs[i] ?? '');
    return tensor && toNumbers(tensor);
  };
  if (stringAttribute(pad, 'mode', 'constant') !== 'constant' || pad.inputs[3] || rank < 3) return undefined;
  const pads = pad.inputs[1] ? constant(1) : intsAttribute(pad, 'pads');
  const fromInput = pad.inputs[2] ? constant(2) : [0];
  const fromAttribute = pad.attributes['value']?.kind === 'float' ? pad.attributes['value'].value : undefined;
  const value = fromAttribute ?? fromInput?.[0];
  if (!pads || value === undefined || pads.some((p) => p < 0)) return undefined;
  if ([0, 1, rank, rank + 1].some((i) => pads[i] !== 0)) return undefined;
  return { begin: pads.slice(2, rank), end: pads.slice(rank + 2), value };
}

function merge(pad: Node, node: Node, graph: Graph): Node | undefined {
  const pads = node.domain === '' ? spatialPads(pad, graph) : undefined;
  const autoPad = stringAttribute(node, 'auto_pad', 'NOTSET');
  if (!pads || (autoPad !== 'NOTSET' && autoPad !== 'VALID')) return undefined;
  const own =
    (autoPad === 'NOTSET' && intsAttribute(node, 'pads')) || new Array<number>(2 * pads.begin.length).fill(0);
  const extra = mergeable(node, pads, own);
  if (!extra) return undefined;
  const rest = Object.fromEntries(Object.entries(node.attributes).filter(([name]) => name !== 'auto_pad'));
  const sum = [...pads.begin, ...pads.end].map((p, i) => p + own[i]!);
  return {
    ...node,
    inputs: [pad.inputs[0]!, ...node.inputs.slice(1)],
    attributes: { ...rest, ...extra, pads: makeAttribute.ints(sum) },
  };
}

/** The attributes that the merged node needs beside its pads, or undefined where merging is not exact. */
function mergeable(
  node: Node,
  pads: SpatialPads,
  own: readonly number[],
): Record<string, Attribute> | undefined {
  if (node.op === 'Conv') return pads.value === 0 ? {} : undefined;
  if (intAttribute(node, 'ceil_mode', 0) !== 0) return undefined;
  if (node.op === 'MaxPool') return pads.value === -Infinity && fits(node, pads, own) ? {} : undefined;
  if (node.op !== 'AveragePool' || pads.value !== 0) return undefined;
  if (!fits(node, pads, own)) return undefined;
  const counts = intAttribute(node, 'count_include_pad', 0) === 1 || own.every((p) => p === 0);
  return counts ? { count_include_pad: makeAttribute.int(1) } : undefined;
}

/** Runtimes refuse a pool whose padding is as large as its kernel. */
function fits(node: Node, { begin, end }: SpatialPads, own: readonly number[]): boolean {
  const kernel = intsAttribute(node, 'kernel_shape') ?? [];
  return [...begin, ...end].every((p, i) => p + own[i]! < kernel[i % kernel.length]!);
}
