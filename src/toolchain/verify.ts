/** Verification of a build: the RTL against the integer network, bit for bit, and against the schedule, to the cycle. */
import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkClass } from '../compiler/class-choice.ts';
import { diagnostic, fail, type Diagnostic } from '../compiler/diagnostics.ts';
import { imageFileNames } from '../compiler/emit/images.ts';
import { testVectors, type TestRun } from '../compiler/emit/test-vectors.ts';
import { partsOf } from '../compiler/emit/top-parameters.ts';
import { execute } from '../compiler/quantize/executor.ts';
import { compareLayers } from '../compiler/schedule/compare.ts';
import { interpret } from '../compiler/schedule/interpreter.ts';
import { rtlFolder } from './assets.ts';
import type { Build } from './build-folder.ts';
import { checkOutput } from './outputs.ts';
import { simulate } from './simulate.ts';
import type { Mismatch, SimulatedRun } from './simulation.ts';
import { defaultSimulator, type SimulatorName } from './simulators.ts';

export interface VerifyOptions {
  /** What the input stream carries, one entry per run. */
  readonly images: readonly (Uint8Array | Int8Array)[];
  /** Verilator where it is installed, else the embedded one, where absent. */
  readonly simulator?: SimulatorName;
  /** Class to explain in all runs; the build's own choice where absent. */
  readonly fixedClass?: number;
  /** Random pauses on every stream, from this seed. */
  readonly pauses?: number;
  /** A reset in the first run, so many cycles after its first beat; the run is then repeated. */
  readonly resetAfter?: number;
  readonly trace?: string;
  /** As `SimulationRequest` has it. What is looked at may have been changed: it is no verdict that is asked for. */
  readonly traceFrom?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (message: string) => void;
}

/** A difference, said in terms of the network. */
export interface NamedMismatch extends Mismatch {
  readonly layer?: string;
}

interface Cycles {
  readonly inference: number;
  readonly explanation: number;
}

