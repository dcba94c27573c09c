/** Exported models pass ONNX's own checker, shape inference included. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exportStaticModel } from '../../../src/compiler/gradient/export.ts';
import { methodNames } from '../../../src/compiler/gradient/methods.ts';
import { oraclePlaces, readOracle } from '../../support/oracles.ts';
import { findTool, needs } from '../../support/tools.ts';

const script = `
import sys, onnx
for path in sys.argv[1:]:
    onnx.checker.check_model(onnx.load(path), full_check=True)
    print('ok')
`;

needs('python onnx')('every exported model', () => {
  test('passes the ONNX checker', () => {
    const folder = mkdtempSync(join(tmpdir(), 'camber-'));
    try {
      const paths: string[] = [];
      const write = (bytes: Uint8Array) => {
        paths.push(join(folder, `${paths.length}.onnx`));
        writeFileSync(paths.at(-1)!, bytes);
      };
      for (const { place } of oraclePlaces()) {
        if (!place) continue;
        const oracle = readOracle(place);
        for (const target of oracle.targets)
          write(exportStaticModel(oracle.model, { targets: [target] }).bytes);
      }
      const { model } = readOracle(oraclePlaces().find((o) => o.name === 'vgg_small_fc')!.place!);
      for (const method of methodNames) write(exportStaticModel(model, { method }).bytes);
      const run = spawnSync(findTool('python onnx')!, ['-c', script, ...paths], { encoding: 'utf8' });
      expect(run.stderr).toBe('');
      expect(run.stdout.trim().split('\n')).toEqual(paths.map(() => 'ok'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
