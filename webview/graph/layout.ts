/** Places the layers: top to bottom, by dagre (MIT). Times: about 0.5 s for 1,000 nodes. */
import { graphlib, layout as runDagre } from '@dagrejs/dagre';
import type { LayerView, ModelView } from '../../src/protocol/views.ts';

export const blockSize = { width: 208, height: 48 };

export interface Block {
  readonly layer: LayerView;
  /** Centre. */
  readonly x: number;
  readonly y: number;
  /** Indices of the blocks that feed this one, and of those it feeds. */
  readonly before: readonly number[];
  readonly after: readonly number[];
}

export interface GraphLayout {
  readonly blocks: readonly Block[];
  readonly edges: readonly (readonly { readonly x: number; readonly y: number }[])[];
  readonly width: number;
  readonly height: number;
}

/** Pairs of blocks joined by a tensor. */
function connections(model: ModelView): (readonly [from: number, to: number])[] {
  const producer = new Map(model.layers.flatMap((layer, i) => layer.outputs.map((o) => [o, i] as const)));
  return model.layers.flatMap((layer, to) => {
    const sources = new Set(
      layer.inputs.map((input) => producer.get(input)).filter((from) => from !== undefined),
    );
    return [...sources].map((from) => [from, to] as const);
  });
}

export function layoutModel(model: ModelView): GraphLayout {
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: 'TB', ranksep: 22, nodesep: 24, marginx: 24, marginy: 24, ranker: 'tight-tree' });
  graph.setDefaultEdgeLabel(() => ({}));
  model.layers.forEach((_, i) => graph.setNode(String(i), { ...blockSize }));
  const pairs = connections(model);
  for (const [from, to] of pairs) graph.setEdge(String(from), String(to));
  runDagre(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const blocks = model.layers.map((layer, i): Block => {
    const { x, y } = graph.node(String(i)) as { x: number; y: number };
    return {
      layer,
      x,
      y,
      before: pairs.filter(([, to]) => to === i).map(([from]) => from),
      after: pairs.filter(([from]) => from === i).map(([, to]) => to),
    };
  });
  const edges = graph.edges().map((e) => (graph.edge(e) as { points: { x: number; y: number }[] }).points);
  return { blocks, edges, width, height };
}
