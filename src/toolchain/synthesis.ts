/** Synthesis of the engine by Yosys, with its memories boxed; results are kept by the content that made them. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ResourceCount } from '../compiler/report/resource-count.ts';
import { countCells, families, type Family } from '../compiler/report/families.ts';
import { rtlFolder } from './assets.ts';
import { readTextIfPresent, writeOutput } from './files.ts';
import { embeddedYosysVersion, runNativeYosys, runYosys } from './yosys.ts';

export interface Synthesis {
  /** The engine without its boxed memories. */
  readonly engine: ResourceCount;
  readonly cells: Readonly<Record<string, number>>;
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
  readonly onProgress?: (pass: string) => void;
  /** Where results and logs are kept; the user's cache folder where absent. */
  readonly cacheDir?: string;
}

const boxed = ['camber_memory.v', 'camber_rom.v', 'camber_table.v'];
const statistics = 'stat.json';

/** Where results of synthesis are kept, if the caller names no other place. */
export function synthesisCacheDir(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'camber', 'synthesis');
}

/** Yosys commands for `camber_top` with these parameters. The design must be free of latches and double drivers. */
function synthesisScript(
  files: readonly string[],
  parameters: ReadonlyMap<string, number>,
  family: Family,
): string {
  const values = [...parameters].map(([name, value]) => `-chparam ${name} ${value}`).join(' ');
  return [
    `read_verilog -defer ${files.join(' ')}`,
    `hierarchy -check -top camber_top ${values}`,
    families[family].synthesise,
    'select -assert-none t:$dlatch t:$_DLATCH_* t:LDCE t:LDPE',
    `tee -q -o ${statistics} stat -json`,
    '',
  ].join('\n');
}

interface Request {
  readonly files: Readonly<Record<string, string>>;
  readonly script: string;
  /** Path of the kept result and log, without their endings. */
  readonly name: string;
}

async function request(
  rtl: ReadonlyMap<string, string>,
  parameters: ReadonlyMap<string, number>,
  family: Family,
  { native = false, cacheDir = synthesisCacheDir() }: SynthesisOptions,
): Promise<Request> {
  const boxes = 'camber_boxed_memories.v';
  const files = Object.fromEntries([
    ...[...rtl].filter(([name]) => !boxed.includes(name)),
    [boxes, await readFile(join(rtlFolder, 'synth', boxes), 'utf8')],
  ]) as Record<string, string>;
  const script = synthesisScript(Object.keys(files), parameters, family);
  const key = createHash('sha256').update(JSON.stringify([embeddedYosysVersion, native, script, files]));
  return { files, script, name: join(cacheDir, key.digest('hex').slice(0, 32)) };
}

async function kept(name: string): Promise<Synthesis | undefined> {
  const text = await readTextIfPresent(`${name}.json`);
  return text === undefined ? undefined : { ...(JSON.parse(text) as Synthesis), cached: true };
}

/** The result of an earlier `synthesise` of the same engine; undefined where there was none. */
export async function keptSynthesis(
  rtl: ReadonlyMap<string, string>,
  parameters: ReadonlyMap<string, number>,
  family: Family,
  options: SynthesisOptions = {},
): Promise<Synthesis | undefined> {
  return kept((await request(rtl, parameters, family, options)).name);
}

/**
 * Synthesises the engine.
 *
 * @param rtl the engine's Verilog by file name
 * @param parameters of `camber_top` (`topParameters`)
 * @throws CompileError CAM601, CAM602, CAM606
 */
export async function synthesise(
  rtl: ReadonlyMap<string, string>,
  parameters: ReadonlyMap<string, number>,
  family: Family,
  options: SynthesisOptions = {},
): Promise<Synthesis> {
  const { native = false, signal, onProgress } = options;
  const { files, script, name } = await request(rtl, parameters, family, options);
  const earlier = await kept(name);
  if (earlier) return earlier;

  const started = performance.now();
  const result = await (native ? runNativeYosys : runYosys)({
    files,
    script,
    outputs: [statistics],
    signal,
    onProgress,
    keepLog: async (log) => {
      await writeOutput(`${name}.log`, log);
      return `${name}.log`;
    },
  });
  const { design } = JSON.parse(result.files[statistics]!) as {
    design: { num_cells_by_type: Record<string, number> };
  };
  const cells = design.num_cells_by_type;
  const synthesis: Synthesis = {
    engine: countCells(cells, family),
    cells,
    tool: `Yosys ${result.version} (${native ? 'native' : 'embedded'})`,
    comparable: result.version === embeddedYosysVersion,
    seconds: (performance.now() - started) / 1000,
    cached: false,
  };
  await writeOutput(`${name}.json`, JSON.stringify(synthesis));
  await writeOutput(`${name}.log`, result.log);
  return synthesis;
}
