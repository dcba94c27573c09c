import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/compiler/report/report.ts';
import { camber, sample } from './support.ts';

const resnet8 = fileURLToPath(new URL('../fixtures/oracles/resnet8_bn_kept/model.onnx', import.meta.url));

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'camber-report-'))));
afterAll(() => rmSync(folder, { recursive: true }));

async function compile(model: string, ...args: string[]): Promise<Report> {
  const { code, out, err } = await camber(
    'compile',
    model,
    '--out',
    join(folder, 'build'),
    '--json',
    ...args,
  );
  expect(code, out + err).toBe(0);
  return JSON.parse(out) as Report;
}

describe('what compile reports', () => {
  test("the sample on 16x16: the paper's overhead, the first milestone's utilisation", async () => {
    const report = await compile(sample, '--array', '16x16');
    expect(report.cycles.overhead).toBeLessThan(0.01);
    expect(report.utilization.inference).toBeGreaterThanOrEqual(0.8);
    expect(report.target).toMatchObject({
      tensor: '/blocks/blocks.7/relu2/Relu_output_0',
      gradient: 'constant',
    });
    expect(report.model).toEqual({
      name: 'tiny-resnet18',
      opset: 13,
      parameters: 700_266,
      macs: 35_046_656,
    });
    expect(report.layers.filter((l) => l.phase === 'gradient')).toEqual([]);
    // How faithful the integers are, on the pictures at hand: as good as on CIFAR-10, and shown in the report.
    const { fidelity } = report;
    expect(fidelity!.pictures).toBe(16);
    expect(fidelity!.top1Agreement).toBeGreaterThanOrEqual(0.97);
    expect(fidelity!.map!.pearson.median).toBeGreaterThan(0.99);
    expect(fidelity!.layers.map((l) => l.layer)).toContain('/blocks/blocks.4/conv2/Conv');
    const html = readFileSync(join(folder, 'build/report.html'), 'utf8');
    expect(html).toContain('Fidelity: integers against floating point');
    expect(html).toContain(fidelity!.map!.pearson.median.toFixed(4));
    // The proof against overflow, layer by layer.
    for (const layer of report.layers) expect(layer.accumulatorBits).toBeLessThanOrEqual(32);
    expect(Math.max(...report.layers.map((l) => l.accumulatorBits))).toBe(report.numerics.accumulatorBits);
    expect(html).toContain('Accumulator (bits)');
  });

  test('says what a target inside a fused stage costs where that stage cannot write it, and which one is free', async () => {
    const report = await compile(sample, '--array', '16x16', '--target', '/blocks/blocks.7/Add_output_0');
    const again = report.layers.find(({ name }) => name === '/blocks/blocks.7/conv2/Conv#target');
    const [told] = report.diagnostics.filter(({ code }) => code === 'CAM507');
    expect(told!.message).toContain(again!.cycles.toLocaleString('en-US'));
    expect(told).toMatchInlineSnapshot(`
      {
        "code": "CAM507",
        "hint": "As target, "/blocks/blocks.7/relu2/Relu_output_0", which the same stage writes in any case, saves them.",
        "message": ""/blocks/blocks.7/Add_output_0" is computed once more for the map, in 9,227 of the 10,018 explanation cycles: no stage of the inference can write it beside its own result without delay.",
        "severity": "information",
        "tensor": "/blocks/blocks.7/Add_output_0",
      }
    `);
  });

  test('--no-explanation: the same inference and no map; the older build is replaced whole', async () => {
    const plain = await compile(resnet8, '--array', '8x8', '--no-explanation');
    expect(plain.target).toBeUndefined();
    expect(plain.cycles.explanation).toBe(0);
    writeFileSync(join(folder, 'build/stale'), '');
    const explained = await compile(resnet8, '--array', '8x8');
    expect(explained.cycles.inference).toBe(plain.cycles.inference);
    expect(explained.cycles.explanation).toBeGreaterThan(0);
    expect(existsSync(join(folder, 'build/stale'))).toBe(false);
  });
});
