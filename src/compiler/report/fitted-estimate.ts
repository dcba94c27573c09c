// Written by scripts/fit-resources.ts from bench/resources/synthesis.json; do not edit.
import type { Family } from './families.ts';

export interface FittedEstimate {
  readonly lut: Readonly<Record<string, number>>;
  readonly ff: Readonly<Record<string, number>>;
  readonly tool: string;
  readonly points: number;
}
const fits = {
  xc7: { lut: { constant: 3500, macs: 70 }, ff: { constant: 4000, macs: 30 }, tool: '', points: 0 },
};
export const fittedEstimate: Readonly<Record<Family, FittedEstimate>> = {
  xcup: fits.xc7,
  ecp5: fits.xc7,
  ...fits,
};
