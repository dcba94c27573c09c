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
      constant: 987.3336,
      columns: 682.4872,
      macs: 21.91116,
      activationBits: 16.77718,
      weightBits: 63.52653,
    },
    ff: {
      constant: 2313.142,
      columns: 408.2861,
      macs: 13.88155,
      activationBits: 28.52567,
      weightBits: 15.02532,
    },
    tool: 'Yosys 0.55 (embedded)',
    points: 8,
  },
};

/** Families that were not synthesised have the fit of the nearest one that was. */
export const fittedEstimate: Readonly<Record<Family, FittedEstimate>> = {
  xcup: fits.xc7,
  ecp5: fits.xc7,
  ...fits,
};
