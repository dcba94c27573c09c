/**
 * ONNX's own operator tests: each model is read, put through every pass, written back and run on ONNX Runtime;
 * outputs must equal the expected ones (rtol 1e-3, atol 1e-7: ONNX's own runner).
 *
 * Inputs that a static compiler must know (shapes, axes, pads...) are bound to the test's values.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { CompileError } from '../../../src/compiler/diagnostics.ts';
import { inferKnownShapes } from '../../../src/compiler/graph/infer.ts';
import type { Graph, Tensor } from '../../../src/compiler/graph/ir.ts';
import { simplify } from '../../../src/compiler/graph/passes.ts';
import { verify } from '../../../src/compiler/graph/verify.ts';
import { decodeTensor } from '../../../src/compiler/onnx/proto.ts';
import { readModel } from '../../../src/compiler/onnx/read.ts';
import { readTensor } from '../../../src/compiler/onnx/tensor.ts';
import { writeModel } from '../../../src/compiler/onnx/write.ts';
import { runModel } from '../../support/ort.ts';
import { sharedModels } from '../../support/shared.ts';
import { difference, fromOrt, toOrt } from '../../support/tensors.ts';
import { runtimeGaps, unsupportedTests } from './node-test-exceptions.ts';
import { needs } from '../../support/tools.ts';

const folder = join(sharedModels() ?? '', 'onnx-node-tests');
/** Where the folder is missing, one name stands for all in the list of skipped tests. */
const names = existsSync(folder)
  ? readdirSync(folder).filter((n) => n.startsWith('test_'))
  : ['every test of onnx-node-tests'];

function readTensors(name: string, kind: 'input' | 'output'): Tensor[] {
  const tensors: Tensor[] = [];
  for (;;) {
    const path = join(folder, name, 'test_data_set_0', `${kind}_${tensors.length}.pb`);
    if (!existsSync(path)) return tensors;
    tensors.push(readTensor(decodeTensor(readFileSync(path)), `${kind}_${tensors.length}`));
  }
}

/** The graph with the inputs whose values shapes depend on made initializers. */
function bindShapeInputs(graph: Graph, values: ReadonlyMap<string, Tensor>): Graph {
  let bound = graph;
  for (;;) {
    const { diagnostics } = inferKnownShapes(bound);
    const name = diagnostics
      .map((d) => /the value of "(.*)", which is only known/.exec(d.message)?.[1])
      .find(Boolean);
    if (name === undefined || !values.has(name)) return bound;
    bound = {
      ...bound,
      inputs: bound.inputs.filter((i) => i.name !== name),
      initializers: new Map([...bound.initializers, [name, values.get(name)!]]),
    };
  }
}

const counts = { passed: 0, folded: 0, unsupported: [] as string[], gaps: [] as string[] };

needs('shared models')('ONNX operator tests', () => {
  afterAll(() => {
    const { passed, folded, unsupported, gaps } = counts;
    const failed = names.length - passed - unsupported.length - gaps.length;
    console.log([...unsupported, ...gaps].join('\n'));
    console.log(
      `ONNX operator tests: ${passed} passed, ${unsupported.length} unsupported, ` +
        `${gaps.length} not run by ONNX Runtime Web, ${failed} failed, of ${names.length}; ${folded} outputs also folded by the compiler`,
    );
  });

  test.each(names)('%s', async (name) => {
    const bytes = readFileSync(join(folder, name, 'model.onnx'));
    const expectedDiagnostic = unsupportedTests[name];
    if (expectedDiagnostic) {
      const diagnostics = compileDiagnostics(bytes);
      expect(diagnostics.join('\n')).toMatch(expectedDiagnostic);
      counts.unsupported.push(`unsupported ${name}: ${diagnostics.join('; ')}`);
      return;
    }
    const { graph } = readModel(bytes);
    const given = readTensors(name, 'input');
    const feeds = new Map(graph.inputs.map((input, i) => [input.name, given[i]!]));
    const bound = bindShapeInputs(graph, feeds);
    const simplified = simplify(bound, {}, (pass, after) =>
      expect(verify(after), pass.name).toEqual([]),
    ).graph;
    expectFolded(bound, feeds, readTensors(name, 'output'));
    const written = writeModel(simplified);
    const gap = runtimeGaps[name];
    if (gap) {
      // An exception must not outlive its reason: the runtime fails on the original model in the same way.
      await expect(runOriginal(bytes, graph, feeds, readTensors(name, 'output'))).resolves.toBe(false);
      counts.gaps.push(`not run ${name}: ${gap}`);
      return;
    }
    const outputs = await runModel(
      written,
      Object.fromEntries(simplified.inputs.map(({ name: input }) => [input, toOrt(feeds.get(input)!)])),
    );
    readTensors(name, 'output').forEach((expected, i) => {
      expect(difference(fromOrt(outputs[graph.outputs[i]!.name]!), expected)).toBeUndefined();
    });
    counts.passed++;
  });
});

/** With every input known, whatever constant folding takes on must give the expected outputs, too. */
function expectFolded(graph: Graph, feeds: ReadonlyMap<string, Tensor>, expected: readonly Tensor[]): void {
  const known = graph.inputs.map(({ name }) => [name, feeds.get(name)!] as const);
  const folded = simplify({
    ...graph,
    inputs: [],
    initializers: new Map([...graph.initializers, ...known]),
  }).graph;
  expected.forEach((e, i) => {
    const tensor = folded.initializers.get(graph.outputs[i]!.name);
    if (!tensor) return;
    expect(difference(tensor, e), 'folded').toBeUndefined();
    counts.folded++;
  });
}

/** Whether ONNX Runtime Web gives the expected outputs of the untouched model. */
async function runOriginal(
  bytes: Uint8Array,
  graph: Graph,
  feeds: ReadonlyMap<string, Tensor>,
  expected: readonly Tensor[],
): Promise<boolean> {
  try {
    const outputs = await runModel(
      bytes,
      Object.fromEntries([...feeds].map(([name, t]) => [name, toOrt(t)])),
    );
    return expected.every((e, i) => difference(fromOrt(outputs[graph.outputs[i]!.name]!), e) === undefined);
  } catch {
    return false;
  }
}

function compileDiagnostics(bytes: Uint8Array): string[] {
  try {
    simplify(readModel(bytes).graph);
    return [];
  } catch (error) {
    if (error instanceof CompileError) return error.diagnostics.map((d) => `${d.code} ${d.message}`);
    throw error;
  }
}
