/** A model whose input is no picture, on the command line: everything is fed from arrays. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeAttribute } from '../../src/compiler/graph/attributes.ts';
import { writeModel } from '../../src/compiler/onnx/write.ts';
import { Builder, Random } from '../compiler/gradient/support.ts';
import { needs } from '../support/tools.ts';
import { camber, codes, npyFile } from './support.ts';

const shape = [1, 4, 12, 16];

let folder: string;
let model: string;
let array: string;
let calibration: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'camber-arrays-'));
  model = join(folder, 'bands.onnx');
  const [b, r] = [new Builder(), new Random(21)];
  const pads = { pads: makeAttribute.ints([1, 1, 1, 1]) };
  const features = b.op('Relu', [b.op('Conv', ['x', b.constant(r.tensor([8, 4, 3, 3]))], pads)]);
  const flat = b.op('Flatten', [b.op('GlobalAveragePool', [features])], { axis: makeAttribute.int(1) });
  const scores = b.op('Gemm', [flat, b.constant(r.tensor([3, 8]))], { transB: makeAttribute.int(1) });
  writeFileSync(model, writeModel(b.graph(shape, scores, 20)));
  // Data sets keep a folder for each class.
  calibration = join(folder, 'data');
  mkdirSync(join(calibration, 'meadow'), { recursive: true });
  const files = Array.from({ length: 10 }, (_, i) => {
    const name = join(calibration, i % 2 === 0 ? `${i}.npy` : `meadow/${i}.npy`);
    return npyFile(name, shape, r.tensor(shape).data as Float32Array);
  });
  array = files[0]!;
});
afterAll(() => rmSync(folder, { recursive: true }));

test('without calibration data the fixed-point engine and compile say what to give', async () => {
  const explained = await camber('explain', model, '--json', '--image', array, '--engine', 'fixed');
  const out = join(folder, 'refused');
  const compiled = await camber('compile', model, '--out', out);
  expect([explained.code, codes(explained.out)]).toEqual([1, ['CAM302']]);
  expect([compiled.code, compiled.err.split('\n').slice(-3)]).toEqual([
    1,
    [
      'error CAM302: No calibration data were given, and photographs are no input of shape [1, 4, 12, 16].',
      '  Give --calibration with .npy arrays of float32 in that shape.',
      '',
    ],
  ]);
});

test('with it both engines agree', async () => {
  const scores = async (...args: string[]) => {
    const { code, out, err } = await camber('explain', model, '--json', '--image', array, ...args);
    expect(code, err).toBe(0);
    return (JSON.parse(out) as { scores: number[] }).scores;
  };
  const float = await scores();
  const fixed = await scores('--engine', 'fixed', '--calibration', calibration);
  const largest = Math.max(...float.map(Math.abs));
  // int8: a few steps of 1/127.
  fixed.forEach((z, c) => expect(Math.abs(z - float[c]!)).toBeLessThan(0.03 * largest));
});

needs('verilator')('on Verilator', () => {
  test('a build takes int8 values, and its RTL passes', async () => {
    const out = join(folder, 'build');
    const args = ['--out', out, '--array', '4x4', '--calibration', calibration];
    const compiled = await camber('compile', model, '--json', ...args);
    // How pixels would become the input plays no part.
    expect(compiled.code).toBe(0);
    expect(codes(compiled.out)).not.toContain('CAM304');
    const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as {
      numerics: { input: string };
    };
    expect(report.numerics.input).toBe('int8');
    const verified = await camber('verify', out, '--json', '--image', array);
    expect(JSON.parse(verified.out)).toMatchObject({ passed: true, images: 1 });
  });
});
