/**
 * Arrays of twice as many columns as rows: the backward pass reads the forward words of two banks, and keeps a copy only
 * where the groups of a convolution do not fill whole vectors, or where the forward pass reads whole kernel rows. Bit and
 * cycle exact on the RTL.
 */
import { expect, it } from 'vitest';
import { makeAttribute } from '../../src/compiler/graph/attributes.ts';
import { networkInput } from '../../src/engine/fixed.ts';
import { Builder, Random } from '../compiler/gradient/support.ts';
import { endToEnd } from '../support/end-to-end.ts';
import { needs } from '../support/tools.ts';
import { simulateSchedule } from './support/simulation.ts';

const shape = [1, 3, 7, 7];
const random = new Random(11);
const pictures = Array.from({ length: 2 }, () => random.tensor(shape).data as Float32Array);

/** Convolution, ReLU, convolution of so many groups, ReLU, average, dense to 21 classes. */
function network(inputs: number, outputs: number, groups: number) {
  const [b, r] = [new Builder(), new Random(5)];
  const padded = { pads: makeAttribute.ints([1, 1, 1, 1]) };
  const features = b.op('Relu', [b.op('Conv', ['x', b.constant(r.tensor([inputs, 3, 3, 3]))], padded)]);
  const kernel = b.constant(r.tensor([outputs, inputs / groups, 3, 3]));
  const grouped = { ...padded, group: makeAttribute.int(groups) };
  const last = b.op('Relu', [b.op('Conv', [features, kernel], grouped)]);
  const flat = b.op('Flatten', [b.op('GlobalAveragePool', [last])], { axis: makeAttribute.int(1) });
  const dense = b.constant(r.tensor([21, outputs]));
  const scores = b.op('Gemm', [flat, dense], { transB: makeAttribute.int(1) });
  return { graph: b.graph(shape, scores, 20), features };
}

/** The 24 channels are three words: the last vector of the adjoint is half a vector. */
const networks = [
  { what: 'one group', inputs: 24, outputs: 24, groups: 1, copied: false },
  { what: 'groups of whole vectors', inputs: 32, outputs: 48, groups: 2, copied: false },
  { what: 'depthwise', inputs: 24, outputs: 24, groups: 24, copied: false },
  { what: 'depthwise by kernel rows', inputs: 32, outputs: 32, groups: 32, copied: true },
  { what: 'groups of half a vector', inputs: 24, outputs: 48, groups: 3, copied: true },
];

needs('verilator')('the backward pass on 8x16, on Verilator', () => {
  it.each(networks)(
    '$what: every write, score, map value and cycle',
    async ({ inputs, outputs, groups, copied }) => {
      const { graph, features } = network(inputs, outputs, groups);
      const options = { target: features, array: '8x16', classes: [0] };
      const { compilation } = await endToEnd(graph, pictures, options);
      const { network: integers, schedule } = compilation;
      expect(schedule.placements.some(({ copyOf }) => copyOf !== undefined)).toBe(copied);
      const turned = schedule.operations.filter(({ operation }) => operation.weights.mode === 'transposed');
      expect(turned.length).toBeGreaterThan(0);
      const [first] = pictures;
      const pixels = networkInput(integers, { tensor: first! });
      // Classes of the lower and of the upper half of the first tile, and of the second one.
      const runs = [undefined, 3, 12, 18].map((fixedClass) =>
        fixedClass === undefined ? { pixels } : { pixels, fixedClass },
      );
      const result = await simulateSchedule(schedule, runs);
      expect(result.mismatches).toEqual([]);
      expect(result.passed).toBe(true);
      for (const { inference, explanation } of result.runs)
        expect({ inference, explanation }).toEqual(schedule.cycles);
    },
    600_000,
  );
});
