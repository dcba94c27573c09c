/** Gradients of all targets measured at once are those of each target measured for itself. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { analyse } from '../../src/compiler/analyse.ts';
import { readModel } from '../../src/compiler/onnx/read.ts';
import { calibrateModel } from '../../src/engine/compile-model.ts';
import { GradientsAhead } from '../../src/engine/gradients-ahead.ts';
import { Measured } from '../../src/engine/measured.ts';
import { everyTarget } from '../support/targets.ts';
import '../support/ort.ts';

const { graph } = readModel(readFileSync(new URL('../../media/sample/tiny-resnet18.onnx', import.meta.url)));
const size = graph.inputs[0]!.shape.reduce((a, b) => a * b);
/** Smooth waves: any pictures will do. */
const pictures = [1, 2, 3].map((n) =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(i / (7 * n)) * n),
);

test('for every target of the sample, to the bit; interrupted, it goes on where it was', async () => {
  const measured = new Measured();
  const first = analyse(graph);
  await calibrateModel(first, { calibration: pictures, measured });
  const ahead = new GradientsAhead(pictures, measured, {});
  const seen: number[] = [];
  const interrupted = ahead.run(first, (done) => {
    seen.push(done);
    if (done === 2) throw new Error('enough');
  });
  await expect(interrupted).rejects.toThrow('enough');
  await ahead.run(first, (done) => seen.push(done));
  expect(seen).toEqual([0, 0, 1, 2, 0, 2]);

  for (const [i, target] of everyTarget(graph).entries()) {
    const analysis = analyse(graph, { target });
    expect(measured.missing(analysis)?.gradients.size ?? 0, target).toBe(0);
    // The float engine takes its time: every fifth target is measured for itself.
    if (i % 5 > 0) continue;
    const own = await calibrateModel(analysis, { calibration: pictures });
    const table = await calibrateModel(analysis, { calibration: pictures, measured });
    expect(table, target).toEqual(own);
  }
});
