/** External tools, started without a shell. */
import { spawn } from 'node:child_process';
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

/**
 * Runs a tool to its end.
 *
 * @throws CompileError CAM601 where it is not installed, CAM602 with its own first error line where it fails,
 *   CAM606 where `signal` stops it.
 */
export function runTool(run: ToolRun): Promise<ToolOutput> {
  const { command, args, cwd, signal, installHint, onLine } = run;
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
    let stdout = '';
    let stderr = '';
    let rest = '';
    // What is thrown in an event handler has no caller: it would end the process.
    const tell = (line: string): void => {
      try {
        onLine?.(line);
      } catch (error) {
        reject(error as Error);
        child.kill();
      }
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines) tell(line);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.name === 'AbortError') cancelled();
      else if (error.code === 'ENOENT') rejectWith('CAM601', `${command} is not installed.`, installHint);
      else rejectWith('CAM602', `${command} cannot be started: ${error.message}.`, installHint);
    });
    child.on('close', (code, killedBy) => {
      if (rest !== '') tell(rest);
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
