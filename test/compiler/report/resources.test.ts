import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  fitFamily,
  pointParameters,
  type Residual,
  residualsOf,
  type Stored,
  synthesised,
} from '../../../bench/resources/fit.ts';
import { grid } from '../../../bench/resources/grid.ts';
import { optionalParts } from '../../../src/compiler/emit/top-parameters.ts';
import { engineUnits, unitName } from '../../../src/compiler/report/engine-units.ts';
import { families, type Family } from '../../../src/compiler/report/families.ts';
import { describeSource, estimateSource, fitOf, unitTerms } from '../../../src/compiler/report/fit.ts';
import { fittedEstimate } from '../../../src/compiler/report/fitted-estimate.ts';
import { estimateEngine } from '../../../src/compiler/report/resources.ts';
import { engineShapes } from '../../../src/compiler/schedule/engine-shape.ts';

const read = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../bench/resources/${file}`, import.meta.url), 'utf8'));
/** Syntheses of the engine with boxed memories, stored by scripts/fit-resources.ts. */
const stored = read('synthesis.json') as Stored;
const residuals = read('residuals.json') as Residual[];

/** Issue 6: LUT and FF within 5 % of Yosys on configurations that are not in the fit. */
const tolerance = 5;

describe('the resource estimate', () => {
  for (const { family, point } of residuals) {
    const { use, rows, columns, parts, depths } = point;
    it(`${family}, ${use}, ${rows}x${columns}, memories ${depths.join(' ')}, parts ${parts.join(' ')}: as synthesised`, () => {
      const configuration = stored.configurations.find(
        (c) => c.family === family && JSON.stringify(c.point) === JSON.stringify(point),
      )!;
      const truth = synthesised(configuration);
      const estimate = estimateEngine(pointParameters(point, family), family);
      expect(estimate.dsp).toBe(truth.dsp);
      expect(estimate.bram36).toBe(truth.bram36);
      expect(Math.abs(estimate.lut / truth.lut - 1) * 100).toBeLessThan(tolerance);
      expect(Math.abs(estimate.ff / truth.ff - 1) * 100).toBeLessThan(tolerance);
    });
  }

  it('is the fit to the stored syntheses, and its residuals are stored beside them', () => {
    const own = fitFamily(stored, 'xc7');
    expect(fittedEstimate.xc7).toMatchObject(own);
    expect(residuals.filter((r) => r.family === 'xc7')).toEqual(residualsOf(stored, 'xc7'));
  });

  it('has for every set of parts and every array the syntheses that it is put together from', () => {
    const names = Object.keys(optionalParts);
    for (const family of Object.keys(fittedEstimate) as Family[]) {
      const { units } = fitOf(family);
      for (const { rows, columns } of engineShapes.values()) {
        for (let set = 0; set < 2 ** names.length; set++) {
          const parts = names.filter((_, i) => (set >> i) & 1);
          const depths = grid.xc7[0]!.depths;
          const point = { use: 'fit', rows, columns, parts, depths } as const;
          for (const unit of engineUnits(pointParameters(point, family))) {
            for (const [term] of unitTerms(unit, (name) => name in units)) {
              if (!(unitName(term) in units)) throw new Error(`${family}: ${unitName(term)}`);
            }
          }
        }
      }
    }
  });

  it('says which fit a figure is from', () => {
    for (const family of Object.keys(families) as Family[]) {
      const source = estimateSource(family);
      expect(source.own).toBe(fittedEstimate[family] !== undefined);
      expect(describeSource(source)).toContain(`the fit of ${source.family} to ${source.points} syntheses`);
      if (!source.own) expect(describeSource(source)).toContain('another family');
    }
  });
});
