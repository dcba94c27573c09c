/** The float engine: ONNX Runtime behind its one module, and explanations from the static model. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CompileError } from '../../src/compiler/diagnostics.ts';
import { deriveFromModel } from '../../src/compiler/gradient/export.ts';
import { legalise } from '../../src/compiler/gradient/legalise/legalise.ts';
import { withOutputs } from '../../src/compiler/gradient/outputs.ts';
import { writeModel } from '../../src/compiler/onnx/write.ts';
import {
  createExplainer,
  createFloatEngine,
  withClassInput,
  type FloatExplainer,
} from '../../src/engine/float.ts';
import { explainFloat } from '../support/explain-float.ts';
import { maxAbs, maxDifference, oraclePlaces, readOracle } from '../support/oracles.ts';

const oracle = readOracle(oraclePlaces().find((o) => o.name === 'resnet8_bn_kept')!.place!);
const [first, second] = oracle.inputs;

describe('an explainer', () => {
  let explainer: FloatExplainer;
  beforeAll(async () => {
    explainer = await createExplainer(oracle.model, {
      targets: ['/r2_1/Relu_output_0', '/r2_2/Relu_output_0'],
    });
  });
  afterAll(() => explainer.dispose());

  test('gives scores, class, weights and maps of every target', async () => {
    const result = await explainer.explain(first!.image);
    expect(result.class).toBe(first!.score.indexOf(Math.max(...first!.score)));
    expect(result.classIsArgmax).toBe(true);
    // float32 against torch's float64.
    expect(maxDifference(result.scores, first!.score)).toBeLessThanOrEqual(1e-4 * maxAbs(first!.score));
    expect(result.maps.map((m) => [m.alpha!.length, m.map.length])).toEqual([
      [32, 256],
      [64, 64],
    ]);
  });

  test('explains the class asked for', async () => {
    const cam = first!.cams.find((c) => c.onnx_tensor === '/r2_2/Relu_output_0')!;
    const result = await explainer.explain(first!.image, cam.cls);
    expect([result.class, result.classIsArgmax]).toEqual([cam.cls, false]);
    const alpha = oracle.alpha(cam);
    expect(maxDifference(result.maps[1]!.alpha!, alpha)).toBeLessThanOrEqual(1e-4 * maxAbs(alpha));
  });

  test('a result is not changed by the next run', async () => {
    const before = await explainer.explain(first!.image, 2);
    const kept = before.maps.map((m) => Float32Array.from(m.map));
    await explainer.explain(second!.image, 5);
    expect(before.maps.map((m) => m.map)).toEqual(kept);
  });

  test('a class out of range is a diagnostic', async () => {
    await expect(explainer.explain(first!.image, first!.score.length)).rejects.toThrow(CompileError);
    await expect(explainer.explain(first!.image, -1)).rejects.toThrow(/CAM205/);
    await expect(explainer.explain(first!.image, 1.5)).rejects.toThrow(/CAM205/);
  });
});

test('explains one image with one model', async () => {
  const { class: cls, maps } = await explainFloat(oracle.model, first!.image, { class: 5 });
  expect(cls).toBe(5);
  expect(maps[0]!.target.tensor).toBe('/r2_2/Relu_output_0');
});

test('any tensor of the gradient graph can be read, for calibration', async () => {
  const model = deriveFromModel(oracle.model, { targets: ['/r2_1/Relu_output_0'] });
  const graph = legalise(model.graph);
  const gradients = graph.nodes.slice(model.forwardNodes).flatMap((n) => n.outputs);
  const forward = graph.nodes.slice(0, model.forwardNodes).flatMap((n) => n.outputs);
  const names = [...forward, ...gradients].filter((n) => n !== '');
  const engine = await createFloatEngine(writeModel(withClassInput(withOutputs(graph, names), model)));
  const outputs = await engine.run({
    input: { dtype: 'float32', shape: first!.shape, data: first!.image },
    [model.classInput]: { dtype: 'int64', shape: [1], data: BigInt64Array.of(-1n) },
  });
  expect(Object.keys(outputs).sort()).toEqual([...new Set([...names, ...engine.outputs])].sort());
  for (const name of names) expect(outputs[name]!.shape).toEqual(graph.values.get(name)!.shape);
  await engine.dispose();
});
