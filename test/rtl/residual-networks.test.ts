import { expect, it } from 'vitest';
import { partsOf } from '../../src/compiler/emit/top-parameters.ts';
import { schedule } from '../../src/compiler/schedule/schedule.ts';
import { residualNetwork, resnet18w16, resnet8 } from '../compiler/schedule/support/resnet.ts';
import { needs } from '../support/tools.ts';
import { simulateSchedule } from './support/simulation.ts';

const cases = [
  { name: 'ResNet-8', net: resnet8, size: 8, target: { block: 1, bits: 16 } },
  { name: 'ResNet-8', net: resnet8, size: 16, target: 'last' },
  { name: 'ResNet18-w16', net: resnet18w16, size: 16, target: 'last' },
  { name: 'ResNet18-w16', net: resnet18w16, size: 16, target: { block: 5, bits: 8 } },
] as const;

needs('verilator')('residual networks with the shapes of the CIFAR models, random weights', () => {
  it.each(cases)(
    '$name on $size x $size, target $target: every write, score, map value and cycle',
    async ({ net, size, target }) => {
      const { network, pixels } = residualNetwork(net, target);
      const plan = schedule(network, { rows: size, columns: size, lanes: size / 2 });
      const result = await simulateSchedule(plan, [{ pixels }, { pixels, fixedClass: 3 }], {
        parts: partsOf(plan),
      });
      expect(result.mismatches).toEqual([]);
      expect(result.passed).toBe(true);
      for (const run of result.runs) {
        expect(run).toMatchObject({ ...plan.cycles, stall: 0 });
        expect(run.wall).toBe(plan.cycles.inference + plan.cycles.explanation);
      }
    },
    600_000,
  );
});
