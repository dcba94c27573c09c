import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { simplify } from '../../../src/compiler/graph/passes.ts';
import { readModel } from '../../../src/compiler/onnx/read.ts';
import { sharedModels } from '../../support/shared.ts';
import { needs } from '../../support/tools.ts';

/** ONNX's own expansions of its activation functions, written by others than us. */
const expanded: readonly (readonly [test: string, operator: string])[] = [
  ['test_gelu_default_1_expanded', 'Gelu'],
  ['test_gelu_default_2_expanded', 'Gelu'],
  ['test_gelu_tanh_1_expanded', 'Gelu'],
  ['test_gelu_tanh_2_expanded', 'Gelu'],
  ['test_mish_expanded', 'Mish'],
  ['test_swish_expanded', 'Swish'],
];

needs('shared models')('compound activations of the ONNX specification', () => {
  test.each(expanded)('%s is one %s', (name, operator) => {
    const bytes = readFileSync(join(sharedModels()!, 'onnx-node-tests', name, 'model.onnx'));
    const { graph } = simplify(readModel(bytes).graph);
    expect(graph.nodes.map((n) => n.op)).toEqual([operator]);
  });
});
