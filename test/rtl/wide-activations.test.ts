/** Forward activations of 16 bits on the RTL: as a convolution's input, as a residual, as a pool's, in two planes. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readModel } from '../../src/compiler/onnx/read.ts';
import { compileModel } from '../../src/engine/compile-model.ts';
import { sample } from '../cli/support.ts';
import { Random } from '../compiler/schedule/support/random.ts';
import { needs } from '../support/tools.ts';
import { simulateSchedule } from './support/simulation.ts';

needs('verilator')('16-bit activations on Verilator', () => {
  it.each(['8x8', '8x16'])(
    'sample network, %s: every write, score, map value and cycle',
    async (array) => {
      const random = new Random(3);
      const { graph } = readModel(readFileSync(sample));
      const wideActivations = graph.nodes
        .filter((n) => n.op === 'Relu')
        .map((n) => n.outputs[0]!)
        .filter((t) => !t.includes('blocks.7'));
      const { schedule, network } = await compileModel(graph, {
        name: 'wide',
        array,
        calibration: [1, 2].map(() =>
          Float32Array.from({ length: 3072 }, () => random.integer(-200, 200) / 100),
        ),
        target: '/blocks/blocks.5/relu2/Relu_output_0',
        quantisation: { wideActivations: wideActivations.filter((t) => !t.includes('blocks.5/relu2')) },
      });
      // 14 of the 17 activations, the pooled sums and the gradients.
      const wide = [...network.tensors.values()].filter((t) => t.bits === 16 && t.onnx !== undefined);
      expect(wide.length).toBe(15);
      const pixels = Int8Array.from({ length: 3072 }, () => random.integer(-128, 127));
      const result = await simulateSchedule(schedule, [{ pixels }]);
      expect(result.mismatches).toEqual([]);
      expect(result.passed).toBe(true);
      for (const { inference, explanation } of result.runs)
        expect({ inference, explanation }).toEqual(schedule.cycles);
    },
    240_000,
  );
});
