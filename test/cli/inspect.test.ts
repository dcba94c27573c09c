import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharedModels } from '../support/shared.ts';
import { needs } from '../support/tools.ts';
import { camber, codes, sample } from './support.ts';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'camber-inspect-'))));
afterAll(() => rmSync(folder, { recursive: true }));

describe('inspect', () => {
  test('the sample: sizes, layers, shapes', async () => {
    const { code, out, err } = await camber('inspect', sample, '--json');
    expect([code, err]).toEqual([0, '']);
    const json = JSON.parse(out) as { layers: Record<string, unknown>[] } & Record<string, unknown>;
    // 35,046,656 = sum over layers of output elements x taps, counted by hand from the model card's structure.
    expect(json).toMatchObject({
      schemaVersion: 1,
      model: 'tiny-resnet18',
      macs: 35_046_656,
      parameters: 700_266,
    });
    expect(json).toMatchObject({ scores: 'logits', defaultTarget: '/blocks/blocks.7/relu2/Relu_output_0' });
    expect(json['targets']).toContain('/blocks/blocks.3/relu2/Relu_output_0');
    expect(json.layers[0]).toEqual({
      name: '/stem/stem.0/Conv',
      op: 'Conv',
      output: '/stem/stem.0/Conv_output_0',
      shape: [1, 16, 32, 32],
      macs: 16 * 32 * 32 * 27,
      parameters: 16 * 27 + 16,
    });
  });

  test('text holds every layer once', async () => {
    const { out } = await camber('inspect', sample);
    expect(out).toMatch(/^tiny-resnet18: 48 nodes, 700,266 parameters, 35,046,656 MACs\n/);
    expect(out.match(/\/Conv {2}/g)).toHaveLength(20);
  });

  test.each([
    ['not ONNX', new TextEncoder().encode('hello'), 'CAM101'],
    ['empty', new Uint8Array(), 'CAM101'],
    ['truncated', readFileSync(sample).subarray(0, 100_000), /^CAM10[124]$/],
  ])('%s: one diagnostic, exit code 1', async (name, bytes, expected) => {
    const path = join(folder, `${name}.onnx`);
    writeFileSync(path, bytes);
    const { code, out, err } = await camber('inspect', path, '--json');
    expect([code, err, codes(out).length]).toEqual([1, '', 1]);
    expect(codes(out)[0]).toMatch(expected);
  });

  test('a missing file', async () => {
    const { code, err } = await camber('inspect', join(folder, 'none.onnx'));
    expect([code, err.split('\n')[0]]).toEqual([
      1,
      `error CAM604: Cannot read ${join(folder, 'none.onnx')}: it does not exist.`,
    ]);
  });

  test('a damaged companion file', async () => {
    const path = join(folder, 'm.onnx');
    writeFileSync(path, readFileSync(sample));
    writeFileSync(join(folder, 'm.camber.json'), '{');
    const { code, out } = await camber('inspect', path, '--json');
    expect([code, codes(out)]).toEqual([1, ['CAM303']]);
  });
});

needs('shared models')('inspect, published multiply-accumulates', () => {
  test.each([
    ['onnx-light/light_resnet50.onnx', 4.089e9],
    ['onnx-light/light_vgg19.onnx', 19.632e9],
    ['onnx-light/light_inception_v1.onnx', 1.432e9],
    ['onnx-light/light_squeezenet.onnx', 0.349e9],
    ['onnx-light/light_bvlc_alexnet.onnx', 0.655e9],
    ['trained/mlperf_tiny_resnet8_cifar10/model.onnx', 0.0125e9],
  ])('%s', async (file, macs) => {
    const { code, out } = await camber('inspect', join(sharedModels()!, file), '--json');
    expect(code).toBe(0);
    // The published figures are rounded to a million.
    expect(Math.abs((JSON.parse(out) as { macs: number }).macs - macs)).toBeLessThanOrEqual(0.5e6);
  });
});
