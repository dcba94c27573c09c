/** A float16 model through the float engine: float16 in and out, float32 inside. */
import { expect, test } from 'vitest';
import { toNumbers } from '../../src/compiler/graph/tensor.ts';
import { readModel } from '../../src/compiler/onnx/read.ts';
import { explainFloat } from '../support/explain-float.ts';
import { fixtureBytes } from '../support/onnx-fixtures.ts';
import { runModel } from '../support/ort.ts';
import { fromOrt, toOrt } from '../support/tensors.ts';

test('scores and alpha of a float16 model', async () => {
  const bytes = fixtureBytes('half_interface');
  const { graph } = readModel(bytes);
  const image = Float32Array.from({ length: 4 * 5 * 6 }, (_, i) => Math.sin(i));
  const { scores, class: top, maps } = await explainFloat(bytes, image, { targets: ['r'] });

  const feed = toOrt({ dtype: 'float16', shape: [1, 4, 5, 6], data: image });
  const original = toNumbers(fromOrt((await runModel(bytes, { x: feed }))['y']!));
  // The original rounds every tensor to 11 bits.
  original.forEach((z, i) => expect(Math.abs(scores[i]! - z)).toBeLessThan(5e-3 * Math.max(...original)));
  expect(top).toBe(original.indexOf(Math.max(...original)));

  // Global average pooling and one dense layer: alpha is a column of the dense weights over H W, exactly.
  const dense = toNumbers(graph.initializers.get('d')!);
  const column = [0, 1, 2].map((k) => Math.fround(dense[k * 5 + top]! / 30));
  maps[0]!.alpha!.forEach((a, k) => expect(a).toBeCloseTo(column[k]!, 7));
});
