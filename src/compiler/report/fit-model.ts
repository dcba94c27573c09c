/** What a fit of the resource estimate consists of. */
import type { Family } from './families.ts';

/** LUT and FF. */
export interface Logic {
  readonly lut: number;
  readonly ff: number;
}

/** A coefficient for each feature. */
export type Coefficients = Readonly<Record<string, number>>;

export interface FamilyFit {
  /** Whose syntheses were fitted. */
  readonly family: Family;
  /** By `unitName`. */
  readonly units: Readonly<Record<string, Logic & { readonly dsp: number }>>;
  readonly rest: {
    /** A family may be fitted as a correction of another one's figure. */
    readonly base?: Family;
    readonly lut: Coefficients;
    readonly ff: Coefficients;
  };
  readonly tool: string;
  /** Syntheses in the fit. */
  readonly points: number;
  /** Largest deviation on syntheses that are not in the fit, in per cent. */
  readonly holdOut: { readonly points: number; readonly lut: number; readonly ff: number };
}

/** The part of a fit that figures are computed from. */
export type FitModel = Pick<FamilyFit, 'family' | 'units' | 'rest'>;
