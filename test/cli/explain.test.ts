import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodePicture } from '../../src/engine/images/decode.ts';
import { oraclePlaces, readOracle } from '../support/oracles.ts';
import { camber, codes, npyFile, sample, sampleFolder } from './support.ts';

interface ExplainJson {
  readonly schemaVersion: number;
  readonly engine: string;
  readonly target: string;
  readonly class: number;
  readonly classIsArgmax: boolean;
  readonly scores: readonly number[];
  readonly alpha: readonly number[];
  readonly map: { readonly shape: readonly number[]; readonly data: readonly number[] };
}

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'camber-explain-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const writeNpy = (name: string, ...array: [readonly number[], Float32Array]): string =>
  npyFile(join(folder, name), ...array);

async function explain(...args: string[]): Promise<ExplainJson> {
  const { code, out, err } = await camber('explain', sample, '--json', ...args);
  expect(code, out + err).toBe(0);
  return JSON.parse(out) as ExplainJson;
}

const largest = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((a, v) => Math.max(a, Math.abs(v)), 0);
const difference = (a: readonly number[], b: ArrayLike<number>): number =>
  largest(a.map((v, i) => v - b[i]!));

describe("explain, against torch's answers", () => {
  const oracle = readOracle(oraclePlaces().find((o) => o.name.startsWith('tiny_resnet18'))!.place!);
  const rows = oracle.inputs.flatMap((input, i) => input.cams.slice(-2).map((cam) => ({ i, cam, input })));

  test.each(rows)('picture $i, class $cam.cls, $cam.onnx_tensor', async ({ i, cam, input }) => {
    const npy = writeNpy(`input${i}.npy`, input.shape, input.image);
    const json = await explain('--image', npy, '--target', cam.onnx_tensor, '--class', String(cam.cls));
    expect(json).toMatchObject({
      schemaVersion: 1,
      engine: 'float',
      target: cam.onnx_tensor,
      class: cam.cls,
    });
    expect(json.classIsArgmax).toBe(false);
    expect(json.map.shape).toEqual(cam.map_shape);
    // Float32 inference against float64: the project's bar, 1e-4 of the largest value.
    const map = oracle.map(cam);
    const alpha = oracle.alpha(cam);
    expect(difference(json.map.data, map)).toBeLessThanOrEqual(1e-4 * largest(map));
    expect(difference(json.alpha, alpha)).toBeLessThanOrEqual(1e-4 * largest(alpha));
    expect(difference(json.scores, input.score)).toBeLessThanOrEqual(1e-4 * largest(input.score));
  });
});

describe('explain, pictures', () => {
  const chelsea = join(sampleFolder, 'chelsea.jpg');

  test('the cat is a cat; the heat map is laid over the whole picture', async () => {
    const heat = join(folder, 'maps/heat.png');
    const { code, out, err } = await camber('explain', sample, '--image', chelsea, '--out', heat);
    expect([code, err]).toEqual([0, '']);
    expect(out.endsWith(`\nWritten: ${heat}\n`)).toBe(true);
    expect(out).toMatch(/^Top class: cat \(class 3\), score 4\.2\d+\nNext: dog /);
    const { width, height } = decodePicture(readFileSync(heat), heat);
    expect(width / height).toBeCloseTo(384 / 255, 1);
    expect(readdirSync(join(folder, 'maps'))).toEqual(['heat.png']);
  });

  test('a picture gives what its preprocessed pixels give as an array', async () => {
    const side = 32;
    const png = decodePicture(readFileSync(chelsea), chelsea);
    const fromPicture = await explain('--image', chelsea, '--resize', 'none', '--preset', 'cifar10');
    const data = new Float32Array(3 * side * side);
    const mean = [0.4914, 0.4822, 0.4465];
    const std = [0.247, 0.2435, 0.2616];
    const [left, top] = [(png.width - side) / 2, Math.round((png.height - side) / 2)];
    for (let c = 0; c < 3; c++) {
      for (let y = 0; y < side; y++) {
        for (let x = 0; x < side; x++) {
          const pixel = png.rgb[((top + y) * png.width + left + x) * 3 + c]!;
          data[(c * side + y) * side + x] = (pixel / 255 - mean[c]!) / std[c]!;
        }
      }
    }
    const fromArray = await explain('--image', writeNpy('crop.npy', [1, 3, side, side], data));
    expect(fromPicture.scores).toEqual(fromArray.scores);
    expect(fromPicture.map).toEqual(fromArray.map);
  });
});

