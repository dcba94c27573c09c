import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkOutput, checkOutputFolder } from '../../src/toolchain/outputs.ts';
import type { CompileError } from '../../src/compiler/diagnostics.ts';
import { readInput, readTextIfPresent, writeFolder, writeOutput } from '../../src/toolchain/files.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'camber-files-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const ours = (entries: readonly string[]) => entries.includes('report.json');

describe('reading', () => {
  test.each([
    ['missing', 'it does not exist'],
    ['', 'it is a folder'],
  ])('%j is a diagnostic', async (name, why) => {
    await expect(readInput(join(folder, name))).rejects.toThrow(
      `CAM604: Cannot read ${join(folder, name)}: ${why}`,
    );
  });

  test('a text that need not exist', async () => {
    expect(await readTextIfPresent(join(folder, 'x'))).toBeUndefined();
    writeFileSync(join(folder, 'x'), 'ü');
    expect(await readTextIfPresent(join(folder, 'x'))).toBe('ü');
  });
});

describe('writing a file', () => {
  test('makes folders, replaces, leaves nothing else', async () => {
    const path = join(folder, 'a/b/c.txt');
    await writeOutput(path, 'one');
    await writeOutput(path, 'two');
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(readdirSync(join(folder, 'a/b'))).toEqual(['c.txt']);
  });

  test('a place that cannot be written is a diagnostic and leaves nothing', async () => {
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'dir/sub'), { recursive: true });
    await expect(writeOutput(join(folder, 'file/x'), '')).rejects.toThrow(/^CAM605: Cannot write/);
    await expect(writeOutput(join(folder, 'dir'), '')).rejects.toThrow(/^CAM605: Cannot write/);
    expect(readdirSync(folder).sort()).toEqual(['dir', 'file']);
  });
});

describe('filling a folder', () => {
  const fill = (text: string) => async (to: string) => writeFileSync(join(to, 'report.json'), text);

  test('makes it and replaces one of ours whole', async () => {
    const target = join(folder, 'build/model');
    await writeFolder(target, ours, fill('1'));
    writeFileSync(join(target, 'stale'), '');
    await writeFolder(target, ours, fill('2'));
    expect(readdirSync(target)).toEqual(['report.json']);
    expect(readFileSync(join(target, 'report.json'), 'utf8')).toBe('2');
    expect(readdirSync(join(folder, 'build'))).toEqual(['model']);
  });

  test('a failure leaves the old folder as it was and nothing half-written', async () => {
    const target = join(folder, 'model');
    await writeFolder(target, ours, fill('1'));
    const broken = writeFolder(target, ours, async (to) => {
      writeFileSync(join(to, 'report.json'), '2');
      throw new Error('later stage');
    });
    await expect(broken).rejects.toThrow('later stage');
    expect(readFileSync(join(target, 'report.json'), 'utf8')).toBe('1');
    expect(readdirSync(folder)).toEqual(['model']);
  });

  test("a folder with other people's files is not touched", async () => {
    writeFileSync(join(folder, 'thesis.tex'), '');
    await expect(writeFolder(folder, ours, fill('1'))).rejects.toThrow(/^CAM605: .* holds other files/);
    expect(readdirSync(folder)).toEqual(['thesis.tex']);
  });
});

describe('the place of an output, before the work', () => {
  test('may be new or a file to replace; nothing is made', async () => {
    writeFileSync(join(folder, 'old.png'), '');
    for (const name of ['old.png', 'new.png', 'a/b/new.png']) await checkOutput(join(folder, name), ['x']);
    for (const name of ['', 'model', 'a/model']) await checkOutputFolder(join(folder, name), () => true);
    expect(readdirSync(folder)).toEqual(['old.png']);
  });

  test('is refused where it could not be written, or holds what it is made from', async () => {
    const model = join(folder, 'model.onnx');
    writeFileSync(model, '');
    mkdirSync(join(folder, 'dir'));
    symlinkSync(model, join(folder, 'link.onnx'));
    const why = async (check: Promise<void>) =>
      check.then(
        () => 'allowed',
        (error: CompileError) =>
          error.diagnostics.map((d) => `${d.message} ${d.hint}`.replaceAll(`${folder}/`, '')),
      );
    expect([
      await why(checkOutput(model, [model])),
      await why(checkOutput(join(folder, 'link.onnx'), [model])),
      await why(checkOutput(join(folder, 'dir'))),
      await why(checkOutput(join(model, 'x.png'))),
      await why(checkOutputFolder(model, ours)),
      await why(checkOutputFolder(join(model, 'x'), ours)),
      await why(checkOutputFolder(`${folder}/`, ours)),
    ]).toMatchInlineSnapshot(`
      [
        [
          "Writing model.onnx would replace model.onnx, which it is made from. Choose another name.",
        ],
        [
          "Writing link.onnx would replace model.onnx, which it is made from. Choose another name.",
        ],
        [
          "Cannot write dir: it is a folder. Choose another place, or free it.",
        ],
        [
          "Cannot write model.onnx/x.png: part of its path is not a folder. Choose another place, or free it.",
        ],
        [
          "Cannot write model.onnx: part of its path is not a folder. Choose another place, or free it.",
        ],
        [
          "Cannot write model.onnx/x: part of its path is not a folder. Choose another place, or free it.",
        ],
        [
          " holds other files, which would be lost. Choose an empty folder, or one that Camber made.",
        ],
      ]
    `);
  });
});
