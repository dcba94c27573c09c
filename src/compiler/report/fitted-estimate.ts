// Written by scripts/fit-resources.ts from bench/resources/synthesis.json; do not edit.
import type { Family } from './families.ts';

export interface FittedEstimate {
  /** LUT and FF per unit of each feature of `engineFeatures`. */
  readonly lut: Readonly<Record<string, number>>;
  readonly ff: Readonly<Record<string, number>>;
  readonly tool: string;
  readonly points: number;
}

const fits = {
  xc7: {
    lut: {
      constant: 1592.258,
      columns: 529.4892,
      macs: 31.18992,
      activationBits: 22.00225,
      weightBits: 45.53714,
    },
    ff: {
      constant: 2456.925,
      columns: 272.0875,
      macs: 21.48722,
      activationBits: 40.48078,
      weightBits: 31.37815,
    },
    tool: 'Yosys 0.55 (embedded)',
    points: 10,
  },
};

/** Families that were not synthesised have the fit of the nearest one that was. */
export const fittedEstimate: Readonly<Record<Family, FittedEstimate>> = {
  xcup: fits.xc7,
  ecp5: fits.xc7,
  ...fits,
};
