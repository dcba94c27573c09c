import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readModel } from '../../../src/compiler/onnx/read.ts';
import { writeModel } from '../../../src/compiler/onnx/write.ts';
import { inferShapes } from '../../../src/compiler/graph/infer.ts';
import { simplify } from '../../../src/compiler/graph/passes.ts';
import { verify } from '../../../src/compiler/graph/verify.ts';
import { oracleModel, oracleNames } from '../../support/models.ts';
import { ort, runModel } from '../../support/ort.ts';
import { sharedModels } from '../../support/shared.ts';
import { needs } from '../../support/tools.ts';

/**
 * float32 rounding only: passes reorder at most one multiplication per channel (batch-norm folding), so scores
 * move by a few units in the last place of the largest one.
 */
const tolerance = 2e-5;

function maxError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = 1e-30;
  let error = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]!));
    error = Math.max(error, Math.abs(found[i]! - expected[i]!));
  }
  return error / largest;
}

needs('shared models')('real classifiers', () => {
  test.each(oracleNames)('%s: scores survive reading, every pass and writing', async (name) => {
    const model = oracleModel(name);
    const { graph } = readModel(model.bytes);
    for (const foldBatchNorm of [false, true]) {
      const simplified = simplify(graph, { foldBatchNorm }, (pass, after) => {
        expect(verify(inferShapes(after)), pass.name).toEqual([]);
      });
      expect(verify(simplified.graph)).toEqual([]);
      const bytes = writeModel(simplified.graph);
      const [input] = graph.inputs;
      for (const { input: file, shape, ort_score, score } of model.inputs.slice(0, 2)) {
        const feeds = { [input!.name]: new ort.Tensor('float32', model.read(file), shape) };
        const original = await runModel(model.bytes, feeds);
        const ours = await runModel(bytes, feeds);
        for (const { name: output } of graph.outputs) {
          const found = ours[output]!.data as Float32Array;
          expect(maxError(found, original[output]!.data as Float32Array)).toBeLessThan(tolerance);
        }
        const scores = ours[model.scoreTensor]?.data as Float32Array | undefined;
        if (scores) expect(maxError(scores, ort_score ?? score)).toBeLessThan(tolerance);
      }
    }
  });

  test.each(['model_qdq', 'model_qlinear_ort'])('quantised %s: the same scores', async (name) => {
    const folder = join(sharedModels()!, 'quantised', 'mlperf_tiny_resnet8_cifar10');
    const bytes = readFileSync(join(folder, `${name}.onnx`));
    const { graph } = readModel(bytes);
    const simplified = simplify(graph, {}, (pass, after) =>
      expect(verify(after), pass.name).toEqual([]),
    ).graph;
    // Quantised weights stay quantised: they are the model's, not folded away.
    const count = (g: typeof graph, op: string): number => g.nodes.filter((n) => n.op === op).length;
    for (const op of ['QuantizeLinear', 'DequantizeLinear', 'QLinearConv']) {
      expect(count(simplified, op)).toBe(count(graph, op));
    }
    const written = writeModel(simplified);
    for (let i = 0; i < 3; i++) {
      const data = new Float32Array(Uint8Array.from(readFileSync(join(folder, `input${i}.bin`))).buffer);
      const feeds = { [graph.inputs[0]!.name]: new ort.Tensor('float32', data, graph.inputs[0]!.shape) };
      const [expected, found] = [await runModel(bytes, feeds), await runModel(written, feeds)];
      // Integer arithmetic and unchanged scales: equal bit for bit.
      for (const { name: output } of graph.outputs)
        expect(found[output]!.data).toEqual(expected[output]!.data);
    }
  });
});
