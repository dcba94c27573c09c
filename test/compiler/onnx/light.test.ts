/** ONNX's architecture-only zoo models (opset 9; each weight a ConstantOfShape). */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaultTarget, pathsTo } from '../../../src/compiler/gradient/target.ts';
import { findScores } from '../../../src/compiler/gradient/scores.ts';
import { inferShapes } from '../../../src/compiler/graph/infer.ts';
import type { Graph } from '../../../src/compiler/graph/ir.ts';
import { elementCount } from '../../../src/compiler/graph/tensor.ts';
import { graphMacs, graphParameters } from '../../../src/compiler/graph/macs.ts';
import { simplify } from '../../../src/compiler/graph/passes.ts';
import { verify } from '../../../src/compiler/graph/verify.ts';
import { decodeTensor } from '../../../src/compiler/onnx/proto.ts';
import { readModel } from '../../../src/compiler/onnx/read.ts';
import { readTensor } from '../../../src/compiler/onnx/tensor.ts';
import { writeModel } from '../../../src/compiler/onnx/write.ts';
import { ort, runModel } from '../../support/ort.ts';
import { sharedModels } from '../../support/shared.ts';
import { difference, fromOrt } from '../../support/tensors.ts';
import { needs } from '../../support/tools.ts';

const folder = join(sharedModels() ?? '', 'onnx-light');

/** GMAC by an independent count, published parameter counts (in millions), and the shape of the default target. */
const models = [
  { name: 'resnet50', gmac: 4.089, parameters: 25.6, target: [1, 2048, 7, 7] },
  { name: 'vgg19', gmac: 19.632, parameters: 143.67, target: [1, 512, 7, 7] },
  { name: 'inception_v1', gmac: 1.432, parameters: 7.0, target: [1, 1024, 6, 6] }, // this export's pools round down: 6 x 6, not 7 x 7
  { name: 'squeezenet', gmac: 0.349, parameters: 1.24, target: [1, 1000, 13, 13] },
  { name: 'bvlc_alexnet', gmac: 0.655, parameters: 60.97, target: [1, 256, 6, 6] },
];

needs('shared models')('light models', () => {
  test.each(models)('$name: shapes, MACs, default target', ({ name, gmac, parameters, target }) => {
    const { graph } = simplify(
      readModel(readFileSync(join(folder, `light_${name}.onnx`))).graph,
      {},
      (pass, after) => {
        expect(verify(after), pass.name).toEqual([]);
      },
    );
    // The published figures are rounded to the digits given.
    expect(graphMacs(graph) / 1e9).toBeCloseTo(gmac, 3);
    expect(Math.abs(graphParameters(graph) / 1e6 - parameters)).toBeLessThan(0.05);
    const paths = pathsTo(graph, findScores(graph).tensor);
    expect(graph.values.get(defaultTarget(graph, paths))!.shape).toEqual(target);
  });

  test.each(models)(
    '$name: expected outputs after all passes; large constants stay symbolic',
    async ({ name }) => {
      const path = join(folder, `light_${name}.onnx`);
      const original = inferShapes(readModel(readFileSync(path)).graph);
      const { graph } = simplify(original);
      const written = writeModel(graph);
      // Only constants up to 1 MB are spelled out; the largest models would have 574 MB of them.
      for (const tensor of graph.initializers.values())
        expect(tensor.data.byteLength).toBeLessThanOrEqual(1 << 20);
      const large = graph.nodes.filter((n) => n.op === 'ConstantOfShape');
      expect(large.every((n) => elementCount(graph.values.get(n.outputs[0]!)!.shape) * 4 > 1 << 20)).toBe(
        true,
      );
      expect(statSync(path).size).toBeLessThan(written.length);

      const [input] = graph.inputs;
      // The input of ONNX's test runner for these models: 0 .. n-1, divided by n.
      const n = elementCount(input!.shape);
      const feeds = {
        [input!.name]: new ort.Tensor(
          'float32',
          Float32Array.from({ length: n }, (_, i) => i / n),
          input!.shape,
        ),
      };
      const expected = readTensor(
        decodeTensor(readFileSync(join(folder, `light_${name}_output_0.pb`))),
        'output',
      );
      // The expected probabilities are all alike, so the scores before the Softmax are compared, too.
      const scores = findScores(graph).tensor;
      const found = await runModel(withOutput(graph, scores), feeds);
      expect(difference(fromOrt(found[graph.outputs[0]!.name]!), expected)).toBeUndefined();
      const reference = await runModel(withOutput(original, scores), feeds);
      expect(difference(fromOrt(found[scores]!), fromOrt(reference[scores]!), 1e-4)).toBeUndefined();
    },
    120_000,
  );
});

function withOutput(graph: Graph, tensor: string): Uint8Array {
  return writeModel({ ...graph, outputs: [...graph.outputs, graph.values.get(tensor)!] });
}
