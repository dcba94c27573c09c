import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Configuration, pointParameters } from '../../bench/resources/fit.ts';
import { rtlHash } from '../../bench/resources/rtl-hash.ts';
import { estimateEngine } from '../../src/compiler/report/resources.ts';
import { shippedRtl } from '../../src/toolchain/build-folder.ts';
import { synthesise } from '../../src/toolchain/synthesis.ts';

const stored = JSON.parse(
  readFileSync(new URL('../../bench/resources/synthesis.json', import.meta.url), 'utf8'),
) as Configuration[];

describe('the stored syntheses', () => {
  // One of them again, from the Verilog as it is now. Kept by content, so a second run takes no time.
  it('hold for the current RTL: 4x4, embedded Yosys', async () => {
    const again = stored.find((c) => c.family === 'xc7' && c.point.rows === 4 && c.point.columns === 4)!;
    const { rtl } = await shippedRtl();
    const parameters = pointParameters(again.point);
    const { engine, cells } = await synthesise(rtl, parameters, 'xc7');
    if (rtlHash(rtl) === again.rtl) expect(cells).toEqual(again.cells);
    // Where the RTL has changed since, the estimate must still hold; else scripts/fit-resources.ts is due.
    const estimate = estimateEngine(parameters, 'xc7');
    expect(engine.dsp).toBe(estimate.dsp);
    expect(engine.bram36).toBe(estimate.bram36);
    expect(Math.abs(estimate.lut / engine.lut - 1)).toBeLessThan(0.05);
    expect(Math.abs(estimate.ff / engine.ff - 1)).toBeLessThan(0.05);
  }, 1_200_000);
});
