/** What a simulation of the accelerator is asked and what it tells, whichever simulator runs it. */
import type { EngineShape } from '../compiler/schedule/operation.ts';

/** Optional parts of the engine by parameter, 1 where they are there. */
export type EngineParts = readonly (readonly [string, 0 | 1])[];

export type TraceFormat = 'vcd' | 'fst';

/** The form of a file with waveforms: FST where its name ends so, else VCD. */
export const traceFormat = (file: string): TraceFormat => (/\.fst$/i.test(file) ? 'fst' : 'vcd');

/** What one run of the accelerator did. */
export interface SimulatedRun {
  readonly run: number;
  readonly mismatches: number;
  readonly inference: number;
  readonly explanation: number;
  readonly stall: number;
  /** Cycles from the first accepted beat to the interrupt. */
  readonly wall: number;
  readonly topClass: number;
  readonly classUsed: number;
  readonly operations: number;
  readonly activationWrites: number;
  readonly maskWrites: number;
  readonly results: number;
}

/** A difference between the RTL and what was expected. Values are hexadecimal. */
export interface Mismatch {
  readonly run: number;
  readonly kind: string;
  /** Operation that ran at the time. */
  readonly operation: number;
  readonly index?: number;
  readonly expected?: string;
  readonly actual?: string;
}

export interface SimulationResult {
  readonly passed: boolean;
  readonly runs: readonly SimulatedRun[];
  /** The first of them; `mismatchCount` counts all. */
  readonly mismatches: readonly Mismatch[];
  readonly mismatchCount: number;
}

/** A simulation, whatever runs it. */
export interface SimulationRequest {
  /** Folder with the engine's Verilog files. */
  readonly rtlDir: string;
  /** Folder with the memory images and test vectors. */
  readonly dataDir: string;
  readonly shape: EngineShape;
  /** Two products per multiplier; the results are the same. */
  readonly packed?: boolean;
  /** Optional parts of the engine (`partsOf`); all are there by default. */
  readonly parts?: EngineParts;
  readonly signal?: AbortSignal;
  readonly onProgress?: (message: string) => void;
  /** Waveforms are written to this file, in the form that its name says (`traceFormat`). */
  readonly trace?: string;
  /**
   * Only what is around the first difference after this cycle of a run is written: a whole run takes gigabytes. The
   * embedded simulator alone can do that.
   */
  readonly traceFrom?: number;
  /** Random pauses on every stream, from this seed (1 or more). */
  readonly pauses?: number;
  /** A reset so many cycles into the first run, which is then repeated. */
  readonly resetAfter?: number;
  /** Where built simulators are kept; the user's cache folder where absent. */
  readonly cacheDir?: string;
}

/** Values of `camber_top`'s parameters that every simulator sets; memory depths are the RTL's or the test bench's own. */
export const engineParameters = (
  shape: EngineShape,
  packed: boolean,
  parts: EngineParts = [],
): readonly (readonly [string, number])[] => [
  ['ROWS', shape.rows],
  ['COLUMNS', shape.columns],
  ['LANES', shape.lanes],
  ['PACKED', packed ? 1 : 0],
  ...parts,
];