describe('explain, fixed point and other methods', () => {
  const chelsea = join(sampleFolder, 'chelsea.jpg');

  test('the fixed-point engine tells what the float engine tells', async () => {
    const { code, out } = await camber('explain', sample, '--json', '--image', chelsea, '--engine', 'fixed');
    expect([code, codes(out)]).toEqual([0, ['CAM401']]);
    const json = JSON.parse(out) as ExplainJson & { fidelity: { pearson: number; sameClass: boolean } };
    expect(json).toMatchObject({ engine: 'fixed', class: 3, classIsArgmax: true, map: { shape: [4, 4] } });
    expect(json.alpha).toHaveLength(128);
    // int8 quantisation: on CIFAR-10 the correlation is above 0.99 for 19 pictures in 20.
    expect(json.fidelity.pearson).toBeGreaterThan(0.99);
    expect(json.fidelity.sameClass).toBe(true);
    const float = await explain('--image', chelsea);
    expect(difference(json.scores, float.scores)).toBeLessThan(0.05 * largest(float.scores));
    expect(difference(json.map.data, float.map.data)).toBeLessThan(0.05 * largest(float.map.data));
  });

  test('an array is quantised by the host, with the pictures of a folder as calibration', async () => {
    const data = Float32Array.from({ length: 3072 }, (_, i) => Math.sin(i / 7));
    const npy = writeNpy('wave.npy', [1, 3, 32, 32], data);
    const args = ['--image', npy, '--engine', 'fixed', '--calibration', sampleFolder, '--class', '5'];
    const { code, out } = await camber('explain', sample, '--json', ...args);
    // Three photographs are few to calibrate on.
    expect([code, codes(out)]).toEqual([0, ['CAM404']]);
    expect(JSON.parse(out)).toMatchObject({ engine: 'fixed', class: 5, classIsArgmax: false });
  });

  test('another method: LayerCAM on the float engine only', async () => {
    const [cam, layer] = [
      await explain('--image', chelsea),
      await explain('--image', chelsea, '--method', 'layercam'),
    ];
    expect(layer.scores).toEqual(cam.scores);
    expect(layer.map.data).not.toEqual(cam.map.data);
    const args = ['--image', chelsea, '--method', 'layercam', '--engine', 'fixed'];
    const { code, out } = await camber('explain', sample, '--json', ...args);
    expect([code, codes(out)]).toEqual([1, ['CAM208']]);
  });
});

describe('explain, bad input', () => {
  const chelsea = join(sampleFolder, 'chelsea.jpg');
  const text = join(sampleFolder, 'README.md');
  const heat = () => join(folder, 'never.png');

  test.each<[string, string[], string]>([
    ['an unknown target', ['--image', chelsea, '--target', '/blocks/blocks.7/relu9'], 'CAM203'],
    ['a class out of range', ['--image', chelsea, '--class', '10'], 'CAM205'],
    ['an unreadable image', ['--image', text], 'CAM301'],
    ['a missing image', ['--image', 'none.png'], 'CAM604'],
    ['an unknown score', ['--image', chelsea, '--score', 'nothing'], 'CAM204'],
    ['a crop of another size', ['--image', chelsea, '--crop', '33'], 'CAM303'],
    [
      'an empty calibration folder',
      ['--image', chelsea, '--engine', 'fixed', '--calibration', import.meta.dirname],
      'CAM604',
    ],
    ['another layout', ['--image', chelsea, '--layout', 'NHWC'], 'CAM302'],
  ])('%s: one diagnostic, exit code 1, nothing written', async (_name, args, expected) => {
    const { code, out } = await camber('explain', sample, '--json', '--out', heat(), ...args);
    expect([code, codes(out)]).toEqual([1, [expected]]);
    expect(existsSync(heat())).toBe(false);
  });

  test('an array with values that are not finite', async () => {
    const npy = writeNpy('nan.npy', [1, 3, 32, 32], new Float32Array(3072).fill(NaN, 40, 41));
    const { code, err } = await camber('explain', sample, '--image', npy);
    expect([code, err.split('\n')[0]]).toEqual([
      1,
      `error CAM301: ${npy} holds values that are not finite: value 40 is NaN.`,
    ]);
  });

  test('a heat map never replaces its picture, and is called what it is', async () => {
    const before = readFileSync(chelsea);
    const jpeg = await camber('explain', sample, '--image', chelsea, '--out', join(folder, 'heat.jpg'));
    expect([jpeg.code, jpeg.err]).toEqual([2, expect.stringContaining('give a name that ends in .png')]);
    const png = join(folder, 'picture.png');
    writeFileSync(png, before);
    const { code, out } = await camber('explain', sample, '--json', '--image', png, '--out', png);
    expect([code, codes(out)]).toEqual([1, ['CAM605']]);
    expect(readFileSync(png).equals(before)).toBe(true);
  });

  test('an array of another shape', async () => {
    const npy = writeNpy('wrong.npy', [1, 3, 8, 8], new Float32Array(192));
    const { code, err } = await camber('explain', sample, '--image', npy);
    expect([code, err.split('\n')[0]]).toEqual([
      1,
      `error CAM302: ${npy} has shape [1, 3, 8, 8]; the model takes [1, 3, 32, 32].`,
    ]);
  });

  test('a heat map that cannot be written', async () => {
    const taken = join(folder, 'taken.png');
    mkdirSync(taken);
    const { code, out } = await camber('explain', sample, '--json', '--image', chelsea, '--out', taken);
    expect([code, codes(out)]).toEqual([1, ['CAM605']]);
  });

  test('no image is wrong usage', async () => {
    expect(await camber('explain', sample)).toMatchObject({ code: 2, out: '' });
  });
});
