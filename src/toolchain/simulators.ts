/** How each simulator turns the RTL and the test bench into a program, and how that program is run. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CompileError, fail } from '../compiler/diagnostics.ts';
import type { EngineShape } from '../compiler/schedule/operation.ts';
import { runTool } from './process.ts';
import { engineParameters, type TraceFormat } from './simulation.ts';

export interface SimulatorBuild {
  /** Folder with the engine's Verilog files. */
  readonly rtlDir: string;
  /** Folder with the test bench. */
  readonly benchDir: string;
  readonly shape: EngineShape;
  /** Two products per multiplier. */
  readonly packed: boolean;
  /** Optional parts of the engine by parameter, 0 where left out (`partsOf`); all are there by default. */
  readonly parts?: readonly (readonly [string, 0 | 1])[];
  /** With waveforms, of this form. */
  readonly trace?: TraceFormat;
  readonly signal?: AbortSignal;
}

export interface Simulator {
  readonly installHint: string;
  /** How the program tells its version, and the oldest that will do. */
  readonly version: { readonly command: string; readonly argument: string; readonly oldest: number };
  /** Builds the program into the empty folder `into`. */
  readonly build: (build: SimulatorBuild, sources: readonly string[], into: string) => Promise<void>;
  /** Program and arguments that run it, plusargs to be added. */
  readonly run: (folder: string, trace?: TraceFormat) => readonly [command: string, ...args: string[]];
}

const parameters = ({ shape, packed, parts }: SimulatorBuild) => engineParameters(shape, packed, parts);

const verilatorTrace: Readonly<Record<TraceFormat, string>> = { vcd: '--trace', fst: '--trace-fst' };

const verilator: Simulator = {
  version: { command: 'verilator', argument: '--version', oldest: 5 },
  installHint:
    'Install Verilator 5 (Debian: apt-get install verilator), or leave it to the embedded simulator: --simulator embedded.',
  async build(build, sources, into) {
    await runTool({
      command: 'verilator',
      args: [
        ...['--cc', '--exe', '--build', '-O3', '--x-assign', 'fast', '--x-initial', 'fast'],
        // Lint has its own test, with -Wall; style warnings of the test bench say nothing here.
        ...['-Wno-fatal', '-Wno-lint', '-Wno-style', '-Wno-TIMESCALEMOD'],
        ...(build.trace ? [verilatorTrace[build.trace], '+define+CAMBER_TRACE'] : []),
        ...['--top-module', 'camber_tb', '-CFLAGS', '-O2', '--Mdir', into],
        ...parameters(build).map(([name, value]) => `-G${name}=${value}`),
        ...sources,
        join(build.benchDir, 'camber_main.cpp'),
      ],
      installHint: verilator.installHint,
      signal: build.signal,
    });
  },
  run: (folder) => [join(folder, 'Vcamber_tb')],
};

const icarus: Simulator = {
  version: { command: 'iverilog', argument: '-V', oldest: 10 },
  installHint:
    'Install Icarus Verilog (Debian: apt-get install iverilog), or leave it to the embedded simulator: --simulator embedded.',
  async build(build, sources, into) {
    await runTool({
      command: 'iverilog',
      args: [
        ...['-g2005', '-s', 'camber_tb', '-o', join(into, 'camber_tb.vvp')],
        ...(build.trace ? ['-DCAMBER_TRACE'] : []),
        ...parameters(build).map(([name, value]) => `-Pcamber_tb.${name}=${value}`),
        ...sources,
      ],
      installHint: icarus.installHint,
      signal: build.signal,
    });
  },
  run: (folder, trace) => ['vvp', '-n', join(folder, 'camber_tb.vvp'), ...(trace === 'fst' ? ['-fst'] : [])],
};

export const simulators = { verilator, icarus } as const satisfies Record<string, Simulator>;
/** Simulators that must be installed. */
export type InstalledSimulator = keyof typeof simulators;
/** All simulators; the embedded one comes with Camber. */
export const simulatorNames = ['verilator', 'icarus', 'embedded'] as const;
export type SimulatorName = (typeof simulatorNames)[number];

/**
 * Makes sure that a simulator is there and new enough.
 *
 * @throws CompileError CAM601, CAM602, CAM606
 */
async function checkInstalled(name: InstalledSimulator, signal?: AbortSignal): Promise<void> {
  const { version, installHint } = simulators[name];
  const { command, argument, oldest } = version;
  const { stdout } = await runTool({ command, args: [argument], installHint, ...(signal ? { signal } : {}) });
  const [text, major] = /(\d+)\.\d+/.exec(stdout) ?? [];
  if (text !== undefined && Number(major) < oldest)
    fail('CAM601', `${command} ${text} is too old: version ${oldest} or newer is needed.`, installHint);
}

/** Verilator where it is installed and new enough, for it is the fastest on long runs; else the embedded simulator. */
export async function defaultSimulator(signal?: AbortSignal): Promise<SimulatorName> {
  try {
    await checkInstalled('verilator', signal);
    return 'verilator';
  } catch (error) {
    if (!(error instanceof CompileError) || signal?.aborted) throw error;
    return 'embedded';
  }
}

/** The engine's Verilog files and the test bench, in a fixed order. */
async function rtlSources(rtlDir: string, benchDir: string): Promise<string[]> {
  const files = (await readdir(rtlDir)).filter((file) => file.endsWith('.v')).sort();
  return [...files.map((file) => join(rtlDir, file)), join(benchDir, 'camber_tb.v')];
}

/** Where built simulators are kept, if the caller names no other place. */
export function defaultCacheDir(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'camber', 'simulators');
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/**
 * The folder of a built simulator, made where the cache has none for this RTL, shape and parts. One build serves all
 * networks of that kind: schedule, weights and test vectors are files read at start.
 *
 * @throws CompileError CAM601, CAM602, CAM606
 */
export async function buildSimulator(
  name: InstalledSimulator,
  build: SimulatorBuild,
  cacheDir: string = defaultCacheDir(),
): Promise<string> {
  const sources = await rtlSources(build.rtlDir, build.benchDir);
  const hash = createHash('sha256').update(JSON.stringify([name, parameters(build), build.trace]));
  for (const source of [...sources, join(build.benchDir, 'camber_main.cpp')])
    hash.update(await readFile(source));
  const { rows, columns } = build.shape;
  const folder = join(cacheDir, `${name}-${rows}x${columns}-${hash.digest('hex').slice(0, 16)}`);
  if (await exists(folder)) return folder;

  await checkInstalled(name, build.signal);
  await mkdir(cacheDir, { recursive: true });
  // Each build has a folder of its own: workers of one process may make the same simulator at the same time.
  const unfinished = await mkdtemp(`${folder}.`);
  try {
    await simulators[name].build(build, sources, unfinished);
    await rename(unfinished, folder).catch(async (error: unknown) => {
      // Another may have finished the same build first.
      if (!(await exists(folder))) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return folder;
}
