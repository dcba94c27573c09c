/** A model with a single logit behind a Sigmoid, on the command line: both engines, a build, and the RTL. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeAttribute } from '../../src/compiler/graph/attributes.ts';
import { writeModel } from '../../src/compiler/onnx/write.ts';
import { Builder, Random } from '../compiler/gradient/support.ts';
import { needs } from '../support/tools.ts';
import { camber, sampleFolder } from './support.ts';

let folder: string;
let model: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'camber-logit-'));
  model = join(folder, 'logit.onnx');
  const [b, r] = [new Builder(), new Random(11)];
  const pads = { pads: makeAttribute.ints([1, 1, 1, 1]) };
  const features = b.op('Relu', [b.op('Conv', ['x', b.constant(r.tensor([8, 3, 3, 3]))], pads)]);
  const flat = b.op('Flatten', [b.op('GlobalAveragePool', [features])], { axis: makeAttribute.int(1) });
  const dense = [flat, b.constant(r.tensor([1, 8])), b.floats(0.3)];
  const logit = b.op('Gemm', dense, { transB: makeAttribute.int(1) });
  writeFileSync(model, writeModel(b.graph([1, 3, 16, 16], b.op('Sigmoid', [logit]), 20)));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Answer {
  readonly scores: readonly [number, number];
  readonly probability: number;
  readonly class: number;
}

const explain = async (...args: string[]) => {
  const picture = join(sampleFolder, 'chelsea.jpg');
  const { code, out, err } = await camber(
    'explain',
    model,
    '--image',
    picture,
    '--preset',
    'unit',
    '--json',
    ...args,
  );
  expect(code, err).toBe(0);
  return JSON.parse(out) as Answer;
};

test('explain gives both classes a score and the chosen one its probability, on both engines', async () => {
  const [float, fixed] = [await explain(), await explain('--engine', 'fixed')];
  const probability = 1 / (1 + Math.exp(-float.scores[1]));
  for (const { scores, ...answer } of [float, fixed]) {
    expect(scores[0]).toBe(-scores[1]);
    expect(answer.class).toBe(scores[1] > 0 ? 1 : 0);
    expect(answer.probability).toBeCloseTo(Math.max(probability, 1 - probability), 2);
  }
  expect(fixed.scores[1]).toBeCloseTo(float.scores[1], 2);
  const other = await explain('--class', String(1 - float.class));
  expect(other.probability).toBeCloseTo(Math.min(probability, 1 - probability), 5);
});

needs('iverilog')('the build', () => {
  test('is verified on Icarus, bit for bit', async () => {
    const build = join(folder, 'build');
    const compiled = await camber('compile', model, '--out', build, '--array', '4x4', '--preset', 'unit');
    expect(compiled.code, compiled.err).toBe(0);
    expect(existsSync(join(build, 'logit.gradcam.onnx'))).toBe(true);
    const { code, out } = await camber('verify', build, '--simulator', 'icarus', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ passed: true, mismatches: [] });
  }, 120_000);
});
