/**
 * Small models of every encoding, old opsets, functions, names, shape arithmetic, activations and rearrangements:
 * read, put through every pass, written, and run. The answers are ONNX Runtime's on the untouched model.
 */
import { describe, expect, test } from 'vitest';
import { simplify } from '../../../src/compiler/graph/passes.ts';
import { verify } from '../../../src/compiler/graph/verify.ts';
import { readModel } from '../../../src/compiler/onnx/read.ts';
import { writeModel } from '../../../src/compiler/onnx/write.ts';
import { fixtureAnswers, fixtureBytes, fixtureData, fixtureNames } from '../../support/onnx-fixtures.ts';
import { runModel } from '../../support/ort.ts';
import { difference, fromOrt, toOrt } from '../../support/tensors.ts';

/** Node operators after all passes, where a pass is meant to change them. */
const operators: Readonly<Record<string, readonly string[]>> = {};

const inputShapes: Readonly<Record<string, readonly number[]>> = { dynamic_size: [1, 3, 4, 5] };

/** Half precision rounds to 11 bits; everything else to 24, over at most some hundred additions. */
const tolerances: Readonly<Record<string, number>> = { half_precision: 5e-3 };

describe('fixtures', () => {
  const names = fixtureNames().filter((n) => fixtureAnswers(n));

  test.each(names)('%s', async (name) => {
    const read = readModel(fixtureBytes(name), { externalData: fixtureData, inputShape: inputShapes[name] });
    const { graph } = simplify(read.graph, {}, (pass, after) => expect(verify(after), pass.name).toEqual([]));
    if (operators[name]) expect(graph.nodes.map((n) => n.op)).toEqual(operators[name]);
    const { inputs, outputs } = fixtureAnswers(name)!;
    const feeds = Object.fromEntries(Object.entries(inputs).map(([k, t]) => [k, toOrt(t)]));
    const found = await runModel(writeModel(graph), feeds);
    for (const [output, expected] of Object.entries(outputs)) {
      const problem = difference(fromOrt(found[output]!), expected, tolerances[name] ?? 2e-5, 2e-6);
      expect(problem).toBeUndefined();
    }
  });
});
