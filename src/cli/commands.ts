import type { CliCommand } from './command.ts';
import { compile } from './commands/compile.ts';
import { explain } from './commands/explain.ts';
import { explore } from './commands/explore.ts';
import { exportCommand } from './commands/export.ts';
import { inspect } from './commands/inspect.ts';
import { synth } from './commands/synth.ts';
import { verify } from './commands/verify.ts';

/** Every command of the program, in the order of `camber --help`. */
export const commands: readonly CliCommand[] = [
  inspect,
  explain,
  exportCommand,
  compile,
  verify,
  synth,
  explore,
];
