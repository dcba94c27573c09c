import { Command, CommanderError } from 'commander';
import { CompileError, diagnostic, formatDiagnostic, type Diagnostic } from '../compiler/diagnostics.ts';
import type { CliCommand, Outcome } from './command.ts';
import { progressLine } from './progress.ts';
import type { Streams } from './streams.ts';

/** Exit codes of every command. */
export const exitCodes = {
  success: 0,
  /** The model or another input is at fault, or a verification failed. */
  input: 1,
  /** Wrong usage. */
  usage: 2,
  /** A bug in Camber (EX_SOFTWARE of sysexits.h). */
  internal: 70,
  /** Ctrl+C, as shells have it. */
  interrupted: 130,
} as const;

/**
 * Runs the command line.
 *
 * @param args without the program's name
 * @returns the exit code
 */
export async function runCli(
  args: readonly string[],
  commands: readonly CliCommand[],
  version: string,
  streams: Streams,
  signal: AbortSignal,
): Promise<number> {
  let exitCode: number = exitCodes.success;
  const program = new Command('camber')
    .description('Compiles ONNX image classifiers to static GradCAM schedules and FPGA accelerators.')
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: streams.out, writeErr: streams.err });
  for (const command of commands) {
    const parser = program.command(`${command.name} ${command.positional}`).description(command.description);
    command.configure(parser);
    parser.option('--json', 'machine output on stdout, progress on stderr');
    parser.action(async (argument: string, options: { readonly json?: boolean }) => {
      exitCode = await runCommand(command, argument, options, streams, signal);
    });
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitCodes.success : exitCodes.usage;
  }
}

async function runCommand(
  command: CliCommand,
  argument: string,
  options: { readonly json?: boolean },
  streams: Streams,
  signal: AbortSignal,
): Promise<number> {
  const { schemaVersion } = command;
  const writeJson = (json: object) => streams.out(`${JSON.stringify({ schemaVersion, ...json })}\n`);
  const problem = (d: Diagnostic) => streams.err(`${formatDiagnostic(d)}\n`);
  const progress = progressLine(streams);
  try {
    const outcome: Outcome = await command.run(argument, options as never, {
      progress: progress.show,
      signal,
    });
    progress.end();
    if (options.json) writeJson({ ...outcome.json, diagnostics: outcome.diagnostics });
    else {
      outcome.diagnostics.forEach(problem);
      streams.out(`${outcome.text}\n`);
    }
    return outcome.failed ? exitCodes.input : exitCodes.success;
  } catch (error) {
    progress.end();
    const diagnostics = problemsOf(error, signal);
    if (diagnostics === undefined) {
      streams.err(
        `Internal error, please report it: ${error instanceof Error ? error.stack : String(error)}\n`,
      );
      return exitCodes.internal;
    }
    if (options.json) writeJson({ diagnostics });
    else diagnostics.forEach(problem);
    return signal.aborted ? exitCodes.interrupted : exitCodes.input;
  }
}

/** The diagnostics behind an error; undefined where it is a bug of ours. */
function problemsOf(error: unknown, signal: AbortSignal): readonly Diagnostic[] | undefined {
  if (error instanceof CompileError) return error.diagnostics;
  if (signal.aborted) return [diagnostic('CAM606', 'Cancelled', 'Nothing was written.')];
  return undefined;
}
