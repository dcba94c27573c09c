/**
 * What a memory takes on a device, from its shape alone. `camber_memory.v` and `camber_rom.v` ask for block RAM
 * where they are deeper than 64 words, so neither the contents nor a tool's taste plays a part.
 */
import type { ResourceCount } from './resource-count.ts';
import type { Family } from './families.ts';

/** A memory of the accelerator: its shape decides what it takes. */
export interface MemoryShape {
  readonly name: string;
  /** Word width in bits. */
  readonly width: number;
  readonly depth: number;
  /** Read ports used at the same time; each beyond the first is a copy, since the write takes the other port. */
  readonly readPorts: number;
  /** Contents fixed at compile time. */
  readonly readOnly?: boolean;
}

/** Widths by depth, one port to write and one to read. */
type Modes = readonly (readonly [width: number, depth: number])[];

/** AMD UG473 (7 series) tables 1-7 and 1-8, UG573 (UltraScale): simple dual port. */
const bits18: Modes = [
  [36, 512],
  [18, 1024],
  [9, 2048],
  [4, 4096],
  [2, 8192],
  [1, 16384],
];
const bits36: Modes = [
  [72, 512],
  [36, 1024],
  [18, 2048],
  [9, 4096],
  [4, 8192],
  [2, 16384],
  [1, 32768],
];

interface Primitive {
  readonly bram36: number;
  /** What Yosys takes a block to be worth when it chooses. */
  readonly cost: number;
  readonly modes: Modes;
}

/** Lookup tables as memory: `lut` of them hold `width` bits of `depth` words with a write and a read port. */
interface Distributed {
  readonly lut: number;
  readonly width: number;
  readonly depth: number;
}

interface MemoryRules {
  readonly block: readonly Primitive[];
  readonly distributed: readonly Distributed[];
  /** Inputs of a lookup table: one holds 2^inputs bits of a read-only memory, or multiplexes so many words. */
  readonly lutInputs: 4 | 6;
}

const xilinxBlocks: readonly Primitive[] = [
  { bram36: 1, cost: 257, modes: bits36 },
  { bram36: 0.5, cost: 129, modes: bits18 },
];

const rules: Readonly<Record<Family, MemoryRules>> = {
  xc7: {
    block: xilinxBlocks,
    // RAM32M and RAM64M: four LUTs of which the write address takes one (UG474).
    distributed: [
      { lut: 4, width: 6, depth: 32 },
      { lut: 4, width: 3, depth: 64 },
    ],
    lutInputs: 6,
  },
  xcup: {
    block: xilinxBlocks,
    // RAM32M16 and RAM64M8 (UG574).
    distributed: [
      { lut: 8, width: 14, depth: 32 },
      { lut: 8, width: 7, depth: 64 },
    ],
    lutInputs: 6,
  },
  ecp5: {
    // Lattice FPGA-TN-02204, ECP5 memory usage guide.
    block: [{ bram36: 0.5, cost: 1, modes: bits18 }],
    distributed: [{ lut: 6, width: 4, depth: 16 }],
    lutInputs: 4,
  },
};

/** Memories up to this depth are lookup tables. */
const shallowDepth = 64;

interface BlockPlan {
  readonly bram36: number;
  readonly cost: number;
  /** Blocks one behind the other: their outputs are multiplexed. */
  readonly segments: number;
}

/** Whole blocks of one mode, and for the words that are left the shallowest mode that holds them. */
function planBlocks({ width, depth }: MemoryShape, { modes, bram36, cost }: Primitive): BlockPlan {
  const plans = modes.map(([modeWidth, modeDepth]) => {
    const whole = Math.floor(depth / modeDepth);
    const rest = depth - whole * modeDepth;
    const last = modes.find(([, d]) => d >= rest)!;
    const blocks = whole * Math.ceil(width / modeWidth) + (rest === 0 ? 0 : Math.ceil(width / last[0]));
    return { bram36: blocks * bram36, cost: blocks * cost, segments: whole + (rest === 0 ? 0 : 1) };
  });
  return plans.reduce((a, b) => (better(b, a) ? b : a));
}

const better = (a: BlockPlan, b: BlockPlan) =>
  a.cost < b.cost || (a.cost === b.cost && a.segments < b.segments);

/** Lookup tables per bit that choose one of `words`. */
const multiplexer = (words: number, lutInputs: 4 | 6): number =>
  words === 1 ? 0 : lutInputs === 6 ? Math.ceil(words / 4) : words - 1;

/**
 * Resources of one memory without its output register: storage, and what chooses between blocks. The first
 * register of a memory in lookup tables is counted here, that of a block lies inside it.
 */
export function memoryCost(memory: MemoryShape, family: Family): ResourceCount {
  const { width, readPorts, readOnly = false } = memory;
  if (memory.depth === 0) return { lut: 0, ff: 0, dsp: 0, bram36: 0 };
  const shape = { ...memory, depth: Math.max(2, memory.depth) };
  const { block, distributed, lutInputs } = rules[family];
  if (shape.depth <= shallowDepth) {
    const ff = readPorts * width;
    if (readOnly) {
      const tables = Math.ceil(shape.depth / 2 ** lutInputs);
      const lut = readPorts * width * (tables + multiplexer(tables, lutInputs));
      return { lut, ff, dsp: 0, bram36: 0 };
    }
    const fitting = distributed.find((d) => d.depth >= shape.depth) ?? distributed.at(-1)!;
    const segments = Math.ceil(shape.depth / fitting.depth);
    const storage = segments * Math.ceil(width / fitting.width) * fitting.lut;
    return { lut: readPorts * (storage + width * multiplexer(segments, lutInputs)), ff, dsp: 0, bram36: 0 };
  }
  const plan = block
    .map((primitive) => planBlocks(shape, primitive))
    .reduce((a, b) => (better(b, a) ? b : a));
  const select = Math.ceil(Math.log2(plan.segments));
  return {
    lut: readPorts * width * multiplexer(plan.segments, lutInputs),
    ff: readPorts * select,
    dsp: 0,
    bram36: readPorts * plan.bram36,
  };
}

/** Block RAMs of one memory in units of 36 Kibit. */
export const blockRams = (memory: MemoryShape, family: Family): number => memoryCost(memory, family).bram36;
