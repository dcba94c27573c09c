/**
 * Static GradCAM against torch: every target, class and input of every oracle, through the exported ONNX model run
 * by ONNX Runtime (which is the float engine). The answers are torch autograd in float64; ours is float32, so the
 * bar is 1e-4 of the largest value, for the map and for alpha; a map that is zero there must stay below 1e-6 of
 * the largest sum_k |alpha_k A_k| (rounding of terms that cancel or are negative).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withOutputs } from '../../../src/compiler/gradient/outputs.ts';
import { exportStaticModel, type ExportedModel } from '../../../src/compiler/gradient/export.ts';
import { writeModel } from '../../../src/compiler/onnx/write.ts';
import { createFloatEngine, type FloatEngine } from '../../../src/engine/ort.ts';
import { maxAbs, maxDifference, oraclePlaces, readOracle, type Oracle } from '../../support/oracles.ts';
import { needs } from '../../support/tools.ts';

const bar = 1e-4;
const zeroBar = 1e-6;

/** The exported model with `class` as an ordinary input and every target readable. */
async function engineFor({ graph, model }: ExportedModel): Promise<FloatEngine> {
  const initializers = new Map(graph.initializers);
  initializers.delete(model.classInput);
  const readable = withOutputs({ ...graph, initializers }, [
    model.scores,
    ...model.targets.map((t) => t.tensor),
  ]);
  return createFloatEngine(writeModel(readable));
}

/** max over positions of sum_k |alpha_k A_k|. */
function largestTerm(alpha: Float32Array, a: Float32Array): number {
  const plane = a.length / alpha.length;
  const sums = Array.from({ length: plane }, (_, i) =>
    alpha.reduce((s, w, k) => s + Math.abs(w * a[k * plane + i]!), 0),
  );
  return maxAbs(sums);
}

for (const { name, place } of oraclePlaces()) {
  const describePlace = place ? describe : needs('shared models');
  describePlace(name, () => {
    let oracle: Oracle;
    let exported: ExportedModel;
    let engine: FloatEngine;

    beforeAll(async () => {
      oracle = readOracle(place!);
      exported = exportStaticModel(oracle.model, { targets: oracle.targets });
      engine = await engineFor(exported);
    });
    afterAll(() => engine.dispose());

    test('every map and alpha equals torch', async () => {
      const { model } = exported;
      let compared = 0;
      for (const { image, shape, cams, score } of oracle.inputs) {
        for (const cls of new Set(cams.map((c) => c.cls))) {
          const outputs = await engine.run({
            [exported.graph.inputs[0]!.name]: { dtype: 'float32', shape, data: image },
            [model.classInput]: { dtype: 'int64', shape: [1], data: BigInt64Array.of(BigInt(cls)) },
          });
          const read = (tensor: string) => outputs[tensor]!.data as Float32Array;
          expect(maxDifference(read(model.scores), score)).toBeLessThanOrEqual(bar * maxAbs(score));
          for (const cam of cams.filter((c) => c.cls === cls)) {
            const target = model.targets.find((t) => t.requested === cam.onnx_tensor)!;
            const where = `${cam.onnx_tensor}, class ${cls}`;
            const [map, alpha] = [oracle.map(cam), oracle.alpha(cam)];
            const [ourMap, ourAlpha] = [read(target.map), read(target.alpha!)];
            expect([target.height, target.width], where).toEqual(cam.map_shape);
            expect(maxDifference(ourAlpha, alpha), `alpha of ${where}`).toBeLessThanOrEqual(
              bar * maxAbs(alpha),
            );
            const largest = maxAbs(map);
            if (largest > 0)
              expect(maxDifference(ourMap, map), `map of ${where}`).toBeLessThanOrEqual(bar * largest);
            else
              expect(maxAbs(ourMap), where).toBeLessThanOrEqual(
                zeroBar * largestTerm(ourAlpha, read(target.tensor)),
              );
            compared++;
          }
        }
      }
      expect(compared).toBe(oracle.inputs.reduce((n, i) => n + i.cams.length, 0));
    });

    test('argmax is chosen at run time', async () => {
      const { image, shape, score } = oracle.inputs[0]!;
      const outputs = await engine.run({
        [exported.graph.inputs[0]!.name]: { dtype: 'float32', shape, data: image },
        [exported.model.classInput]: { dtype: 'int64', shape: [1], data: BigInt64Array.of(-1n) },
      });
      expect(Number(outputs[exported.model.classIndex]!.data[0])).toBe(score.indexOf(Math.max(...score)));
    });
  });
}
