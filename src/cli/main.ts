#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { commands } from './commands.ts';
import { exitCodes, runCli } from './program.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const interrupt = new AbortController();
process.once('SIGINT', () => {
  interrupt.abort();
  // A second Ctrl+C, or work that does not heed the first for two seconds, ends the process.
  process.once('SIGINT', () => process.exit(exitCodes.interrupted));
  setTimeout(() => process.exit(exitCodes.interrupted), 2000).unref();
});
// A reader that closes early (`camber inspect ... | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const streams = {
  out: (text: string) => void process.stdout.write(text),
  err: (text: string) => void process.stderr.write(text),
  terminal: process.stderr.isTTY,
  columns: () => process.stderr.columns,
};
process.exitCode = await runCli(process.argv.slice(2), commands, version, streams, interrupt.signal);
