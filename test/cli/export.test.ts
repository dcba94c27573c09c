import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readModel } from '../../src/compiler/onnx/read.ts';
import { findTool, needs } from '../support/tools.ts';
import { camber, codes, sample } from './support.ts';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'camber-export-'))));
afterAll(() => rmSync(folder, { recursive: true }));

describe('export', () => {
  test('last layer: heatmap, alpha and class_index beside the original output; no gradient operator', async () => {
    const out = join(folder, 'tiny.gradcam.onnx');
    const { code, out: text } = await camber('export', sample, '--out', out, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(text)).toMatchObject({ schemaVersion: 1, gradient: 'constant', diagnostics: [] });
    const { graph } = readModel(readFileSync(out));
    expect(graph.outputs.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([
      ['logits', 'float32', [1, 10]],
      ['heatmap', 'float32', [1, 1, 4, 4]],
      ['alpha', 'float32', [1, 128]],
      ['class_index', 'int64', [1]],
    ]);
    const count = (op: string) => graph.nodes.filter((n) => n.op === op).length;
    // The network's 20 convolutions, and the map: a 1x1 convolution of A with alpha as its weights.
    expect([count('Conv'), count('ConvTranspose'), count('Gather')]).toEqual([21, 0, 1]);
  });

  test('a middle block: the multiply-accumulates of its explanation are told', async () => {
    const out = join(folder, 'middle.gradcam.onnx');
    const block = '/blocks/blocks.6/relu2/Relu_output_0';
    const { out: text } = await camber('export', sample, '--out', out, '--target', block, '--json');
    // Two convolutions of the block: conv2's adjoint at full size (16 outputs x 128 x 128 x 9), conv1's and the map's means.
    expect(JSON.parse(text)).toMatchObject({
      gradient: 'masked',
      explanationMacs: 16 * 128 * 128 * 9 + 128 * 128 * 9 + 128 * 16,
    });
  });

  test('never replaces the model that it is made from', async () => {
    const before = readFileSync(sample);
    const { code, out: text } = await camber('export', sample, '--out', sample, '--json');
    expect([code, codes(text)]).toEqual([1, ['CAM605']]);
    expect(readFileSync(sample).equals(before)).toBe(true);
  });

  test('an unknown target: one diagnostic, exit code 1, nothing written', async () => {
    const out = join(folder, 'never.onnx');
    const { code, out: text } = await camber('export', sample, '--out', out, '--target', 'x', '--json');
    expect([code, codes(text), existsSync(out)]).toEqual([1, ['CAM203'], false]);
  });
});

needs('python onnx')("export, ONNX's own checker", () => {
  test.each(['/blocks/blocks.7/relu2/Relu_output_0', '/blocks/blocks.3/relu2/Relu_output_0'])(
    '%s',
    async (target) => {
      const out = join(folder, 'checked.onnx');
      expect((await camber('export', sample, '--out', out, '--target', target)).code).toBe(0);
      const check = 'import onnx, sys; onnx.checker.check_model(sys.argv[1], full_check=True)';
      const { status, stderr } = spawnSync(findTool('python onnx')!, ['-c', check, out], {
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      expect(status).toBe(0);
    },
  );
});
