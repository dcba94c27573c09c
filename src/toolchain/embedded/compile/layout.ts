/** Where inputs, registers, observed nets and memories lie in the simulator's linear memory. */
import { fail } from '../../../compiler/diagnostics.ts';
import type { Memory } from './netlist.ts';

/** A vector in linear memory, little-endian. */
export interface Place {
  readonly offset: number;
  readonly width: number;
}

/** A memory: `size` words, each in `stride` bytes, and behind them one that is always 0. */
export interface MemoryPlace extends Memory {
  readonly offset: number;
  readonly stride: number;
}

/** The power of two that holds so many bits, in bytes; from eight bytes on, a multiple of eight. */
export function bytesFor(width: number): number {
  for (const bytes of [1, 2, 4, 8]) if (width <= 8 * bytes) return bytes;
  return 8 * Math.ceil(width / 64);
}

/** Hands out addresses, each vector on a multiple of its own size. */
export class Allocator {
  constructor(private next: number) {}

  place(width: number): Place {
    const bytes = bytesFor(width);
    const alignment = Math.min(bytes, 8);
    const offset = Math.ceil(this.next / alignment) * alignment;
    this.next = offset + bytes;
    return { offset, width };
  }

  /** The next free address, on a multiple of `alignment`. */
  end(alignment = 16): number {
    this.next = Math.ceil(this.next / alignment) * alignment;
    return this.next;
  }

  skip(bytes: number): void {
    this.next += bytes;
  }
}

const pageBytes = 65536;
const maxPages = 16384;

/**
 * Places of the memories from `offset` on, and how many pages that takes in all.
 *
 * @throws CompileError CAM609 where that is more than 1 GiB
 */
export function placeMemories(
  memories: readonly Memory[],
  offset: number,
): { readonly places: readonly MemoryPlace[]; readonly pages: number } {
  let next = Math.ceil(offset / 64) * 64;
  const places = memories.map((memory) => {
    const stride = bytesFor(memory.width);
    const place = { ...memory, offset: next, stride };
    next = Math.ceil((next + stride * (memory.size + 1)) / 64) * 64;
    return place;
  });
  const pages = Math.ceil((next + 64) / pageBytes);
  if (pages > maxPages)
    fail(
      'CAM609',
      `The memories take ${Math.ceil(next / 2 ** 20)} MiB; the embedded simulator has ${(maxPages * pageBytes) / 2 ** 20} MiB.`,
      'Choose another simulator.',
    );
  return { places, pages };
}
