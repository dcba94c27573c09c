/** Simulates a compiled accelerator and compares it with its schedule and integer model, write for write. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fail } from '../compiler/diagnostics.ts';
import { simulateEmbedded } from './embedded/simulate.ts';
import { makeRoom } from './outputs.ts';
import { firstErrorLine, runTool } from './process.ts';
import {
  type Mismatch,
  type SimulatedRun,
  type SimulationRequest,
  type SimulationResult,
  traceFormat,
} from './simulation.ts';
import {
  buildSimulator,
  defaultCacheDir,
  type InstalledSimulator,
  type SimulatorName,
  simulators,
} from './simulators.ts';

export interface SimulationOptions extends SimulationRequest {
  /** Folder with the test bench (default: `sim` in `rtlDir`); the embedded simulator has its own. */
  readonly benchDir?: string;
  readonly simulator: SimulatorName;
}

/**
 * Builds the simulator where needed, runs it on `dataDir` and reads its report.
 *
 * @throws CompileError CAM601 where the simulator is missing, CAM602 where it fails, CAM606 where it was cancelled,
 *   CAM609 where the RTL has what the embedded simulator lacks, CAM605 where the waveforms cannot be written,
 *   CAM611 where it has no such waveforms
 */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const { simulator, trace } = options;
  if (trace !== undefined) {
    checkTrace(trace, simulator);
    await makeRoom(trace);
  }
  const result =
    simulator === 'embedded'
      ? await simulateEmbedded(options, options.cacheDir ?? defaultCacheDir())
      : await simulateInstalled({ ...options, simulator });
  if (trace !== undefined && !existsSync(trace)) {
    // Simulators keep that to themselves, and the test bench knows 256 bytes of a path.
    fail('CAM605', `${simulator} wrote no ${trace}.`, 'Choose another place, with a shorter path.');
  }
  return result;
}

/** Refuses a form of waveforms that a simulator does not write. @throws CompileError CAM611 */
export function checkTrace(file: string, simulator: SimulatorName): void {
  if (simulator === 'embedded' && traceFormat(file) === 'fst')
    fail(
      'CAM611',
      `The embedded simulator cannot write ${file}: it writes VCD, not FST.`,
      'Give a file name that ends in .vcd, or take --simulator verilator or icarus.',
    );
}

async function simulateInstalled(
  options: SimulationOptions & { readonly simulator: InstalledSimulator },
): Promise<SimulationResult> {
  const { simulator, shape, rtlDir, dataDir, signal, onProgress, trace, pauses, resetAfter } = options;
  onProgress?.(`Building the simulator (${simulator}, ${shape.rows}x${shape.columns})`);
  const format = trace === undefined ? undefined : traceFormat(trace);
  const folder = await buildSimulator(
    simulator,
    {
      rtlDir,
      benchDir: options.benchDir ?? join(rtlDir, 'sim'),
      shape,
      packed: options.packed ?? false,
      ...(options.parts ? { parts: options.parts } : {}),
      ...(format === undefined ? {} : { trace: format }),
      signal,
    },
    options.cacheDir,
  );
  const [command, ...args] = simulators[simulator].run(resolve(folder), format);

  onProgress?.('Simulating');
  const runs: SimulatedRun[] = [];
  const mismatches: Mismatch[] = [];
  let summary: { readonly done: boolean; readonly runs: number; readonly mismatches: number } | undefined;
  const { stdout, stderr } = await runTool({
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
      `${simulator} stopped before the test bench was through: ${firstErrorLine(`${stderr}\n${stdout}`)}`,
      'Check that the files of the build are whole: verify tells which are not as compiled.',
    );
  }
  return {
    passed: summary.done && summary.mismatches === 0 && runs.length > 0,
    runs,
    mismatches,
    mismatchCount: summary.mismatches,
  };
}
