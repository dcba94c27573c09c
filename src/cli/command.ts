import type { Command as Parser } from 'commander';
import type { Diagnostic } from '../compiler/diagnostics.ts';

/** What a command gives. The frame prints `text`, or with --json `json`, `schemaVersion` and `diagnostics`. */
export interface Outcome {
  readonly json: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** Warnings and notes; problems that stop a command are thrown as CompileError. */
  readonly diagnostics: readonly Diagnostic[];
  /** True where the command did its work and the answer is a failure (a verification with differences). */
  readonly failed?: boolean;
}

/** What a command gets from the frame. */
export interface Context {
  /**
   * Reports progress; goes to stderr.
   *
   * @param fraction share of the whole work that is done
   */
  readonly progress: (stage: string, fraction?: number) => void;
  /** Aborted by Ctrl+C. */
  readonly signal: AbortSignal;
}

/** One command of the table in `commands.ts`. */
export interface CliCommand {
  readonly name: string;
  readonly description: string;
  /** Positional arguments as commander writes them: `<model>`. */
  readonly positional: string;
  /** Version of the JSON output. */
  readonly schemaVersion: number;
  /** Declares the options. */
  readonly configure: (parser: Parser) => void;
  readonly run: (argument: string, options: never, context: Context) => Promise<Outcome>;
}
