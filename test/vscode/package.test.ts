import { readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { breakdown, zipEntries } from '../../scripts/support/zip-entries.ts';
import { needs } from '../support/tools.ts';
import { packagedExtension } from './support/packaged.ts';

const budget = 35 * 1024 * 1024;

needs('code-server')('the package', () => {
  test('is one file within its budget, and carries what it needs and no more', () => {
    const file = packagedExtension();
    const entries = zipEntries(file);
    const parts = breakdown(entries);
    const table = parts.map(([part, bytes]) => `${(bytes / 1024).toFixed(0).padStart(7)} KiB  ${part}`);
    expect(statSync(file).size, table.join('\n')).toBeLessThan(budget);
    const paths = entries.map((e) => e.path);
    for (const wanted of [
      'extension/package.nls.json',
      'extension/l10n/bundle.l10n.json',
      'extension/dist/server/worker.mjs',
      'extension/dist/ort/ort-wasm-simd-threaded.wasm',
      'extension/dist/rtl/camber_top.v',
      'extension/media/sample/tiny-resnet18.onnx',
    ]) {
      expect(paths).toContain(wanted);
    }
    expect(paths.filter((p) => /\.(map|ts|py)$|node_modules|\/(test|src|bench)\//.test(p))).toEqual([]);
    // The directory's sizes are the files' own.
    const own = entries.find((e) => e.path === 'extension/LICENSE.txt')!;
    expect(own.size).toBe(readFileSync(new URL('../../LICENSE', import.meta.url)).length);
  });
});
