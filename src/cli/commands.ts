import type { CliCommand } from './command.ts';
import { inspect } from './commands/inspect.ts';

/** Every command of the program, in the order of `camber --help`. */
export const commands: readonly CliCommand[] = [inspect];
