/** External tools, started without a shell. */
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fail } from '../compiler/diagnostics.ts';

export interface ToolRun {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly signal?: AbortSignal;
  /** What the user can do where the tool is missing. */
  readonly installHint: string;
  /** Called with every line the tool prints on stdout. Where it throws, the tool is ended and the run rejects with that. */
  readonly onLine?: (line: string) => void;
  /** Called with every line the tool prints on stderr, where some tools keep their log. */
  readonly onErrorLine?: (line: string) => void;
}

export interface ToolOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** The line that says what went wrong: the first that speaks of an error, else the last that is not empty. */
export function firstErrorLine(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return (
    lines.find((line) => /\b(error|fatal|cannot|not found)\b/i.test(line)) ?? lines.at(-1) ?? 'no message'
  );
}

/** Collects a stream and tells its lines as they come. */
function collect(stream: Readable, onLine: (line: string) => void) {
  let text = '';
  let rest = '';
  stream.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    const lines = (rest + piece).split('\n');
    rest = lines.pop()!;
    for (const line of lines) onLine(line);
  });
  /** At the stream's end: the last line need not have a newline. */
  return () => {
    if (rest !== '') onLine(rest);
    return text;
  };
}

/**
 * Runs a tool to its end.
 *
 * @throws CompileError CAM601 where it is not installed, CAM602 with its own first error line where it fails,
 *   CAM606 where `signal` stops it.
 */
export function runTool(run: ToolRun): Promise<ToolOutput> {
  const { command, args, cwd, signal, installHint, onLine, onErrorLine } = run;
  return new Promise((resolve, reject) => {
    const rejectWith = (...problem: Parameters<typeof fail>) => {
      try {
        fail(...problem);
      } catch (error) {
        reject(error as Error);
      }
    };
    const cancelled = () =>
      rejectWith('CAM606', `${command} was cancelled.`, 'Start it again when you need it.');
    if (signal?.aborted) return cancelled();

    const child = spawn(command, args, { cwd, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    // What is thrown in an event handler has no caller: it would end the process.
    const guarded = (tell: ((line: string) => void) | undefined) => (line: string) => {
      try {
        tell?.(line);
      } catch (error) {
        reject(error as Error);
        child.kill();
      }
    };
    const endOfOutput = collect(child.stdout, guarded(onLine));
    const endOfErrors = collect(child.stderr, guarded(onErrorLine));
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.name === 'AbortError') cancelled();
      else if (error.code === 'ENOENT') rejectWith('CAM601', `${command} is not installed.`, installHint);
      else rejectWith('CAM602', `${command} cannot be started: ${error.message}.`, installHint);
    });
    child.on('close', (code, killedBy) => {
      const [stdout, stderr] = [endOfOutput(), endOfErrors()];
      if (signal?.aborted) cancelled();
      else if (code === 0) resolve({ stdout, stderr });
      else {
        const how = code === null ? `was ended by ${killedBy}` : `failed with exit code ${code}`;
        rejectWith(
          'CAM602',
          `${command} ${how}: ${firstErrorLine(`${stderr}\n${stdout}`)}`,
          `Run it by hand to see all of its messages: ${[command, ...args].join(' ')}`,
        );
      }
    });
  });
}
