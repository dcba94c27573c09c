import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { pointParameters, type Stored, synthesised } from '../../bench/resources/fit.ts';
import { rtlHash } from '../../bench/resources/rtl-hash.ts';
import type { CompileError } from '../../src/compiler/diagnostics.ts';
import { countCells } from '../../src/compiler/report/families.ts';
import { estimateEngine } from '../../src/compiler/report/resources.ts';
import { shippedRtl } from '../../src/toolchain/build-folder.ts';
import { keptSynthesis, synthesise, synthesiseFlat } from '../../src/toolchain/synthesis.ts';

const stored = JSON.parse(
  readFileSync(new URL('../../bench/resources/synthesis.json', import.meta.url), 'utf8'),
) as Stored;
// Kept by content, so a second run takes no time.
const cacheDir = join(fileURLToPath(new URL('../..', import.meta.url)), '.cache', 'synthesis');

describe('the stored syntheses', () => {
  it('hold for the current RTL: 4x4, embedded Yosys, by units and in one piece', async () => {
    const again = stored.configurations.find(
      (c) => c.family === 'xc7' && c.point.rows === 4 && c.point.columns === 4 && c.flat,
    )!;
    const { rtl } = await shippedRtl();
    const parameters = pointParameters(again.point, 'xc7');
    const { engine, rest } = await synthesise(rtl, parameters, 'xc7', {
      cacheDir,
    });
    if (rtlHash(rtl) === again.rtl) {
      expect(rest).toEqual(again.rest);
      expect(engine).toEqual(synthesised(again));
    }
    // Where the RTL has changed since, the estimate must still hold; else scripts/fit-resources.ts is due.
    const estimate = estimateEngine(parameters, 'xc7');
    expect(engine.dsp).toBe(estimate.dsp);
    expect(engine.bram36).toBe(estimate.bram36);
    expect(Math.abs(estimate.lut / engine.lut - 1)).toBeLessThan(0.05);
    expect(Math.abs(estimate.ff / engine.ff - 1)).toBeLessThan(0.05);
    expect(await keptSynthesis(rtl, parameters, 'xc7', { cacheDir })).toMatchObject({ engine, cached: true });

    // Nothing is optimised across the borders of units: that costs or saves a little.
    const flat = countCells(await synthesiseFlat(rtl, parameters, 'xc7', { cacheDir }), 'xc7');
    expect(engine.dsp).toBe(flat.dsp);
    expect(engine.bram36).toBe(flat.bram36);
    expect(Math.abs(engine.lut / flat.lut - 1)).toBeLessThan(0.04);
    expect(Math.abs(engine.ff / flat.ff - 1)).toBeLessThan(0.04);
  }, 1_200_000);

  it('both threads stop within a second of a cancel', async () => {
    const { rtl } = await shippedRtl();
    const controller = new AbortController();
    let cancelled = 0;
    const parameters = pointParameters(stored.configurations[0]!.point, 'xc7');
    // Nothing is kept of a run that was stopped, so this one starts from nothing every time.
    const changed = new Map([...rtl].map(([name, text]) => [name, `// ${cancelled}\n${text}`]));
    const problem = await synthesise(changed, parameters, 'xc7', {
      cacheDir: join(cacheDir, 'none'),
      signal: controller.signal,
      onProgress: (message) => {
        expect(message).toMatch(/^(engine without its units|units), /);
        if (cancelled !== 0) return;
        cancelled = performance.now();
        controller.abort();
      },
    }).catch((error: unknown) => error);
    expect((problem as CompileError).diagnostics[0]!.code).toBe('CAM606');
    expect(performance.now() - cancelled).toBeLessThan(1000);
  }, 600_000);
});
