import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/compiler/report/report.ts';
import { needs } from '../support/tools.ts';
import { camber, codes, sample, sampleFolder } from './support.ts';

const resnet8 = fileURLToPath(new URL('../fixtures/oracles/resnet8_bn_kept/model.onnx', import.meta.url));

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'camber-compile-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const json = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;

/** Every file below a folder with its contents. */
function contents(root: string): Map<string, string> {
  const paths = readdirSync(root, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
  return new Map(
    paths.map((e) => [
      join(e.parentPath, e.name).slice(root.length + 1),
      readFileSync(join(e.parentPath, e.name), 'latin1'),
    ]),
  );
}

describe('compile, the sample', () => {
  let out: string;
  let report: Report;

  beforeAll(async () => {
    out = join(folder, 'build/tiny-resnet18');
    const result = await camber('compile', sample, '--out', out, '--json');
    expect(result.code, result.out + result.err).toBe(0);
    report = JSON.parse(result.out) as Report;
  });

  test("the paper's overhead and the utilisation of the first milestone", () => {
    expect(report.cycles.overhead).toBeLessThan(0.01);
    expect(report.utilization.inference).toBeGreaterThanOrEqual(0.8);
    expect(report.target).toMatchObject({
      tensor: '/blocks/blocks.7/relu2/Relu_output_0',
      gradient: 'constant',
    });
    expect(report.model).toMatchObject({
      name: 'tiny-resnet18',
      opset: 13,
      parameters: 700_266,
      macs: 35_046_656,
    });
  });

  test('report.json is what --json prints; one set of cycle figures everywhere', () => {
    const written = json<Report>(join(out, 'report.json'));
    expect(report).toMatchObject({ ...written, diagnostics: expect.anything() as unknown });
    const schedule = json<{ cycles: Report['cycles']; operations: { start: number; length: number }[] }>(
      join(out, 'schedule.json'),
    );
    expect(schedule.cycles.inference).toBe(written.cycles.inference);
    expect(schedule.cycles.explanation).toBe(written.cycles.explanation);
    const phases = (phase: string) => written.layers.filter((l) => l.phase === phase);
    expect([phases('inference').length > 0, phases('gradient').length, phases('heatmap').length]).toEqual([
      true,
      0,
      1,
    ]);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('tiny-resnet18');
  });

  test('the folder holds RTL, memory images, test bench, tool files and the static model, and nothing else', () => {
    const files = [...contents(out).keys()];
    for (const file of [
      'rtl/camber_top.v',
      'rtl/weights.hex',
      'sim/camber_tb.v',
      'vivado.tcl',
      'tiny_resnet18.core',
      'tiny-resnet18.gradcam.onnx',
    ]) {
      expect(files).toContain(file);
    }
    expect(readdirSync(join(folder, 'build'))).toEqual(['tiny-resnet18']);
  });
});

describe('compile, options', () => {
  test('the same input gives the same bytes; an older build is replaced whole', async () => {
    const out = join(folder, 'twice');
    const args = ['compile', resnet8, '--out', out, '--array', '8x8', '--preset', 'raw'];
    expect((await camber(...args)).code).toBe(0);
    const first = contents(out);
    writeFileSync(join(out, 'stale'), '');
    expect((await camber(...args)).code).toBe(0);
    expect(contents(out)).toEqual(first);
  });

  test('--no-explanation: the same inference, no map', async () => {
    const compile = async (...more: string[]) => {
      const { out } = await camber('compile', resnet8, '--out', join(folder, 'plain'), '--json', ...more);
      return JSON.parse(out) as Report;
    };
    const [plain, explained] = [await compile('--no-explanation'), await compile()];
    expect(plain.target).toBeUndefined();
    expect(plain.cycles.explanation).toBe(0);
    expect(explained.cycles.inference).toBe(plain.cycles.inference);
  });
});

describe('compile, bad input', () => {
  test.each<[string, string[], string]>([
    ['an unknown device', ['--device', 'xc9000'], 'CAM503'],
    ['an array that is none', ['--array', '7x9'], 'CAM504'],
    ['an unknown target', ['--target', 'nothing'], 'CAM203'],
    ['a class out of range', ['--class', '10'], 'CAM205'],
    ['a missing calibration picture', ['--calibration', 'none.png'], 'CAM604'],
  ])('%s: exit code 1, nothing half-written', async (_name, args, expected) => {
    const out = join(folder, 'never');
    const { code, out: text } = await camber('compile', resnet8, '--out', out, '--json', ...args);
    expect([code, codes(text)]).toEqual([1, [expected]]);
    expect(existsSync(out)).toBe(false);
    expect(readdirSync(folder).filter((f) => f.includes('never'))).toEqual([]);
  });

  test("a folder with other people's files is left alone", async () => {
    const out = mkdtempSync(join(folder, 'theirs-'));
    writeFileSync(join(out, 'thesis.tex'), 'x');
    const { code, out: text } = await camber('compile', resnet8, '--out', out, '--json');
    expect([code, codes(text)]).toEqual([1, ['CAM605']]);
    expect(readdirSync(out)).toEqual(['thesis.tex']);
  });

  test('verify of a folder that is no build', async () => {
    const { code, out } = await camber('verify', sampleFolder, '--json');
    expect([code, codes(out)]).toEqual([1, ['CAM603']]);
  });
});

interface VerifyJson {
  readonly passed: boolean;
  readonly images: number;
  readonly tensorsCompared: number;
  readonly mismatches: readonly { readonly layer?: string }[];
  readonly cycles: { readonly inference: number; readonly explanation: number };
  readonly expected: { readonly inference: number; readonly explanation: number };
}

needs('verilator')('verify', () => {
  let out: string;

  beforeAll(async () => {
    out = join(folder, 'verified');
    expect(
      (await camber('compile', resnet8, '--out', out, '--array', '8x8', '--target', '/r1_2/Relu')).code,
    ).toBe(0);
  });

  test('a middle target: every write equals the integer network, every counter the schedule', async () => {
    const { code, out: text, err } = await camber('verify', out, '--json');
    expect(code, text + err).toBe(0);
    const result = JSON.parse(text) as VerifyJson;
    expect(result).toMatchObject({ passed: true, simulator: 'verilator', images: 3, mismatches: [] });
    const { cycles } = json<Report>(join(out, 'report.json'));
    const expected = { inference: cycles.inference, explanation: cycles.explanation };
    expect([result.cycles, result.expected]).toEqual([expected, expected]);
    expect(result.tensorsCompared).toBeGreaterThan(3 * 10);
  });

  test('a flipped weight bit is found, and its layer named', async () => {
    const file = join(out, 'rtl/weights.hex');
    const before = readFileSync(file, 'utf8');
    const at = before.search(/[1-9a-f]/);
    const flipped = (parseInt(before[at]!, 16) ^ 4).toString(16);
    writeFileSync(file, before.slice(0, at) + flipped + before.slice(at + 1));
    try {
      const { code, out: text } = await camber(
        'verify',
        out,
        '--json',
        '--image',
        join(sampleFolder, 'chelsea.jpg'),
      );
      expect([code, codes(text)]).toEqual([1, ['CAM607']]);
      const result = JSON.parse(text) as VerifyJson;
      expect(result.passed).toBe(false);
      expect(result.mismatches[0]!.layer).toBeDefined();
    } finally {
      writeFileSync(file, before);
    }
  });
});
