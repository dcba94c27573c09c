/** Where the arrow keys lead from a block, and what a search finds. Pure. */
import type { LayerView } from '../../src/protocol/views.ts';
import type { Point } from './layout.ts';
import type { Connections } from './structure.ts';

export type Direction = 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight' | 'Home' | 'End';

/** Blocks by index: their places and edges. */
export interface Walkable extends Connections {
  readonly places: readonly Point[];
}

function nearest(places: readonly Point[], candidates: readonly number[], x: number): number | undefined {
  return candidates.toSorted((a, b) => Math.abs(places[a]!.x - x) - Math.abs(places[b]!.x - x))[0];
}

/** Up and down follow edges, left and right go to the neighbour in the same rank. Undefined: nowhere to go. */
export function neighbour(
  { places, before, after }: Walkable,
  from: number,
  direction: Direction,
): number | undefined {
  const here = places[from];
  if (!here) return places.length > 0 ? 0 : undefined;
  if (direction === 'Home') return 0;
  if (direction === 'End') return places.length - 1;
  if (direction === 'ArrowDown') return nearest(places, after[from]!, here.x);
  if (direction === 'ArrowUp') return nearest(places, before[from]!, here.x);
  const sign = direction === 'ArrowRight' ? 1 : -1;
  const rank = places.flatMap((p, i) => (Math.abs(p.y - here.y) < 1 && (p.x - here.x) * sign > 0 ? [i] : []));
  return nearest(places, rank, here.x);
}

/** Layers whose name, operator or output tensors contain the text, in graph order. */
export function search(layers: readonly LayerView[], text: string): number[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  return layers.flatMap((layer, i) =>
    [layer.id, layer.op, ...layer.outputs].some((t) => t.toLowerCase().includes(wanted)) ? [i] : [],
  );
}
