/** What Yosys made of the engine, cell by cell, does what the RTL does. */
import { expect, it } from 'vitest';
import { schedule } from '../../src/compiler/schedule/schedule.ts';
import { generateNetwork } from '../compiler/schedule/support/generate.ts';
import { needs } from '../support/tools.ts';
import { netlistOf, simulateNetlist } from './support/netlist.ts';

needs('iverilog')('the netlist for 7-series', () => {
  it('4x4, two products to a DSP block, a masked gradient: every write, score, map value and cycle', async () => {
    // Residuals, masks, 16-bit gradients, transposed words, alpha through the port.
    const { network, pixels } = generateNetwork(2, { maxChannels: 11 });
    const plan = schedule(network, { rows: 4, columns: 4, lanes: 2 });
    const netlist = await netlistOf(plan);
    // Products come from DSP blocks, two to each; a requantiser lane has two more.
    expect(netlist.cells.get('DSP48E1')).toBe((4 * 4) / 2 + 2 * 2);
    const result = await simulateNetlist(plan, netlist, [{ pixels }, { pixels, fixedClass: 1 }]);
    expect(result.mismatches).toEqual([]);
    expect(result.passed).toBe(true);
    for (const run of result.runs) expect(run).toMatchObject(plan.cycles);
  }, 600_000);
});
