/** What we write passes ONNX's own checker, shape inference included, where Python's `onnx` is installed. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { simplify } from '../../../src/compiler/graph/passes.ts';
import { readModel } from '../../../src/compiler/onnx/read.ts';
import { writeModel } from '../../../src/compiler/onnx/write.ts';
import { fixtureBytes, fixtureData, fixtureNames } from '../../support/onnx-fixtures.ts';
import { oracleModel, oracleNames } from '../../support/models.ts';
import { findTool } from '../../support/find-tool.ts';
import { needs } from '../../support/tools.ts';
import { sharedModels } from '../../support/shared.ts';

const folder = mkdtempSync(join(tmpdir(), 'camber-checker-'));
afterAll(() => rmSync(folder, { recursive: true }));

const script = `
import glob, sys, onnx
for path in sorted(glob.glob(sys.argv[1] + '/*.onnx')):
    try:
        onnx.checker.check_model(path, full_check=True)
    except Exception as error:
        print(path.split('/')[-1], str(error)[:300].replace(chr(10), ' '))
`;

needs('python onnx')('ONNX checker', () => {
  test('every model that we write', () => {
    const models = new Map<string, Uint8Array>();
    for (const name of fixtureNames().filter((n) => !n.startsWith('bad_') && n !== 'dynamic_size')) {
      models.set(name, fixtureBytes(name));
    }
    if (sharedModels()) {
      for (const name of oracleNames) models.set(name.replace('/', '_'), oracleModel(name).bytes);
      for (const name of ['resnet50', 'inception_v1', 'squeezenet']) {
        models.set(`light_${name}`, readFileSync(join(sharedModels()!, 'onnx-light', `light_${name}.onnx`)));
      }
    }
    for (const [name, bytes] of models) {
      const { graph } = simplify(readModel(bytes, { externalData: fixtureData }).graph);
      writeFileSync(join(folder, `${name}.onnx`), writeModel(graph));
    }
    const { stdout, status } = spawnSync(findTool('python onnx')!, ['-c', script, folder], {
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    expect(stdout).toBe('');
  });
});
