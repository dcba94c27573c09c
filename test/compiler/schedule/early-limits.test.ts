import { describe, expect, it } from 'vitest';
import { CompileError, formatDiagnostic } from '../../../src/compiler/diagnostics.ts';
import type { Graph, Node } from '../../../src/compiler/graph/ir.ts';
import { refuseEarly } from '../../../src/compiler/schedule/early-limits.ts';
import { engineShapes } from '../../../src/compiler/schedule/engine-shape.ts';

const node = (op: string, inputs: readonly string[], output: string): Node => ({
  name: output,
  op,
  domain: '',
  inputs,
  outputs: [output],
  attributes: {},
});

/** A convolution and a dense layer, and a convolution that no score is made from. */
function classifier(input: readonly number[], weights: readonly number[], classes: number): Graph {
  const value = (name: string, shape: readonly number[]) => ({ name, dtype: 'float32' as const, shape });
  const constant = (shape: readonly number[]) => ({
    dtype: 'float32' as const,
    shape,
    data: new Float32Array(0),
  });
  return {
    name: 'g',
    opset: 13,
    irVersion: 8,
    inputs: [value('x', input)],
    outputs: [value('scores', [1, classes])],
    nodes: [
      node('Conv', ['x', 'w'], 'c'),
      node('Conv', ['x', 'aside'], 'd'),
      node('Gemm', ['c', 'v'], 'scores'),
    ],
    initializers: new Map([
      ['w', constant(weights)],
      ['v', constant([classes, 4])],
      ['aside', constant([2 ** 15, 2 ** 15, 1, 1])],
    ]),
    values: new Map([['scores', value('scores', [1, classes])]]),
    metadata: {},
  };
}

function refusal(graph: Graph, array: string): string[] {
  try {
    refuseEarly(graph, 'scores', engineShapes.get(array)!);
    return [];
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return error.diagnostics.map(formatDiagnostic);
  }
}

describe('what is refused before anything is measured', () => {
  const small = [8, 3, 3, 3];

  it('no network that might have room', () => {
    expect(refusal(classifier([1, 3, 256, 256], small, 10), '4x4')).toEqual([]);
    expect(refusal(classifier([1, 256, 256, 1], small, 4096), '4x4')).toEqual([]);
    // 4x4 has room for 16 bytes in each of 65,536 words: the dense layer's 40, and all that is left.
    expect(refusal(classifier([1, 3, 8, 8], [2 ** 20 - 40], 10), '4x4')).toEqual([]);
  });

  it('what is certainly too large, with what is needed, what there is and what would do', () => {
    expect({
      pixels: refusal(classifier([1, 3, 257, 256], small, 10), '16x16'),
      pixelsLast: refusal(classifier([1, 512, 300, 3], small, 10), '16x32'),
      weights: refusal(classifier([1, 3, 8, 8], [2 ** 20 - 39], 10), '4x4'),
      weightsOfAll: refusal(classifier([1, 3, 8, 8], [2 ** 26], 10), '16x16'),
      registers: refusal(classifier([1, 6, 300, 300], small, 5000), '16x16'),
    }).toMatchSnapshot();
  });
});