export interface Verification {
  readonly passed: boolean;
  readonly simulator: SimulatorName;
  readonly images: number;
  /** Layer outputs compared with the integer network, over all images. */
  readonly tensorsCompared: number;
  /** Integers compared at the activation-write port, in masks, scores and maps, over all images. */
  readonly valuesCompared: number;
  readonly mismatches: readonly NamedMismatch[];
  readonly mismatchCount: number;
  /** Counters of `camber_top`, of the first run that differs from the schedule or else of the last. */
  readonly cycles: Cycles;
  readonly stall: number;
  readonly expected: Cycles;
  readonly seconds: number;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Runs the build's RTL and memory images, as they lie in its folder, and compares every write.
 *
 * @throws CompileError CAM205, CAM601, CAM602, CAM603, CAM605, CAM606, CAM609, CAM610
 */
export async function verify(build: Build, options: VerifyOptions): Promise<Verification> {
  const started = performance.now();
  const { network, schedule, manifest } = build;
  const { images, signal, onProgress } = options;
  const simulator = options.simulator ?? (await defaultSimulator(signal));
  const fixedClass = options.fixedClass ?? manifest.fixedClass;
  const memoryFiles = imageFileNames(schedule.shape);
  const missing = memoryFiles.map((f) => `rtl/${f}`).filter((path) => !(path in manifest.files));
  if (missing.length > 0)
    fail('CAM603', `${build.folder} lacks ${missing.join(', ')}.`, 'Compile the model again.');

  if (fixedClass !== undefined) checkClass(fixedClass, network.classes);
  if (options.resetAfter !== undefined) checkReset(options.resetAfter, schedule.cycles);
  if (options.trace !== undefined) await checkOutput(options.trace);
  if (simulator === 'embedded' && options.traceFrom === undefined) await refuseChanged(build);

  onProgress?.('Running the integer network');
  let tensors = 0;
  const mismatches: NamedMismatch[] = [];
  const runs = images.map((pixels, run): TestRun => {
    const expected = interpret(schedule, pixels, fixedClass);
    const reference = execute(network, pixels, fixedClass === undefined ? {} : { classIndex: fixedClass });
    const compared = compareLayers(network, schedule, expected, reference);
    tensors += compared.tensors;
    for (const d of compared.differences) {
      mismatches.push({
        run,
        kind: 'lowering',
        layer: d.layer,
        operation: schedule.operations.findIndex((o) => o.operation.layer === d.layer),
        index: d.index,
        expected: String(d.expected),
        actual: String(d.actual),
      });
    }
    return { pixels, ...(fixedClass === undefined ? {} : { fixedClass }), expected };
  });

  const dataDir = await mkdtemp(join(tmpdir(), 'camber-verify-'));
  try {
    for (const file of memoryFiles) await copyFile(join(build.folder, 'rtl', file), join(dataDir, file));
    for (const [file, text] of testVectors(schedule, runs)) await writeFile(join(dataDir, file), text);
    const result = await simulate({
      ...(simulator === 'embedded' ? { rtlDir: join(build.folder, 'rtl') } : sources(build)),
      dataDir,
      simulator,
      shape: schedule.shape,
      packed: true,
      parts: partsOf(schedule),
      ...(options.trace === undefined ? {} : { trace: options.trace }),
      ...(options.traceFrom === undefined ? {} : { traceFrom: options.traceFrom }),
      ...(options.pauses === undefined ? {} : { pauses: options.pauses }),
      ...(options.resetAfter === undefined ? {} : { resetAfter: options.resetAfter }),
      ...(signal ? { signal } : {}),
      ...(onProgress ? { onProgress } : {}),
    });
    for (const m of result.mismatches) {
      const layer = schedule.operations[m.operation]?.operation.layer;
      mismatches.push({ ...m, ...(layer === undefined ? {} : { layer }) });
    }
    const { cycles: expected } = schedule;
    const exact = (r: SimulatedRun) =>
      r.inference === expected.inference && r.explanation === expected.explanation;
    const shown = result.runs.find((r) => !exact(r)) ?? result.runs.at(-1)!;
    const passed = result.passed && mismatches.length === 0 && result.runs.every(exact);
    return {
      passed,
      simulator,
      images: images.length,
      tensorsCompared: tensors,
      valuesCompared: result.runs.reduce((sum, r) => sum + valuesOf(r, schedule.shape), 0),
      mismatches,
      mismatchCount: result.mismatchCount + mismatches.filter((m) => m.kind === 'lowering').length,
      cycles: { inference: shown.inference, explanation: shown.explanation },
      stall: shown.stall,
      expected,
      seconds: (performance.now() - started) / 1000,
      diagnostics: passed ? [] : [failure(mismatches[0], build)],
    };
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Bytes at the activation-write port, mask bits and result words of a run. */
function valuesOf(run: SimulatedRun, { rows, columns }: { rows: number; columns: number }): number {
  return run.activationWrites * rows + run.maskWrites * columns + run.results;
}

/**
 * Where the Verilog is compiled from. Untouched builds share the shipped sources, so that one simulator serves every
 * build of an array shape with the same parts (the test bench overrides all depths); changed Verilog is compiled as it lies there.
 */
function sources(build: Build): { rtlDir: string; benchDir: string } {
  const touched = build.changed.some((path) => /\.(v|cpp)$/.test(path));
  return touched
    ? { rtlDir: join(build.folder, 'rtl'), benchDir: join(build.folder, 'sim') }
    : { rtlDir: rtlFolder, benchDir: join(rtlFolder, 'sim') };
}

/**
 * The embedded simulator takes the very files of the build, and only as they were compiled: it stands for what Camber
 * makes. Who changes the RTL has a simulator.
 *
 * @throws CompileError CAM603
 */
async function refuseChanged({ folder, manifest, changed }: Build): Promise<void> {
  const added = (await readdir(join(folder, 'rtl')).catch(() => []))
    .map((file) => `rtl/${file}`)
    .filter((path) => /\.(v|hex)$/.test(path) && !(path in manifest.files));
  const touched = [...changed.filter((path) => path.startsWith('rtl/')), ...added];
  if (touched.length > 0)
    fail(
      'CAM603',
      `${folder}: ${touched.join(', ')} ${touched.length === 1 ? 'is' : 'are'} not as compiled, and the embedded simulator runs nothing else.`,
      'Compile the model again, or verify the changed files with --simulator verilator or icarus.',
    );
}

/** A reset that comes after the run would pass unnoticed. */
function checkReset(after: number, { inference, explanation }: Cycles): void {
  const total = inference + explanation;
  if (!Number.isInteger(after) || after >= total)
    fail(
      'CAM610',
      `There is no reset after ${after} cycles: a run has ${total}.`,
      `Give a whole number of cycles from 1 to ${total - 1}.`,
    );
}

function failure(first: NamedMismatch | undefined, build: Build): Diagnostic {
  const where = first?.layer === undefined ? '' : ` First in layer ${first.layer}: `;
  const what = first ? `${first.kind} ${first.index ?? ''} is ${first.actual}, not ${first.expected}.` : '';
  const changed =
    build.changed.length === 0 ? '' : ` Changed since compilation: ${build.changed.join(', ')}.`;
  return diagnostic(
    'CAM607',
    `The RTL differs from its model.${where}${what}${changed}`,
    'Compile again; with --trace a waveform shows where the two part.',
  );
}
