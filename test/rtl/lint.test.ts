import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needs } from '../support/tools.ts';
import { optionalParts } from '../../src/compiler/emit/top-parameters.ts';
import { rtlDir } from './support/simulation.ts';

const sources = readdirSync(rtlDir)
  .filter((file) => file.endsWith('.v'))
  .map((file) => join(rtlDir, file));
const shapes: [rows: number, columns: number][] = [
  [4, 4],
  [4, 8],
  [8, 8],
  [8, 16],
  [16, 16],
  [16, 32],
  [32, 32],
];
const testBench = join(rtlDir, 'sim', 'camber_tb.v');

/** What a tool says, all of it: clean means nothing. */
function output(command: string, ...args: string[]): string {
  const { stdout, stderr, status } = spawnSync(command, args, { encoding: 'utf8' });
  return `${stdout}${stderr}${status === 0 ? '' : `exit code ${status}`}`;
}

needs('verilator')('Verilator lint', () => {
  it.each(shapes)(
    '-Wall is silent about the engine at %i x %i: single and packed products, with and without optional parts',
    (rows, columns) => {
      for (const packed of [0, 1]) {
        // The other extreme, all parts without packing, is the default.
        const parts = packed === 0 ? [] : Object.keys(optionalParts).map((name) => `-G${name}=0`);
        const shape = [
          `-GROWS=${rows}`,
          `-GCOLUMNS=${columns}`,
          `-GLANES=${columns / 2}`,
          `-GPACKED=${packed}`,
        ];
        expect(
          output(
            'verilator',
            ...['--lint-only', '-Wall', '--top-module', 'camber_top'],
            ...[...shape, ...parts, ...sources],
          ),
        ).toBe('');
      }
    },
  );
});

needs('iverilog')('Icarus lint', () => {
  it.each(shapes)('-Wall is silent about the engine and the test bench at %i x %i', (rows, columns) => {
    const shape = (top: string) => [
      `-P${top}.ROWS=${rows}`,
      `-P${top}.COLUMNS=${columns}`,
      `-P${top}.LANES=${columns / 2}`,
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
