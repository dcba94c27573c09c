/** A single logit z on the accelerator: two classes with the scores -z and z. */
import { expect, it } from 'vitest';
import { everyTarget } from '../../src/compiler/every-target.ts';
import { makeAttribute } from '../../src/compiler/graph/attributes.ts';
import type { Graph } from '../../src/compiler/graph/ir.ts';
import { pearson } from '../../src/engine/fidelity.ts';
import { createExplainer } from '../../src/engine/float.ts';
import { Builder, Random } from '../compiler/gradient/support.ts';
import { endToEnd } from '../support/end-to-end.ts';
import { maxAbs, maxDifference } from '../support/oracles.ts';

const shape = [1, 3, 9, 9];
const channels = 6;

/** Two convolutions, then a head that makes one number of [1, 6, 9, 9]. */
function network(head: (b: Builder, r: Random, features: string) => string): Graph {
  const [b, r] = [new Builder(), new Random(11)];
  const pads = { pads: makeAttribute.ints([1, 1, 1, 1]) };
  const first = b.op('Relu', [b.op('Conv', ['x', b.constant(r.tensor([8, 3, 3, 3]))], pads)]);
  const second = b.op('Relu', [b.op('Conv', [first, b.constant(r.tensor([channels, 8, 3, 3]))], pads)]);
  return b.graph(shape, b.op('Sigmoid', [head(b, r, second)]), 20);
}

const pooled = (b: Builder, features: string) =>
  b.op('Flatten', [b.op('GlobalAveragePool', [features])], { axis: makeAttribute.int(1) });

const heads: Record<string, (b: Builder, r: Random, features: string) => string> = {
  'Gemm with a bias': (b, r, f) =>
    b.op('Gemm', [pooled(b, f), b.constant(r.tensor([1, channels])), b.floats(0.3)], {
      transB: makeAttribute.int(1),
      alpha: makeAttribute.float(0.7),
      beta: makeAttribute.float(2),
    }),
  'Gemm, weights not transposed': (b, r, f) =>
    b.op('Gemm', [pooled(b, f), b.constant(r.tensor([channels, 1]))]),
  'MatMul and Add': (b, r, f) =>
    b.op('Add', [b.op('MatMul', [pooled(b, f), b.constant(r.tensor([channels, 1]))]), b.floats(-0.2)]),
  'convolution and average': (b, r, f) =>
    b.op('GlobalAveragePool', [b.op('Conv', [f, b.constant(r.tensor([1, channels, 1, 1]))])]),
};

const random = new Random(5);
const pictures = [1, 2, 3].map(() => random.tensor(shape).data as Float32Array);

it.each(Object.keys(heads))('%s', async (head) => {
  const graph = network(heads[head]!);
  const explainer = await createExplainer(graph);
  for (const target of [undefined, 'Conv_0']) {
    const { analysis, compilation, runs } = await endToEnd(graph, pictures, {
      ...(target === undefined ? {} : { target }),
      classes: [0, 1],
    });
    expect(compilation.network.classes).toBe(2);
    // What the editor measures ahead for other targets takes the same two scores.
    expect(everyTarget(analysis).model.scores).toBe(analysis.model.scores);
    expect(analysis.model.probability).toBe(graph.outputs[0]!.name);
    for (const [i, { classIndex, fixed, float }] of runs.entries()) {
      expect(fixed.scores[0]).toBe(-fixed.scores[1]!);
      // Against the float engine on the model as it is, which knows a single logit.
      const z = (await explainer.explain(pictures[Math.floor(i / 2)]!, classIndex)).scores[0]!;
      expect(float.scores[1]).toBeCloseTo(z, 5);
      expect(Math.abs(fixed.scores[1]! - z)).toBeLessThan(0.03 * Math.max(1, Math.abs(z)));
      // One of the two maps may be zero: the scores' signs differ.
      if (maxAbs(float.map) > 0) expect(pearson(Array.from(fixed.map), float.map)).toBeGreaterThan(0.97);
      const scale = maxAbs(float.alpha);
      expect(scale).toBeGreaterThan(0);
      // Behind a mask one activation that is rounded to the other side of zero counts.
      const most = target === undefined ? 0.02 : 0.15;
      expect(maxDifference(fixed.alpha, float.alpha)).toBeLessThan(most * scale);
    }
  }
  await explainer.dispose();
});
