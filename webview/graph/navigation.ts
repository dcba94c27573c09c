/** Where the arrow keys lead from a block. Pure. */
import type { Block } from './layout.ts';

export type Direction = 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight' | 'Home' | 'End';

const nearest = (blocks: readonly Block[], candidates: readonly number[], x: number): number | undefined =>
  candidates.toSorted((a, b) => Math.abs(blocks[a]!.x - x) - Math.abs(blocks[b]!.x - x))[0];

/** Up and down follow edges, left and right go to the neighbour in the same rank. Undefined: nowhere to go. */
export function neighbour(blocks: readonly Block[], from: number, direction: Direction): number | undefined {
  const here = blocks[from];
  if (!here) return blocks.length > 0 ? 0 : undefined;
  if (direction === 'Home') return 0;
  if (direction === 'End') return blocks.length - 1;
  if (direction === 'ArrowDown') return nearest(blocks, here.after, here.x);
  if (direction === 'ArrowUp') return nearest(blocks, here.before, here.x);
  const sign = direction === 'ArrowRight' ? 1 : -1;
  const rank = blocks.flatMap((b, i) => (Math.abs(b.y - here.y) < 1 && (b.x - here.x) * sign > 0 ? [i] : []));
  return nearest(blocks, rank, here.x);
}

/** Blocks whose name, operator or output tensors contain the text, in graph order. */
export function search(blocks: readonly Block[], text: string): number[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  return blocks.flatMap(({ layer }, i) =>
    [layer.id, layer.op, ...layer.outputs].some((t) => t.toLowerCase().includes(wanted)) ? [i] : [],
  );
}
