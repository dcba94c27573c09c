/** The netlist of the Verilog in a folder, by the embedded Yosys. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readTextIfPresent, writeOutput } from '../files.ts';
import { embeddedYosysVersion, parameterArguments, runYosys } from '../yosys.ts';

export interface NetlistRequest {
  readonly top: string;
  /** Verilog and memory images by name. */
  readonly files: Readonly<Record<string, string>>;
  /** Values of the top module's parameters; its own defaults otherwise. */
  readonly parameters: ReadonlyMap<string, number>;
  /** Nets that must stay. */
  readonly observed: readonly string[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (pass: string) => void;
}

const output = 'netlist.json';

/** Yosys commands that give a flat netlist of word-level cells; `observed` nets stay. */
function netlistScript(
  top: string,
  verilog: readonly string[],
  parameters: ReadonlyMap<string, number>,
  observed: readonly string[],
): string {
  return [
    `read_verilog -defer ${verilog.join(' ')}`,
    `hierarchy -check -top ${top} ${parameterArguments(parameters)}`,
    'proc',
    'flatten',
    ...observed.map((net) => `setattr -set keep 1 w:${net}`),
    'opt_expr',
    'opt_clean',
    'opt_merge',
    'opt_muxtree',
    'wreduce',
    'peepopt',
    'opt_expr',
    'opt_dff',
    'opt_clean',
    `write_json ${output}`,
    '',
  ].join('\n');
}

/** What a netlist is kept under: the content that it is made of. */
export function netlistKey({ top, files, parameters, observed }: NetlistRequest): string {
  const content = [embeddedYosysVersion, top, files, [...parameters], observed];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 32);
}

/**
 * A flat netlist of word-level cells, as JSON. Kept in `cacheDir`.
 *
 * @throws CompileError CAM602 with Yosys's own error line, CAM606
 */
export async function netlist(request: NetlistRequest, cacheDir: string): Promise<string> {
  const { top, files, parameters, observed, signal, onProgress } = request;
  const name = join(cacheDir, `netlist-${netlistKey(request)}.json`);
  const kept = await readTextIfPresent(name);
  if (kept !== undefined) return kept;
  const verilog = Object.keys(files).filter((file) => file.endsWith('.v'));
  const result = await runYosys({
    files,
    script: netlistScript(top, verilog, parameters, observed),
    outputs: [output],
    ...(signal ? { signal } : {}),
    ...(onProgress ? { onProgress } : {}),
  });
  const json = result.files[output]!;
  // Without a place to keep it, the next run takes as long.
  await writeOutput(name, json).catch(() => undefined);
  return json;
}
