/** Clips with any constant bounds on the accelerator, forward and backward, beside a ReLU that reads the same tensor. */
import { expect, it } from 'vitest';
import { makeAttribute } from '../../src/compiler/graph/attributes.ts';
import { pearson, signalToNoise } from '../../src/engine/fidelity.ts';
import { Builder, Random } from '../compiler/gradient/support.ts';
import { endToEnd } from '../support/end-to-end.ts';
import { maxAbs, maxDifference } from '../support/oracles.ts';

const shape = [1, 3, 9, 9];

/** Convolution, Clip (and perhaps a ReLU of the same), convolution, ReLU, average, dense. */
function network(lower: number | undefined, upper: number | undefined, beside: boolean) {
  const [b, r] = [new Builder(), new Random(4)];
  const pads = { pads: makeAttribute.ints([1, 1, 1, 1]) };
  const conv = b.op('Conv', ['x', b.constant(r.tensor([8, 3, 3, 3], -0.5, 0.5))], pads);
  const bound = (value: number | undefined) => (value === undefined ? '' : b.scalar(value));
  const clipped = b.op('Clip', [conv, bound(lower), bound(upper)]);
  const joined = beside ? b.op('Add', [clipped, b.op('Relu', [conv])]) : clipped;
  const second = b.op('Relu', [b.op('Conv', [joined, b.constant(r.tensor([6, 8, 3, 3]))], pads)]);
  const flat = b.op('Flatten', [b.op('GlobalAveragePool', [second])], { axis: makeAttribute.int(1) });
  const scores = b.op('Gemm', [flat, b.constant(r.tensor([4, 6]))], { transB: makeAttribute.int(1) });
  return b.graph(shape, scores, 20);
}

const random = new Random(5);
const pictures = Array.from({ length: 4 }, () => random.tensor(shape).data as Float32Array);

it.each([
  { lower: -1, upper: 1, beside: false },
  { lower: 0.2, upper: 2, beside: false },
  { lower: -0.4, upper: undefined, beside: false },
  { lower: undefined, upper: 0.5, beside: false },
  { lower: -2, upper: -0.1, beside: false },
  { lower: 0, upper: 1, beside: true },
  { lower: -1, upper: 1, beside: true },
])('Clip from $lower to $upper, a ReLU beside it: $beside', async ({ lower, upper, beside }) => {
  const graph = network(lower, upper, beside);
  for (const target of [undefined, 'Conv_0']) {
    const { compilation, runs } = await endToEnd(graph, pictures, {
      ...(target === undefined ? {} : { target }),
      classes: [0, 3],
    });
    // Choosing a target never changes the scores: nor does it here, where the table serves forward and backward.
    const [fixed, float] = (['fixed', 'float'] as const).map((k) =>
      runs.flatMap((r) => Array.from(r[k].scores)),
    );
    expect(signalToNoise(fixed!, float!)).toBeGreaterThan(25);
    if (target !== undefined) expect(compilation.network.explanation!.gradient).not.toBe('constant');
    for (const run of runs) {
      const scale = maxAbs(run.float.alpha);
      expect(scale).toBeGreaterThan(0);
      expect(maxDifference(run.fixed.alpha, run.float.alpha)).toBeLessThan(
        (target === undefined ? 0.02 : 0.15) * scale,
      );
      if (maxAbs(run.float.map) > 0)
        expect(pearson(Array.from(run.fixed.map), run.float.map)).toBeGreaterThan(0.95);
    }
  }
});
