/**
 * What Yosys made of the engine, cell by cell, does what the RTL does. Sliding windows need 8 rows, whose netlist takes a
 * simulator too long: they are not among it.
 */
import { expect, it } from 'vitest';
import { partsOf } from '../../src/compiler/emit/top-parameters.ts';
import type { Schedule } from '../../src/compiler/schedule/operation.ts';
import { schedule } from '../../src/compiler/schedule/schedule.ts';
import { generateNetwork } from '../compiler/schedule/support/generate.ts';
import { needs } from '../support/tools.ts';
import { netlistOf, simulateNetlist } from './support/netlist.ts';
import { randomSchedule } from './support/random-operations.ts';
import type { Picture } from './support/simulation.ts';

/** Writes, scores, map and cycles are integers: no tolerance. */
async function expectSame(plan: Schedule, pictures: readonly Picture[]) {
  const netlist = await netlistOf(plan);
  // Products come from DSP blocks, two to each; a requantiser lane has two more.
  const { rows, columns, lanes } = plan.shape;
  expect(netlist.cells.get('DSP48E1')).toBe((rows * columns) / 2 + 2 * lanes);
  const result = await simulateNetlist(plan, netlist, pictures);
  expect(result.mismatches).toEqual([]);
  expect(result.passed).toBe(true);
  for (const run of result.runs) expect(run).toMatchObject(plan.cycles);
}

needs('iverilog')('the netlist for 7-series, two products to a DSP block', () => {
  it('4x4, a masked gradient: every write, score, map value and cycle', async () => {
    // Residuals, masks, 16-bit gradients, transposed words, alpha through the port.
    const { network, pixels } = generateNetwork(2, { maxChannels: 11 });
    const plan = schedule(network, { rows: 4, columns: 4, lanes: 2 });
    await expectSame(plan, [{ pixels }, { pixels, fixedClass: 1 }]);
  }, 600_000);

  it('4x4, every part of the engine but sliding windows', async () => {
    const { schedule: plan, pixels } = randomSchedule(1646, { rows: 4, columns: 4, lanes: 2 }, 10);
    expect(partsOf(plan).flatMap(([name, used]) => (used === 0 ? [name] : []))).toEqual(['WINDOW']);
    await expectSame(plan, [{ pixels }, { pixels, fixedClass: 0 }]);
  }, 600_000);
});
