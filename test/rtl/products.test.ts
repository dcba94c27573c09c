/** Products of two tensors on the RTL, forward and backward. Icarus builds no program, and these networks are small. */
import { expect, it } from 'vitest';
import { endToEnd } from '../support/end-to-end.ts';
import { gatedNetwork, gates, pictures } from '../support/gated-networks.ts';
import { needs } from '../support/tools.ts';
import { networkInput } from '../../src/engine/fixed.ts';
import { simulateSchedule } from './support/simulation.ts';

needs('iverilog')('gates on Icarus', () => {
  it.each(['squeeze and excitation by 1x1 convolutions', 'a gate per element'])(
    '%s: every write, score, map value and cycle',
    async (name) => {
      const { graph, features } = gatedNetwork(gates[name]!);
      const { compilation } = await endToEnd(graph, pictures, { target: features, classes: [0] });
      const { network, schedule } = compilation;
      const runs = pictures.slice(0, 1).map((tensor) => ({ pixels: networkInput(network, { tensor }) }));
      const result = await simulateSchedule(schedule, runs, { simulator: 'icarus' });
      expect(result.mismatches).toEqual([]);
      expect(result.passed).toBe(true);
      for (const { inference, explanation } of result.runs)
        expect({ inference, explanation }).toEqual(schedule.cycles);
    },
    600_000,
  );
});
