/** Simulates a compiled accelerator and compares it with its schedule and integer model, write for write. */
import { join, resolve } from 'node:path';
import { fail } from '../compiler/diagnostics.ts';
import type { EngineShape } from '../compiler/schedule/operation.ts';
import { runTool } from './process.ts';
import { buildSimulator, type SimulatorName, simulators } from './simulators.ts';

export interface SimulationOptions {
  /** Folder with the engine's Verilog files. */
  readonly rtlDir: string;
  /** Folder with the test bench (default: `sim` in `rtlDir`). */
  readonly benchDir?: string;
  /** Folder with the memory images and test vectors; the simulation runs in it. */
  readonly dataDir: string;
  readonly simulator: SimulatorName;
  readonly shape: EngineShape;
  /** Two products per multiplier; the results are the same. */
  readonly packed?: boolean;
  /** Optional parts of the engine (`partsOf`); all are there by default. */
  readonly parts?: readonly (readonly [string, 0 | 1])[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (message: string) => void;
  /** Waveforms (VCD) are written to this file. */
  readonly trace?: string;
  /** Random pauses on every stream, from this seed (1 or more). */
  readonly pauses?: number;
  /** A reset so many cycles into the first run, which is then repeated. */
  readonly resetAfter?: number;
  readonly cacheDir?: string;
}

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

/**
 * Builds the simulator where needed, runs it on `dataDir` and reads its report.
 *
 * @throws CompileError CAM601 where the simulator is missing, CAM602 where it fails, CAM606 where it was cancelled
 */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const { simulator, shape, rtlDir, dataDir, signal, onProgress, trace, pauses, resetAfter } = options;
  onProgress?.(`Building the simulator (${simulator}, ${shape.rows}x${shape.columns})`);
  const folder = await buildSimulator(
    simulator,
    {
      rtlDir,
      benchDir: options.benchDir ?? join(rtlDir, 'sim'),
      shape,
      packed: options.packed ?? false,
      ...(options.parts ? { parts: options.parts } : {}),
      trace: trace !== undefined,
      signal,
    },
    options.cacheDir,
  );
  const [command, ...args] = simulators[simulator].run(resolve(folder));

  onProgress?.('Simulating');
  const runs: SimulatedRun[] = [];
  const mismatches: Mismatch[] = [];
  let summary: { readonly done: boolean; readonly runs: number; readonly mismatches: number } | undefined;
  const { stdout } = await runTool({
    command,
    args: [
      ...args,
      ...(pauses === undefined ? [] : [`+gaps=${pauses}`]),
      ...(resetAfter === undefined ? [] : [`+reset=${resetAfter}`]),
      ...(trace === undefined ? [] : [`+trace=${resolve(trace)}`]),
    ],
    cwd: dataDir,
    signal,
    installHint: simulators[simulator].installHint,
    onLine(line) {
      const [, word, json] = /^(CAMBER|MISMATCH) (\{.*\})\s*$/.exec(line) ?? [];
      if (json === undefined) return;
      const value = JSON.parse(json) as unknown;
      if (word === 'MISMATCH') mismatches.push(value as Mismatch);
      else if ('run' in (value as object)) {
        runs.push(value as SimulatedRun);
        onProgress?.(`Run ${runs.length} simulated`);
      } else summary = value as typeof summary;
    },
  });
  if (summary === undefined) {
    fail(
      'CAM602',
      `${simulator} stopped before the test bench was through.`,
      `Its last words: ${stdout.slice(-500)}`,
    );
  }
  return {
    passed: summary.done && summary.mismatches === 0 && runs.length > 0,
    runs,
    mismatches,
    mismatchCount: summary.mismatches,
  };
}
