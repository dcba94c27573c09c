/** Verification of a build: the RTL against the integer network, bit for bit, and against the schedule, to the cycle. */
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClassChoice, checkClass } from '../compiler/class-choice.ts';
import { diagnostic, fail, type Diagnostic } from '../compiler/diagnostics.ts';
import { imageFileNames } from '../compiler/emit/images.ts';
import { testVectors, type TestRun } from '../compiler/emit/test-vectors.ts';
import { partsOf } from '../compiler/emit/top-parameters.ts';
import { execute } from '../compiler/quantize/executor.ts';
import { compareLayers } from '../compiler/schedule/compare.ts';
import { interpret } from '../compiler/schedule/interpreter.ts';
import { rtlFolder } from './assets.ts';
import { type Build, isShippedRtl } from './build-folder.ts';
import { checkOutput } from './outputs.ts';
import { checkTrace, simulate } from './simulate.ts';
import type { Mismatch, SimulatedRun } from './simulation.ts';
import { defaultSimulator, type SimulatorName } from './simulators.ts';

export interface VerifyOptions {
  /** What the input stream carries, picture by picture; at least one. */
  readonly images: readonly (Uint8Array | Int8Array)[];
  /**
   * Classes to explain; the build's own choice where absent. Pictures and classes are taken in turn, and the shorter list begins
   * anew until both are through: there are as many runs, in a row without reset, as the longer one has entries.
   */
  readonly classes?: readonly ClassChoice[];
  /** Verilator where it is installed, else the embedded one, where absent. */
  readonly simulator?: SimulatorName;
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

/** Counters where no run came to its end. */
const nothing = { inference: 0, explanation: 0, stall: 0 } as const;

/** One run: what it was asked, and what the registers of `camber_top` held afterwards. */
export interface VerifiedRun extends Cycles {
  /** Index of the picture. */
  readonly image: number;
  /** What the class select register was given. */
  readonly class: ClassChoice;
  readonly classUsed: number;
  readonly topClass: number;
  readonly stall: number;
  /** Cycles from the first accepted beat to the interrupt: the other three together. */
  readonly wall: number;
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
  /** How many pictures. */
  readonly images: number;
  readonly runs: readonly VerifiedRun[];
  /** Layer outputs compared with the integer network, over all runs. */
  readonly tensorsCompared: number;
  /** Integers compared at the activation-write port, in masks, scores and maps, over all runs. */
  readonly valuesCompared: number;
  readonly mismatches: readonly NamedMismatch[];
  readonly mismatchCount: number;
  /** Counters of `camber_top`, of the first run that differs from the schedule or else of the last; zero where none has ended. */
  readonly cycles: Cycles;
  readonly stall: number;
  readonly expected: Cycles;
  readonly seconds: number;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Runs the build's RTL and memory images, as they lie in its folder, and compares every write.
 *
 * @throws CompileError CAM205, CAM601, CAM602, CAM603, CAM605, CAM606, CAM609, CAM610, CAM611
 */
export async function verify(build: Build, options: VerifyOptions): Promise<Verification> {
  const started = performance.now();
  const { network, schedule, manifest } = build;
  const { images, signal, onProgress } = options;
  const simulator = options.simulator ?? (await defaultSimulator(signal));
  const classes = options.classes ?? [manifest.fixedClass ?? 'argmax'];
  for (const wanted of classes) if (wanted !== 'argmax') checkClass(wanted, network.classes);
  if (options.resetAfter !== undefined) checkReset(options.resetAfter, schedule.cycles);
  if (options.trace !== undefined) {
    checkTrace(options.trace, simulator);
    await checkOutput(options.trace);
  }
  const changed = [...build.changed, ...(await addedFiles(build))];
  if (simulator === 'embedded' && options.traceFrom === undefined) refuseChanged(build, changed);
  const compiledFrom = simulator === 'embedded' ? ownSources(build) : await sources(build, changed);
  refuseMissing(build, simulator !== 'embedded' && compiledFrom.rtlDir !== rtlFolder);

  onProgress?.('Running the integer network');
  let tensors = 0;
  const mismatches: NamedMismatch[] = [];
  const questions = Array.from({ length: Math.max(images.length, classes.length) }, (_, run) => ({
    image: run % images.length,
    class: classes[run % classes.length]!,
  }));
  const runs = questions.map((question, run): TestRun => {
    const pixels = images[question.image]!;
    const fixedClass = question.class === 'argmax' ? undefined : question.class;
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
    for (const file of imageFileNames(schedule.shape))
      await copyFile(join(build.folder, 'rtl', file), join(dataDir, file));
    for (const [file, text] of testVectors(schedule, runs)) await writeFile(join(dataDir, file), text);
    const result = await simulate({
      ...compiledFrom,
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
    const shown = result.runs.find((r) => !exact(r)) ?? result.runs.at(-1) ?? nothing;
    const passed = result.passed && mismatches.length === 0 && result.runs.every(exact);
    return {
      passed,
      simulator,
      images: images.length,
      runs: result.runs.map(({ inference, explanation, stall, wall, topClass, classUsed }, run) => ({
        ...questions[run]!,
        classUsed,
        topClass,
        inference,
        explanation,
        stall,
        wall,
      })),
      tensorsCompared: tensors,
      valuesCompared: result.runs.reduce((sum, r) => sum + valuesOf(r, schedule.shape), 0),
      mismatches,
      mismatchCount: result.mismatchCount + mismatches.filter((m) => m.kind === 'lowering').length,
      cycles: { inference: shown.inference, explanation: shown.explanation },
      stall: shown.stall,
      expected,
      seconds: (performance.now() - started) / 1000,
      diagnostics: passed ? changedNote(build, changed) : [failure(mismatches[0], changed)],
    };
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Bytes at the activation-write port, mask bits and result words of a run. */
function valuesOf(run: SimulatedRun, { rows, columns }: { rows: number; columns: number }): number {
  return run.activationWrites * rows + run.maskWrites * columns + run.results;
}

type Sources = Readonly<Record<'rtlDir' | 'benchDir', string>>;

const ownSources = ({ folder }: Build): Sources => ({
  rtlDir: join(folder, 'rtl'),
  benchDir: join(folder, 'sim'),
});

/**
 * Where the Verilog is compiled from. Untouched builds of this version of Camber share the shipped sources, so that one simulator
 * serves every build of an array shape with the same parts (the test bench overrides all depths); any other Verilog is compiled as
 * it lies there.
 */
async function sources(build: Build, changed: readonly string[]): Promise<Sources> {
  const isOwn = changed.some((path) => /\.(v|cpp)$/.test(path)) || !(await isShippedRtl(build));
  return isOwn ? ownSources(build) : { rtlDir: rtlFolder, benchDir: join(rtlFolder, 'sim') };
}

/** What lies in `rtl/` and was not put there by `compile`. */
async function addedFiles({ folder, manifest }: Build): Promise<string[]> {
  return (await readdir(join(folder, 'rtl')).catch(() => []))
    .map((file) => `rtl/${file}`)
    .filter((path) => /\.(v|hex)$/.test(path) && !(path in manifest.files));
}

/**
 * What no simulator can do without: the memory images, and, where the build's own Verilog is compiled, the test bench.
 *
 * @throws CompileError CAM603
 */
function refuseMissing({ folder, manifest }: Build, isOwn: boolean): void {
  const images = imageFileNames(manifest.shape).map((file) => `rtl/${file}`);
  const bench = isOwn ? ['sim/camber_tb.v', 'sim/camber_main.cpp'] : [];
  const missing = [...images, ...bench].filter((path) => !existsSync(join(folder, path)));
  if (missing.length > 0)
    fail('CAM603', `${folder} lacks ${missing.join(', ')}.`, 'Compile the model again.');
}

/** `a.v is`, `a.v, b.v are` */
const namedWithVerb = (paths: readonly string[]): string =>
  `${paths.join(', ')} ${paths.length === 1 ? 'is' : 'are'}`;

/**
 * The embedded simulator takes the very files of the build, and only as they were compiled: it stands for what Camber
 * makes. Who changes the RTL has a simulator.
 *
 * @throws CompileError CAM603
 */
function refuseChanged({ folder }: Build, changed: readonly string[]): void {
  const touched = changed.filter((path) => path.startsWith('rtl/'));
  if (touched.length > 0)
    fail(
      'CAM603',
      `${folder}: ${namedWithVerb(touched)} not as compiled, and the embedded simulator runs nothing else.`,
      'Compile the model again, or verify the changed files with --simulator verilator or icarus.',
    );
}

/** A verdict on other files than were compiled says so. */
function changedNote({ folder }: Build, changed: readonly string[]): Diagnostic[] {
  if (changed.length === 0) return [];
  const message = `${folder}: ${namedWithVerb(changed)} not as compiled.`;
  const hint = 'What lies in rtl/ was simulated as it is; to have the files back, compile the model again.';
  return [diagnostic('CAM612', message, hint)];
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

/** What differs, without where: `activation 3 is 7f, not 80`. */
export const describeMismatch = ({ kind, index, actual, expected }: Mismatch): string =>
  kind === 'hang'
    ? 'the run hangs, nothing has moved for 100,000 cycles'
    : `${kind} ${index ?? ''} is ${actual}, not ${expected}`;

function failure(first: NamedMismatch | undefined, changedFiles: readonly string[]): Diagnostic {
  const where = first?.layer === undefined ? '' : ` First in layer ${first.layer}: `;
  const what = first ? `${describeMismatch(first)}.` : '';
  const changed = changedFiles.length === 0 ? '' : ` Changed since compilation: ${changedFiles.join(', ')}.`;
  return diagnostic(
    'CAM607',
    `The RTL differs from its model.${where}${what}${changed}`,
    'Compile again; with --trace a waveform shows where the two part.',
  );
}
