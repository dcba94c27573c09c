/**
 * Places blocks from top to bottom. Pure; runs in a worker.
 *
 * dagre (MIT) places each segment between two cuts, and the segments are joined at the cuts: its time grows faster than
 * the graph, and its recursion fails on chains of some thousand nodes. Segments of the same form are placed once.
 */
import { graphlib, layout as runDagre } from '@dagrejs/dagre';
import { segments } from './structure.ts';

export const blockSize = { width: 208, height: 48 };
const gap = { rank: 22, block: 24, margin: 24 };
/**
 * dagre's time grows with the blocks that edges pass by. Beyond so many in one segment (DenseNet's concatenations:
 * some seconds) its blocks are placed in plain ranks.
 */
const dagreLimit = 4000;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly points: readonly Point[];
}

export interface GraphLayout {
  /** Centres of the blocks. */
  readonly places: readonly Point[];
  readonly edges: readonly Edge[];
  readonly width: number;
  readonly height: number;
}

/** A placed segment: places and edges by index within it. */
type Part = Pick<GraphLayout, 'places' | 'edges'>;

function byDagre(before: readonly (readonly number[])[]): Part {
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: 'TB', ranksep: gap.rank, nodesep: gap.block, ranker: 'tight-tree' });
  graph.setDefaultEdgeLabel(() => ({}));
  before.forEach((_, i) => graph.setNode(String(i), { ...blockSize }));
  before.forEach((sources, to) => sources.forEach((from) => graph.setEdge(String(from), String(to))));
  runDagre(graph);
  const places = before.map((_, i) => {
    const { x, y } = graph.node(String(i)) as Point;
    return { x, y };
  });
  const edges = graph.edges().map((e) => {
    const { points } = graph.edge(e) as { points: Point[] };
    return { from: Number(e.v), to: Number(e.w), points: points.map(({ x, y }) => ({ x, y })) };
  });
  return { places, edges };
}

const passed = (before: readonly (readonly number[])[]): number =>
  before.reduce((sum, sources, to) => sources.reduce((more, from) => more + to - from, sum), 0);

/** Ranks by the longest way from the top, in graph order within a rank; edges that pass blocks go beside them. */
function byRank(before: readonly (readonly number[])[]): Part {
  const rank: number[] = [];
  const filled: number[] = [];
  const places = before.map((sources, i) => {
    const r = (rank[i] = Math.max(-1, ...sources.map((s) => rank[s]!)) + 1);
    const column = (filled[r] = (filled[r] ?? -1) + 1);
    return { x: column * (blockSize.width + gap.block), y: r * (blockSize.height + gap.rank) };
  });
  const half = blockSize.height / 2;
  const beside = Math.max(...places.map(({ x }) => x)) + blockSize.width / 2 + gap.block;
  const edges = before.flatMap((sources, to) =>
    sources.map((from) => {
      const start = { x: places[from]!.x, y: places[from]!.y + half };
      const end = { x: places[to]!.x, y: places[to]!.y - half };
      const lane = [
        { x: beside, y: start.y + gap.rank },
        { x: beside, y: end.y - gap.rank },
      ];
      return { from, to, points: [start, ...(rank[to]! - rank[from]! > 1 ? lane : []), end] };
    }),
  );
  return { places, edges };
}

const shifted = ({ x, y }: Point, by: Point): Point => ({ x: x + by.x, y: y + by.y });

/**
 * @param before for each block, in topological order, the blocks that feed it
 */
export function layoutGraph(before: readonly (readonly number[])[]): GraphLayout {
  const after = before.map((): number[] => []);
  before.forEach((sources, to) => sources.forEach((from) => after[from]!.push(to)));
  const known = new Map<string, Part>();
  const places: Point[] = [];
  const edges: Edge[] = [];
  let bottom = 0;
  for (const { from, to } of segments({ after })) {
    // With the cut above it, at which it is joined to what is placed already.
    const first = Math.max(0, from - 1);
    const inside = before
      .slice(first, to)
      .map((sources, i) => (first + i < from ? [] : sources.map((s) => s - first)));
    const key = JSON.stringify(inside);
    let part = known.get(key);
    if (!part) known.set(key, (part = (passed(inside) > dagreLimit ? byRank : byDagre)(inside)));
    const joint = from > 0 ? places[first]! : undefined;
    const top = part.places[0]!;
    // A segment that is not joined to the cut (a second input) starts below everything.
    const by = joint ? { x: joint.x - top.x, y: joint.y - top.y } : { x: 0, y: 0 };
    part.places.forEach((place, i) => {
      if (first + i < from) return;
      places[first + i] = shifted(place, by);
      bottom = Math.max(bottom, places[first + i]!.y);
    });
    for (const edge of part.edges) {
      edges.push({
        from: edge.from + first,
        to: edge.to + first,
        points: edge.points.map((point) => shifted(point, by)),
      });
    }
  }
  return normalised(places, edges);
}

/** Moves everything so that the margins are kept on all sides. */
function normalised(places: readonly Point[], edges: readonly Edge[]): GraphLayout {
  const box = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
  const include = ({ x, y }: Point, halfWidth: number, halfHeight: number): void => {
    box.left = Math.min(box.left, x - halfWidth);
    box.right = Math.max(box.right, x + halfWidth);
    box.top = Math.min(box.top, y - halfHeight);
    box.bottom = Math.max(box.bottom, y + halfHeight);
  };
  for (const place of places) include(place, blockSize.width / 2, blockSize.height / 2);
  for (const { points } of edges) for (const point of points) include(point, 0, 0);
  if (places.length === 0) return { places, edges, width: 2 * gap.margin, height: 2 * gap.margin };
  const by = { x: gap.margin - box.left, y: gap.margin - box.top };
  return {
    places: places.map((place) => shifted(place, by)),
    edges: edges.map(({ points, ...edge }) => ({
      ...edge,
      points: points.map((point) => shifted(point, by)),
    })),
    width: box.right - box.left + 2 * gap.margin,
    height: box.bottom - box.top + 2 * gap.margin,
  };
}
