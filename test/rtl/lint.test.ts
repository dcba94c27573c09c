import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needs } from '../support/tools.ts';
import { rtlDir } from './support/simulation.ts';

const sources = readdirSync(rtlDir)
  .filter((file) => file.endsWith('.v'))
  .map((file) => join(rtlDir, file));
const testBench = join(rtlDir, 'sim', 'camber_tb.v');

/** What a tool says, all of it: clean means nothing. */
function output(command: string, ...args: string[]): string {
  const { stdout, stderr, status } = spawnSync(command, args, { encoding: 'utf8' });
  return `${stdout}${stderr}${status === 0 ? '' : `exit code ${status}`}`;
}

needs('verilator')('Verilator lint', () => {
  it.each([4, 8, 16, 32])(
    '-Wall is silent about the engine at array size %i, single and packed products',
    (size) => {
      for (const packed of [0, 1]) {
        const shape = [`-GROWS=${size}`, `-GCOLUMNS=${size}`, `-GLANES=${size / 2}`, `-GPACKED=${packed}`];
        expect(
          output('verilator', '--lint-only', '-Wall', '--top-module', 'camber_top', ...shape, ...sources),
        ).toBe('');
      }
    },
  );
});

needs('iverilog')('Icarus lint', () => {
  it.each([4, 8, 16, 32])('-Wall is silent about the engine and the test bench at array size %i', (size) => {
    const shape = (top: string) => [
      `-P${top}.ROWS=${size}`,
      `-P${top}.COLUMNS=${size}`,
      `-P${top}.LANES=${size / 2}`,
    ];
    expect(
      output(
        'iverilog',
        '-Wall',
        '-g2001',
        '-t',
        'null',
        '-s',
        'camber_top',
        ...shape('camber_top'),
        ...sources,
      ),
    ).toBe('');
    // Only the test bench has delays, so only it has a time scale.
    const bench = [
      '-Wall',
      '-Wno-timescale',
      '-g2005',
      '-t',
      'null',
      '-s',
      'camber_tb',
      ...shape('camber_tb'),
    ];
    expect(output('iverilog', ...bench, ...sources, testBench)).toBe('');
  });
});

describe('lint waivers', () => {
  it('each one in the engine is closed again and has its reason in a comment before it', () => {
    for (const source of sources) {
      const lines = readFileSync(source, 'utf8').split('\n');
      let open = 0;
      lines.forEach((line, i) => {
        if (line.includes('lint_off')) {
          expect(lines[i - 1], `${source}:${i + 1}`).toMatch(/^\s*\/\/ .*\.$/);
          open++;
        }
        if (line.includes('lint_on')) open--;
      });
      expect(open, source).toBe(0);
    }
  });
});
