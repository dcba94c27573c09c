/**
 * Synthesis of the engine by Yosys, with its memories boxed. The units that the engine repeats are synthesised once,
 * in a thread of their own, while another does everything around them; results are kept by the content that made them.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type EngineUnit, engineUnits, unitModules } from '../compiler/report/engine-units.ts';
import type { ResourceCount } from '../compiler/report/resource-count.ts';
import { countCells, families, type Family } from '../compiler/report/families.ts';
import type { EngineParameters } from '../compiler/report/engine-parameters.ts';
import { rtlFolder } from './assets.ts';
import { readTextIfPresent, writeOutput } from './files.ts';
import { embeddedYosysVersion, parameterArguments, runNativeYosys, runYosys } from './yosys.ts';

type Rtl = ReadonlyMap<string, string>;

/** Cells by type. */
export type Cells = Readonly<Record<string, number>>;

export interface CountedUnit extends EngineUnit {
  /** Of one. */
  readonly cells: Cells;
}

export interface Synthesis {
  /** The engine without its boxed memories. */
  readonly engine: ResourceCount;
  readonly units: readonly CountedUnit[];
  /** Everything around the units. */
  readonly rest: Cells;
  /** As in `Yosys 0.55 (embedded)`. */
  readonly tool: string;
  /** Yosys has the version that the estimate was fitted with. */
  readonly comparable: boolean;
  readonly seconds: number;
  readonly cached: boolean;
}

export interface SynthesisOptions {
  /** Runs the installed Yosys instead of the embedded one. */
  readonly native?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (message: string) => void;
  /** Where results and logs are kept; the user's cache folder where absent. */
  readonly cacheDir?: string;
}

const memories = ['camber_memory.v', 'camber_rom.v', 'camber_table.v'];
const boxes = 'camber_boxed_memories.v';
const unitBench = 'camber_units.v';
const statistics = 'stat.json';
const instances = 'instances.il';

/** Where results of synthesis are kept, if the caller names no other place. */
function synthesisCacheDir(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'camber', 'synthesis');
}

/** A run of Yosys and what it leaves. */
interface Task {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly script: string;
  readonly outputs: readonly string[];
}

interface Done {
  readonly outputs: Readonly<Record<string, string>>;
  readonly version: string;
  readonly seconds: number;
  readonly cached: boolean;
}

const stageMark = /^camber stage (\S+)$/m;

/** The family's synthesis stage by stage, so that progress can be told; equal to the command without `-run`. */
function stagesOf(family: Family): string[] {
  const { synthesise, stages } = families[family];
  return stages.flatMap((stage, i) => [
    `log camber stage ${i + 1}/${stages.length}:${stage}`,
    `${synthesise} -run ${stage}:${stages[i + 1] ?? ''}`,
  ]);
}

/** The engine with units and memories as boxes. The design must be free of latches and double drivers. */
async function restTask(
  rtl: Rtl,
  parameters: EngineParameters,
  family: Family,
  flat: boolean,
): Promise<Task> {
  const files = Object.fromEntries([
    ...[...rtl].filter(([name]) => !memories.includes(name)),
    [boxes, await readFile(join(rtlFolder, 'synth', boxes), 'utf8')],
  ]) as Record<string, string>;
  const script = [
    `read_verilog -defer ${Object.keys(files).join(' ')}`,
    `hierarchy -check -top camber_top ${parameterArguments(parameters)}`,
    ...(flat ? [] : unitModules.map((module) => `blackbox *${module}*`)),
    ...stagesOf(family),
    'select -assert-none t:$dlatch t:$_DLATCH_* t:LDCE t:LDPE',
    `tee -q -o ${statistics} stat -json`,
    '',
  ].join('\n');
  return { name: flat ? 'engine' : 'engine without its units', files, script, outputs: [statistics] };
}

