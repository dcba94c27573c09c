import { expect, it } from 'vitest';
import { execute } from '../../../src/compiler/quantize/executor.ts';
import type { IntegerLayer, IntegerNetwork } from '../../../src/compiler/quantize/network.ts';
import { checkSchedule } from '../../../src/compiler/schedule/check.ts';
import { compareLayers } from '../../../src/compiler/schedule/compare.ts';
import { interpret } from '../../../src/compiler/schedule/interpreter.ts';
import { targetComputedAgain } from '../../../src/compiler/report/computed-again.ts';
import { layerReports } from '../../../src/compiler/report/layers.ts';
import { schedule } from '../../../src/compiler/schedule/schedule.ts';
import { generateNetwork } from './support/generate.ts';

/** The network with an inference convolution computed once more for the map, with an output stage of its own. */
function withTarget(network: IntegerNetwork): IntegerNetwork | undefined {
  const main = network.layers.findLast(
    ({ sum, phase, output }) =>
      phase === 'inference' && sum.kind === 'conv' && network.tensors.get(output.tensor)!.bits === 8,
  );
  if (!main) return undefined;
  const { bias, multiplier, shift, residual } = main.output;
  const target: IntegerLayer = {
    ...main,
    name: `${main.name}#target`,
    phase: 'heatmap',
    output: {
      tensor: 'target',
      bias: bias.map((b) => b + 3),
      multiplier: multiplier.map((m) => Math.ceil(m / 2)),
      shift,
      ...(residual ? { residual } : {}),
      lower: -128,
      upper: 127,
    },
  };
  const tensor = { ...network.tensors.get(main.output.tensor)!, name: 'target', zeroPoint: 5 };
  return {
    ...network,
    explanation: { ...network.explanation!, activation: 'target' },
    tensors: new Map([...network.tensors, ['target', tensor]]),
    layers: [...network.layers.slice(0, -1), target, network.layers.at(-1)!],
  };
}

it('writes a target beside the stage that has its sums: the same integers, and no cycle of the inference', () => {
  let riding = 0;
  let residuals = 0;
  for (let seed = 1; seed <= 60; seed++) {
    for (const [rows, columns] of [
      [4, 4],
      [4, 8],
    ] as const) {
      const { network: plain, pixels } = generateNetwork(seed, { maxChannels: 3 * rows });
      const network = withTarget(plain);
      if (!network) continue;
      const shape = { rows, columns, lanes: columns / 2 };
      const plan = schedule(network, shape);
      expect(checkSchedule(plan), `seed ${seed}`).toEqual([]);
      const { differences } = compareLayers(network, plan, interpret(plan, pixels), execute(network, pixels));
      expect(differences, `seed ${seed}`).toEqual([]);
      expect(plan.cycles.inference).toBe(schedule(plain, shape).cycles.inference);
      const side = plan.operations.find(({ operation }) => operation.side)?.operation.side;
      const told = targetComputedAgain(network, layerReports(network, plan), plan.cycles.explanation);
      expect(
        told.map(({ code }) => code),
        `seed ${seed}`,
      ).toEqual(side ? [] : ['CAM507']);
      riding += side ? 1 : 0;
      residuals += side?.residual ? 1 : 0;
    }
  }
  // Where the stage has no time left, the target is computed once more.
  expect(riding).toBeGreaterThanOrEqual(10);
  expect(residuals).toBeGreaterThanOrEqual(1);
  expect(riding).toBeLessThan(120);
});
