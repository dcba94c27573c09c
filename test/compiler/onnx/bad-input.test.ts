/** Broken and unfit models: one diagnostic each, its text part of the interface. */
import { describe, expect, test } from 'vitest';
import { CompileError, formatDiagnostic } from '../../../src/compiler/diagnostics.ts';
import { imageInput } from '../../../src/compiler/graph/image-input.ts';
import { simplify } from '../../../src/compiler/graph/passes.ts';
import { readModel, type ReadOptions } from '../../../src/compiler/onnx/read.ts';
import { fixtureBytes, fixtureData, fixtureNames } from '../../support/onnx-fixtures.ts';

function diagnose(bytes: Uint8Array, options: ReadOptions = { externalData: fixtureData }): string {
  try {
    imageInput(simplify(readModel(bytes, options).graph).graph);
  } catch (error) {
    if (error instanceof CompileError) return error.diagnostics.map(formatDiagnostic).join('\n');
    throw error;
  }
  return 'no diagnostic';
}

describe('bad models', () => {
  test.each(fixtureNames('bad_'))('%s', (name) => {
    expect(diagnose(fixtureBytes(name))).toMatchSnapshot();
  });

  test('nothing, text and noise', () => {
    const text = new TextEncoder();
    expect(diagnose(new Uint8Array())).toMatchSnapshot('empty file');
    expect(
      diagnose(text.encode('version https://git-lfs.github.com/spec/v1\noid sha256:12\n')),
    ).toMatchSnapshot('LFS pointer');
    expect(diagnose(text.encode('{"nodes": []}'))).toMatchSnapshot('JSON');
    expect(diagnose(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a))).toMatchSnapshot('PNG');
    expect(diagnose(Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 0, 0))).toMatchSnapshot(
      'ZIP, as torch.save makes it',
    );
    expect(diagnose(new Uint8Array(1000))).toMatchSnapshot('zeros');
  });

  test('given input shapes', () => {
    const given = (inputShape: readonly number[]): string =>
      diagnose(fixtureBytes('dynamic_size'), { inputShape });
    expect(given([1, 3, 8, 8])).toBe('no diagnostic');
    expect(given([3, 8, 8])).toMatchSnapshot('too few dimensions');
    expect(given([1, 3, 0.5, 8])).toMatchSnapshot('no integer');
    expect(given([1, 3, -8, 8])).toMatchSnapshot('negative');
    expect(given([1, 3, 1e9, 1e9])).toMatchSnapshot('absurd');
  });

  test('a model cut short at any byte gives one diagnostic', () => {
    const bytes = fixtureBytes('half_precision');
    for (let length = 0; length < bytes.length; length++) {
      const found = diagnose(bytes.subarray(0, length));
      // The opset stands behind the graph: without it the model is known to be incomplete.
      expect(found, `cut to ${length} bytes`).toMatch(/^error CAM10[1-4]: [^\n]*\n {2}[^\n]*$/);
    }
  });
});
