import { expect, it } from 'vitest';
import type { EngineShape } from '../../src/compiler/schedule/operation.ts';
import { needs } from '../support/tools.ts';
import { randomSchedule } from './support/random-operations.ts';
import { simulateSchedule } from './support/simulation.ts';

const shapes: readonly EngineShape[] = [
  { rows: 4, columns: 4, lanes: 2 },
  { rows: 4, columns: 8, lanes: 4 },
];

needs('verilator')('operations as operation.ts defines them, on Verilator', () => {
  it.each(shapes)(
    '100 schedules on $rows x $columns: every write, score, map value and cycle',
    async (shape) => {
      const seen = new Set<string>();
      for (let seed = 1; seed <= 100; seed++) {
        const { schedule, pixels } = randomSchedule(seed, shape, 5);
        for (const { operation: o } of schedule.operations) {
          seen
            .add(`source ${o.activation.source}`)
            .add(`weights ${o.weights.mode}`)
            .add(`mask ${o.mask.mode}`);
          seen.add(`residual ${o.port.planes}`).add(`output ${o.output.destination} ${o.output.planes}`);
          seen.add(`side ${o.side ? o.side.residual : 'none'}`);
          seen
            .add(`slope ${o.output.slope} mask ${o.mask.mode}`)
            .add(`table ${o.output.table !== undefined} ${o.output.planes}`);
          seen.add(`classColumn ${o.output.classColumn}`).add(`planes ${o.counts[3]}`);
        }
        const fixedClass = seed % schedule.classes;
        const result = await simulateSchedule(
          schedule,
          [{ pixels }, { pixels, fixedClass }],
          seed % 3 === 0 ? { pauses: seed } : {},
        );
        expect(result.mismatches, `seed ${seed}`).toEqual([]);
        expect(result.passed, `seed ${seed}`).toBe(true);
      }
      // 3 sources, 6 weight modes, 3 mask modes, 3 residuals, 5 outputs, class
      // column or not, 1 or 2 planes, slopes or not under each mask mode, tables or not on each output width,
      // no side output or one without or with the residual.
      expect(seen.size).toBe(37);
    },
    600_000,
  );
});
