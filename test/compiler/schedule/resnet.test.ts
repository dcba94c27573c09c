import { describe, expect, it } from 'vitest';
import { execute } from '../../../src/compiler/quantize/executor.ts';
import type { IntegerNetwork } from '../../../src/compiler/quantize/network.ts';
import { checkSchedule } from '../../../src/compiler/schedule/check.ts';
import { interpret } from '../../../src/compiler/schedule/interpreter.ts';
import type { Schedule } from '../../../src/compiler/schedule/operation.ts';
import { schedule } from '../../../src/compiler/schedule/schedule.ts';
import { residualNetwork, resnet18w16, resnet8 } from './support/resnet.ts';

/** Milliseconds for a whole network through two slow references on a busy machine. */
const longRun = 60_000;
const shape = { rows: 16, columns: 16, lanes: 8 };

function utilisation(network: IntegerNetwork, plan: Schedule): number {
  const macs = network.layers.filter((l) => l.phase === 'inference').reduce((sum, l) => sum + l.macs, 0);
  return macs / (plan.cycles.inference * plan.shape.rows * plan.shape.columns);
}

// The bars are those of the project's accelerator figures: utilisation and explanation overhead at 16x16.
const cases = [
  { name: 'ResNet-8', net: resnet8, macs: 12_501_632, utilisation: 0.9, overhead: 0.01 },
  { name: 'ResNet18-w16', net: resnet18w16, macs: 35_046_656, utilisation: 0.98, overhead: 0.001 },
];

describe('residual networks with the shapes of the CIFAR models', () => {
  for (const bar of cases) {
    const { network, pixels } = residualNetwork(bar.net, 'last');
    const plan = schedule(network, shape);

    it(`${bar.name}: utilisation >= ${bar.utilisation}, overhead <= ${bar.overhead}`, () => {
      expect(network.layers.reduce((sum, l) => sum + (l.phase === 'inference' ? l.macs : 0), 0)).toBe(
        bar.macs,
      );
      expect(utilisation(network, plan)).toBeGreaterThanOrEqual(bar.utilisation);
      expect(plan.cycles.explanation / plan.cycles.inference).toBeLessThanOrEqual(bar.overhead);
    });

    it(
      `${bar.name}: sound, and equal to the integer network`,
      () => {
        expect(checkSchedule(plan)).toEqual([]);
        const got = interpret(plan, pixels);
        const want = execute(network, pixels);
        expect([...got.scores]).toEqual([...want.scores]);
        expect([...got.map]).toEqual([...want.explanation!.map]);
      },
      longRun,
    );

    it(`${bar.name}: the explanation leaves every inference cycle where it was`, () => {
      const alone = schedule(residualNetwork(bar.net, 'none').network, shape);
      const inference = plan.operations.filter(({ operation }) => operation.phase === 'inference');
      const starts = (operations: typeof inference) => operations.map(({ start }) => start);
      expect(starts(inference)).toEqual(starts([...alone.operations]));
      expect(alone.cycles).toEqual({ inference: plan.cycles.inference, explanation: 0 });
    });
  }
});

describe('residual blocks as targets', () => {
  // ResNet18-w16 has eight blocks; the last is the default target above.
  const targets = [
    { block: 0, bits: 8 },
    { block: 3, bits: 16 },
    { block: 6, bits: 16 },
  ] as const;
  for (const { block, bits } of targets) {
    it(
      `ResNet18-w16, block ${block}, ${bits}-bit gradients: sound, equal, and near its bound`,
      () => {
        const { network, pixels } = residualNetwork(resnet18w16, { block, bits });
        const plan = schedule(network, shape);
        expect(checkSchedule(plan)).toEqual([]);
        const got = interpret(plan, pixels);
        const want = execute(network, pixels);
        expect([...got.map]).toEqual([...want.explanation!.map]);
        // The bound of an operation is its multiply-accumulate steps (16 bits take two); the project's bar is
        // 1.15 times their sum, plus 500 cycles.
        const explanation = plan.operations.filter(({ operation }) => operation.phase !== 'inference');
        const bound = explanation.reduce(
          (sum, { operation: { counts } }) => sum + counts.reduce((a, b) => a * b),
          0,
        );
        expect(plan.cycles.explanation).toBeLessThanOrEqual(1.15 * bound + 500);
      },
      longRun,
    );
  }

  it('reads the same weight words in both directions', () => {
    const words = (explained: 'last' | { block: number; bits: 8 }) =>
      schedule(residualNetwork(resnet18w16, explained).network, shape).depths.weights;
    // The border sums' identity word is the pool's.
    expect(words({ block: 0, bits: 8 })).toBe(words('last'));
  });
});