/** The Verilog files that a module needs, itself included: files are called like the one module they hold. */
function filesOf(module: string, rtl: Rtl, found = new Map<string, string>()): Map<string, string> {
  const file = `${module}.v`;
  const text = rtl.get(file);
  if (text === undefined || found.has(file)) return found;
  found.set(file, text);
  for (const [name] of text.matchAll(/\bcamber_\w+/g)) filesOf(name, rtl, found);
  return found;
}

/** Units side by side, unconnected, each a module of the result. */
function unitTask(rtl: Rtl, units: readonly EngineUnit[], family: Family): Task {
  const bench = units.map(({ module, parameters }, i) => {
    const values = Object.entries(parameters)
      .map(([name, value]) => `.${name}(${value})`)
      .join(', ');
    return `    (* keep *) ${module} #(${values}) unit_${i} ();`;
  });
  const files = Object.fromEntries([
    ...new Map(units.flatMap(({ module }) => [...filesOf(module, rtl)])),
    [unitBench, `module camber_units;\n${bench.join('\n')}\nendmodule\n`],
  ]) as Record<string, string>;
  const script = [
    `read_verilog -defer ${Object.keys(files).join(' ')}`,
    'hierarchy -check -top camber_units',
    `dump -o ${instances} camber_units`,
    ...unitModules.map((module) => `setattr -mod -set keep_hierarchy 1 *${module}*`),
    ...stagesOf(family),
    'select -assert-none t:$dlatch t:$_DLATCH_* t:LDCE t:LDPE',
    `tee -q -o ${statistics} stat -json`,
    '',
  ].join('\n');
  return { name: 'units', files, script, outputs: [statistics, instances] };
}

/** Path of a task's kept result and log, without their endings. */
function nameOf(
  { files, script }: Task,
  { native = false, cacheDir = synthesisCacheDir() }: SynthesisOptions,
) {
  const key = createHash('sha256').update(JSON.stringify([embeddedYosysVersion, native, script, files]));
  return join(cacheDir, key.digest('hex').slice(0, 32));
}

async function kept(task: Task, options: SynthesisOptions): Promise<Done | undefined> {
  const text = await readTextIfPresent(`${nameOf(task, options)}.json`);
  return text === undefined ? undefined : { ...(JSON.parse(text) as Done), cached: true };
}

/** Runs a task, or takes what an earlier run of the same content left. */
async function runTask(task: Task, options: SynthesisOptions): Promise<Done> {
  const earlier = await kept(task, options);
  if (earlier) return earlier;
  const { native = false, signal, onProgress } = options;
  const { files, script } = task;
  const name = nameOf(task, options);
  const started = performance.now();
  let stage = '';
  const result = await (native ? runNativeYosys : runYosys)({
    files,
    script,
    outputs: task.outputs,
    signal,
    onProgress: (pass) => onProgress?.(`${task.name}, ${stage} ${pass}`),
    onLine: (line) => {
      stage = stageMark.exec(line)?.[1] ?? stage;
    },
    keepLog: async (log) => {
      await writeOutput(`${name}.log`, log);
      return `${name}.log`;
    },
  });
  const seconds = (performance.now() - started) / 1000;
  const done: Done = { outputs: result.files, version: result.version, seconds, cached: false };
  await writeOutput(`${name}.json`, JSON.stringify(done));
  await writeOutput(`${name}.log`, result.log);
  return done;
}

interface Statistics {
  readonly modules: Readonly<Record<string, { readonly num_cells_by_type: Cells }>>;
  readonly design: { readonly num_cells_by_type: Cells };
}

const statisticsOf = ({ outputs }: Done) => JSON.parse(outputs[statistics]!) as Statistics;

/** Boxes and scopes are no cells of the device. */
const deviceCells = (cells: Cells): Cells =>
  Object.fromEntries(Object.entries(cells).filter(([type]) => /^[A-Z]/.test(type)));

