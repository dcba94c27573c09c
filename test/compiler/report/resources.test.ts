import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Configuration, fitFamily, pointParameters, synthesised } from '../../../bench/resources/fit.ts';
import { fittedEstimate } from '../../../src/compiler/report/fitted-estimate.ts';
import { estimateEngine } from '../../../src/compiler/report/resources.ts';

/** Syntheses of the engine with boxed memories, stored by scripts/fit-resources.ts. */
const stored = JSON.parse(
  readFileSync(new URL('../../../bench/resources/synthesis.json', import.meta.url), 'utf8'),
) as Configuration[];

/** Issue 6: LUT and FF within 5 % of Yosys on configurations that are not in the fit. */
const tolerance = 0.05;

describe('the resource estimate', () => {
  for (const configuration of stored) {
    const { use, rows, columns, depths } = configuration.point;
    it(`${use}, ${rows}x${columns}, memories ${depths.join(' ')}: as synthesised`, () => {
      const truth = synthesised(configuration);
      const estimate = estimateEngine(pointParameters(configuration.point), configuration.family);
      expect(estimate.dsp).toBe(truth.dsp);
      expect(estimate.bram36).toBe(truth.bram36);
      expect(Math.abs(estimate.lut / truth.lut - 1)).toBeLessThan(tolerance);
      expect(Math.abs(estimate.ff / truth.ff - 1)).toBeLessThan(tolerance);
    });
  }

  it('is the fit to the stored syntheses', () => {
    const { lut, ff } = fitFamily(stored, 'xc7');
    expect(fittedEstimate.xc7.lut).toEqual(lut);
    expect(fittedEstimate.xc7.ff).toEqual(ff);
  });
});
