/** A memory of the accelerator: its shape decides how many block RAMs it takes. */
export interface MemoryShape {
  readonly name: string;
  /** Word width in bits. */
  readonly width: number;
  readonly depth: number;
  /** Read ports used at the same time; each beyond the first is a copy, since the write takes the other port. */
  readonly readPorts: number;
}

interface Mode {
  readonly width: number;
  readonly depth: number;
}

/** Widths and depths of one block, one port to write and one to read (AMD UG473, tables 1-1 and 1-2). */
const bram36Modes: readonly Mode[] = [
  { width: 72, depth: 512 },
  { width: 36, depth: 1024 },
  { width: 18, depth: 2048 },
  { width: 9, depth: 4096 },
  { width: 4, depth: 8192 },
  { width: 2, depth: 16384 },
  { width: 1, depth: 32768 },
];
const bram18Modes: readonly Mode[] = [
  { width: 36, depth: 512 },
  { width: 18, depth: 1024 },
  { width: 9, depth: 2048 },
  { width: 4, depth: 4096 },
  { width: 2, depth: 8192 },
  { width: 1, depth: 16384 },
];

const blocks = (memory: MemoryShape, modes: readonly Mode[]) =>
  Math.min(...modes.map((m) => Math.ceil(memory.width / m.width) * Math.ceil(memory.depth / m.depth)));

/** Block RAMs, in units of 36 Kibit, for one memory: the best single mode, in whole blocks or in halves. */
export function blockRams(memory: MemoryShape): number {
  if (memory.depth === 0) return 0;
  return memory.readPorts * Math.min(blocks(memory, bram36Modes), blocks(memory, bram18Modes) / 2);
}