function countUnits(units: readonly EngineUnit[], done: Done): readonly CountedUnit[] {
  const { modules } = statisticsOf(done);
  const types = new Map(
    [...done.outputs[instances]!.matchAll(/^ *cell (\S+) \\unit_(\d+)$/gm)].map(([, type, index]) => [
      Number(index),
      type!,
    ]),
  );
  return units.map((unit, i) => ({ ...unit, cells: deviceCells(modules[types.get(i)!]!.num_cells_by_type) }));
}

/** Cells of each unit. @throws CompileError CAM601, CAM602, CAM606 */
export async function synthesiseUnits(
  rtl: Rtl,
  units: readonly EngineUnit[],
  family: Family,
  options: SynthesisOptions = {},
): Promise<readonly CountedUnit[]> {
  return countUnits(units, await runTask(unitTask(rtl, units, family), options));
}

const sum = (parts: readonly (readonly [cells: Cells, times: number])[]): Cells => {
  const total: Record<string, number> = {};
  for (const [cells, times] of parts)
    for (const [type, n] of Object.entries(cells)) total[type] = (total[type] ?? 0) + n * times;
  return total;
};

/** Both halves of an engine: what lies around the units, and the units. */
const halves = async (rtl: Rtl, parameters: EngineParameters, family: Family) =>
  [await restTask(rtl, parameters, family, false), unitTask(rtl, engineUnits(parameters), family)] as const;

function combine(
  parameters: EngineParameters,
  family: Family,
  native: boolean,
  [rest, ofUnits]: readonly [Done, Done],
  seconds: number,
): Synthesis {
  const units = countUnits(engineUnits(parameters), ofUnits);
  const around = deviceCells(statisticsOf(rest).design.num_cells_by_type);
  const cells = sum([[around, 1], ...units.map((unit) => [unit.cells, unit.count] as const)]);
  return {
    engine: countCells(cells, family),
    units,
    rest: around,
    tool: `Yosys ${rest.version} (${native ? 'native' : 'embedded'})`,
    comparable: rest.version === embeddedYosysVersion,
    seconds,
    cached: rest.cached && ofUnits.cached,
  };
}

/** The result of an earlier `synthesise` of the same engine; undefined where there was none. */
export async function keptSynthesis(
  rtl: Rtl,
  parameters: EngineParameters,
  family: Family,
  options: SynthesisOptions = {},
): Promise<Synthesis | undefined> {
  const [rest, units] = await Promise.all(
    (await halves(rtl, parameters, family)).map((task) => kept(task, options)),
  );
  if (!rest || !units) return undefined;
  const seconds = Math.max(rest.seconds, units.seconds);
  return combine(parameters, family, options.native ?? false, [rest, units], seconds);
}

/**
 * Synthesises the engine.
 *
 * @param rtl the engine's Verilog by file name
 * @param parameters of `camber_top` (`topParameters`)
 * @throws CompileError CAM601, CAM602, CAM606
 */
export async function synthesise(
  rtl: Rtl,
  parameters: EngineParameters,
  family: Family,
  options: SynthesisOptions = {},
): Promise<Synthesis> {
  const earlier = await keptSynthesis(rtl, parameters, family, options);
  if (earlier) return earlier;
  // Where one run fails the other is of no use.
  const other = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, other.signal]) : other.signal;
  const started = performance.now();
  const [rest, units] = await halves(rtl, parameters, family);
  const run = (task: Task) => runTask(task, { ...options, signal });
  try {
    const done = await Promise.all([run(rest), run(units)]);
    const seconds = (performance.now() - started) / 1000;
    return combine(parameters, family, options.native ?? false, done, seconds);
  } catch (error) {
    other.abort();
    throw error;
  }
}

/** The engine in one piece, to compare: slower, for every unit is synthesised again. */
export async function synthesiseFlat(
  rtl: Rtl,
  parameters: EngineParameters,
  family: Family,
  options: SynthesisOptions = {},
): Promise<Cells> {
  const done = await runTask(await restTask(rtl, parameters, family, true), options);
  return deviceCells(statisticsOf(done).design.num_cells_by_type);
}
