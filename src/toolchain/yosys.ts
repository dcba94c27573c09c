/** Yosys: the WebAssembly build that comes with Camber, in a worker thread, or a native one. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { fail } from '../compiler/diagnostics.ts';
import { yosysBundle, yosysWorker } from './assets.ts';
import { firstErrorLine, runTool } from './process.ts';

/** The embedded version, with which the resource estimate was fitted. */
export const embeddedYosysVersion = '0.55';

export interface YosysRun {
  /** Verilog and data by name; a flat folder. */
  readonly files: Readonly<Record<string, string>>;
  /** Yosys commands, one a line. */
  readonly script: string;
  /** Names of the files the script writes that are wanted. */
  readonly outputs: readonly string[];
  readonly signal?: AbortSignal;
  /** Called with the name of each pass as it starts. */
  readonly onProgress?: (pass: string) => void;
  /** Called with each line of the log. */
  readonly onLine?: (line: string) => void;
  /** Where the log of a failed run is kept; the diagnostic names it. */
  readonly keepLog?: (log: string) => Promise<string>;
}

export interface YosysResult {
  readonly files: Readonly<Record<string, string>>;
  readonly log: string;
  /** As in `Yosys 0.55`. */
  readonly version: string;
}

/** Parameters of the top module, as arguments of `hierarchy`. */
export const parameterArguments = (parameters: Iterable<readonly [string, number]>): string =>
  [...parameters].map(([name, value]) => `-chparam ${name} ${value}`).join(' ');

const scriptFile = 'camber.ys';
const installHint = 'Install Yosys, or leave out --native: a WebAssembly build comes with Camber.';

/** `Yosys 0.55 (git sha1 ...)` in a log or from `yosys -V`. */
const versionIn = (text: string): string => /Yosys (\d+\.\d+)/.exec(text)?.[1] ?? 'of unknown version';

type Message = { log: string } | { files: Record<string, string> } | { failed: string };

/** Splits a log into lines as it comes and reports the passes: `3.2.1. Executing PROC pass (...)`. */
function passReporter({ onProgress, onLine }: YosysRun): (text: string) => void {
  let rest = '';
  let last = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      onLine?.(line);
      const pass = /^[\d.]+ Executing (.+?)(?: pass\b|\.| \()/.exec(line)?.[1];
      if (pass === undefined || pass === last) continue;
      last = pass;
      onProgress?.(pass);
    }
  };
}

async function failed(run: YosysRun, log: string, how: string): Promise<never> {
  const place = log === '' ? undefined : await run.keepLog?.(log);
  const message = /^.*\bERROR: .*$/m.exec(log)?.[0] ?? (log === '' ? how : firstErrorLine(log));
  const memory = /memory|OUT_OF_MEMORY|unreachable/i.test(how)
    ? 'It may have run out of memory: try a smaller array.'
    : 'Report this as a fault of Camber.';
  fail(
    'CAM602',
    `Yosys failed (${how}): ${message}`,
    place === undefined ? memory : `${memory} Its log: ${place}`,
  );
}

/**
 * Runs the embedded Yosys.
 *
 * @throws CompileError CAM602 with Yosys's own error line and the place of its log; CAM606 at once where `signal`
 *   stops it
 */
export async function runYosys(run: YosysRun): Promise<YosysResult> {
  const { signal } = run;
  const cancelled = () => fail('CAM606', 'Synthesis was cancelled.', 'Start it again when you need it.');
  if (signal?.aborted) cancelled();
  const report = passReporter(run);
  const worker = new Worker(yosysWorker, {
    workerData: {
      bundle: yosysBundle(),
      files: { ...run.files, [scriptFile]: run.script },
      args: [scriptFile],
      outputs: run.outputs,
    },
  });
  let log = '';
  const abort = () => void worker.terminate();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const end = await new Promise<Exclude<Message, { log: string }>>((resolve) => {
      worker.on('message', (message: Message) => {
        if (!('log' in message)) return resolve(message);
        log += message.log;
        report(message.log);
      });
      worker.on('error', (error) => resolve({ failed: String(error) }));
      worker.on('exit', (code) => resolve({ failed: `its thread ended with code ${code}` }));
    });
    if (signal?.aborted) cancelled();
    if ('failed' in end) return await failed(run, log, end.failed);
    return { files: end.files, log, version: versionIn(log) };
  } finally {
    signal?.removeEventListener('abort', abort);
    await worker.terminate();
  }
}

/**
 * Runs the Yosys that is installed.
 *
 * @throws CompileError CAM601, CAM602, CAM606
 */
export async function runNativeYosys(run: YosysRun, command = 'yosys'): Promise<YosysResult> {
  const folder = await mkdtemp(join(tmpdir(), 'camber-yosys-'));
  const report = passReporter(run);
  let log = '';
  try {
    for (const [name, text] of Object.entries({ ...run.files, [scriptFile]: run.script })) {
      await writeFile(join(folder, name), text);
    }
    const { stdout } = await runTool({
      command,
      args: [scriptFile],
      cwd: folder,
      signal: run.signal,
      installHint,
      onLine: (line) => {
        log += `${line}\n`;
        report(`${line}\n`);
      },
    });
    const files = await Promise.all(
      run.outputs.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const),
    );
    return { files: Object.fromEntries(files), log, version: versionIn(stdout) };
  } catch (error) {
    if (log !== '' && !run.signal?.aborted) await run.keepLog?.(log);
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
