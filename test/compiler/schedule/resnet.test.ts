import { describe, expect, it } from 'vitest';
import { execute } from '../../../src/compiler/quantize/executor.ts';
import type { IntegerNetwork } from '../../../src/compiler/quantize/network.ts';
import { checkSchedule } from '../../../src/compiler/schedule/check.ts';
import { interpret } from '../../../src/compiler/schedule/interpreter.ts';
import type { Schedule } from '../../../src/compiler/schedule/operation.ts';
import { schedule } from '../../../src/compiler/schedule/schedule.ts';
import { residualNetwork, resnet18w16, resnet8 } from './support/resnet.ts';

const shape = { rows: 16, columns: 16, lanes: 8 };

function utilisation(network: IntegerNetwork, plan: Schedule): number {
  const macs = network.layers.filter((l) => l.phase === 'inference').reduce((sum, l) => sum + l.macs, 0);
  return macs / (plan.cycles.inference * plan.shape.rows * plan.shape.columns);
}

// The bars are those of the project's accelerator figures: utilisation and explanation overhead at 16x16.
const cases = [
  { name: 'ResNet-8', net: resnet8, macs: 12_501_632, utilisation: 0.9, overhead: 0.01 },
  { name: 'ResNet18-w16', net: resnet18w16, macs: 35_046_656, utilisation: 0.95, overhead: 0.002 },
];

describe('residual networks with the shapes of the CIFAR models', () => {
  for (const bar of cases) {
    const { network, pixels } = residualNetwork(bar.net, true);
    const plan = schedule(network, shape);

    it(`${bar.name}: utilisation >= ${bar.utilisation}, overhead <= ${bar.overhead}`, () => {
      expect(network.layers.reduce((sum, l) => sum + (l.phase === 'inference' ? l.macs : 0), 0)).toBe(
        bar.macs,
      );
      expect(utilisation(network, plan)).toBeGreaterThanOrEqual(bar.utilisation);
      expect(plan.cycles.explanation / plan.cycles.inference).toBeLessThanOrEqual(bar.overhead);
    });

    it(`${bar.name}: sound, and equal to the integer network`, () => {
      expect(checkSchedule(plan)).toEqual([]);
      const got = interpret(plan, pixels);
      const want = execute(network, pixels);
      expect([...got.scores]).toEqual([...want.scores]);
      expect([...got.map]).toEqual([...want.explanation!.map]);
    });

    it(`${bar.name}: the explanation leaves every inference cycle where it was`, () => {
      const alone = schedule(residualNetwork(bar.net, false).network, shape);
      const inference = plan.operations.filter(({ operation }) => operation.phase === 'inference');
      const cycles = (operations: typeof inference) => operations.map(({ start, length }) => [start, length]);
      expect(cycles(inference)).toEqual(cycles([...alone.operations]));
      expect(alone.cycles).toEqual({ inference: plan.cycles.inference, explanation: 0 });
    });
  }
});
