import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  headerFields,
  operationFields,
  recordBits,
  walkDeltas,
} from '../../src/compiler/emit/encode-operation.ts';
import { registers } from '../../src/compiler/emit/registers.ts';
import { counts } from '../../src/compiler/schedule/walk.ts';
import { rtlDir } from './support/simulation.ts';

const read = (file: string) => readFile(join(rtlDir, file), 'utf8');

/** Output ports of a module in order: name and width. */
function outputs(source: string): [string, number][] {
  return [...source.matchAll(/^\s*output wire\s+(?:\[(\d+):0\]\s+)?(\w+)/gm)].map(([, high, name]) => [
    name!,
    Number(high ?? 0) + 1,
  ]);
}

/** The concatenation that takes a record apart, lowest bits first. */
const concatenation = (source: string) =>
  /assign \{([^}]*)\} = record/
    .exec(source)![1]!
    .split(',')
    .map((name) => name.trim())
    .reverse();

describe('the tables of the compiler and of the RTL are the same', () => {
  it.each([
    ['camber_operation_fields.v', operationFields],
    ['camber_header_fields.v', headerFields],
  ] as const)('%s', async (file, table) => {
    const source = await read(file);
    expect(outputs(source)).toEqual(table.map(([name, bits]) => [name, bits]));
    expect(concatenation(source)).toEqual(table.map(([name]) => name));
    const total = table.reduce((sum, [, bits]) => sum + bits, 0);
    expect(source).toContain(`= record[${total - 1}:0];`);
    expect(total).toBeLessThanOrEqual(recordBits);
  });

  it('registers: name, offset and number in camber_control.v', async () => {
    const source = await read('camber_control.v');
    for (const { name, offset } of registers) {
      expect(source).toMatch(new RegExp(`//     0x${offset.toString(16).padStart(2, '0')} ${name} `));
      expect(source).toContain(`${name.toUpperCase()} = 4'd${offset / 4}`);
    }
  });
});

describe('walks', () => {
  it('deltas reproduce base + sum of index * stride at every step', () => {
    const loops = counts({ tile: 2, row: 3, kx: 4, input: 2 });
    const strides = [7, -3, 11, 5, 13, -2, 9] as const;
    const deltas = walkDeltas({ base: 0, strides }, loops);
    const index = loops.map(() => 0);
    let value = 0;
    for (;;) {
      expect(value).toBe(index.reduce((sum, i, level) => sum + i * strides[level]!, 0));
      let level = loops.length - 1;
      while (level >= 0 && index[level] === loops[level]! - 1) index[level--] = 0;
      if (level < 0) break;
      index[level]!++;
      value += deltas[level]!;
    }
  });
});
