import type { ResourceCount } from './resource-count.ts';

/** How a device family is synthesised and its cells are counted. */
export interface FamilyRules {
  /** Yosys command, the design's hierarchy being elaborated; no pads: the accelerator sits inside a larger design. */
  readonly synthesise: string;
  /** 1: two products share a DSP block. */
  readonly packed: 0 | 1;
  /** Optional parts whose logic around the units is another share of the base family's than the rest of it. */
  readonly correctedParts: readonly string[];
  /** Its stages, in order: what `-run` of the command takes. */
  readonly stages: readonly string[];
  /** What one cell of a type takes; types that match none take nothing. Block RAM in units of 36 Kibit. */
  readonly cells: readonly (readonly [type: RegExp, takes: Partial<ResourceCount>])[];
}

// Inverters cost nothing: every cell they drive takes either polarity.
const xilinxCells: FamilyRules['cells'] = [
  [/^(LUT[1-6]|SRL16E|SRLC32E|RAM\d+X1S)$/, { lut: 1 }],
  [/^RAM(32|64)X1D$/, { lut: 2 }],
  [/^RAM(128X1D|32M|64M)$/, { lut: 4 }],
  [/^RAM(32|64)M(16|8)$/, { lut: 8 }],
  [/^FD[RSCP]E(_1)?$/, { ff: 1 }],
  [/^DSP48E[12]$/, { dsp: 1 }],
  [/^RAMB36E[12]$/, { bram36: 1 }],
  [/^RAMB18E[12]$/, { bram36: 0.5 }],
];

const xilinxStages = [
  ...['begin', 'prepare', 'map_dsp', 'coarse', 'map_memory', 'map_ffram', 'fine'],
  ...['map_cells', 'map_ffs', 'map_luts', 'finalize', 'check'],
];

export const families = {
  xc7: {
    synthesise: 'synth_xilinx -family xc7 -flatten -noiopad -noclkbuf',
    // AMD WP486: two products that share an operand fit one DSP48.
    packed: 1,
    correctedParts: [],
    stages: xilinxStages,
    cells: xilinxCells,
  },
  xcup: {
    synthesise: 'synth_xilinx -family xcup -flatten -noiopad -noclkbuf',
    packed: 1,
    correctedParts: [],
    stages: xilinxStages,
    cells: xilinxCells,
  },
  ecp5: {
    synthesise: 'synth_ecp5',
    // MULT18X18D: the packed factor of 24 bits takes two, so nothing is won.
    packed: 0,
    // Its multiplexers and carries in LUTs of four inputs: leaving out each synthesis in turn, the fit to the others is
    // then within 6.9 % of it, else within 9.4 %.
    correctedParts: ['WIDE'],
    stages: [
      ...['begin', 'coarse', 'map_ram', 'map_ffram', 'map_gates', 'map_ffs', 'map_luts', 'map_cells'],
      'check',
    ],
    cells: [
      [/^LUT4$/, { lut: 1 }],
      // A slice's two LUTs and its carry chain; a slice pair of distributed RAM and the slice that writes it.
      [/^CCU2C$/, { lut: 2 }],
      [/^TRELLIS_DPR16X4$/, { lut: 6 }],
      [/^TRELLIS_FF$/, { ff: 1 }],
      [/^MULT18X18D$/, { dsp: 1 }],
      // 18 Kibit each.
      [/^(DP16KD|PDPW16KD)$/, { bram36: 0.5 }],
    ],
  },
} as const satisfies Readonly<Record<string, FamilyRules>>;

export type Family = keyof typeof families;

/** Resources of a netlist, from its cells by type (`design.num_cells_by_type` of Yosys' `stat -json`). */
export function countCells(cells: Readonly<Record<string, number>>, family: Family): ResourceCount {
  const rules: FamilyRules = families[family];
  const total = { lut: 0, ff: 0, dsp: 0, bram36: 0 };
  for (const [type, n] of Object.entries(cells)) {
    const takes = rules.cells.find(([pattern]) => pattern.test(type))?.[1] ?? {};
    for (const resource of ['lut', 'ff', 'dsp', 'bram36'] as const) {
      total[resource] += n * (takes[resource] ?? 0);
    }
  }
  return total;
}
