/** Least-squares fit of the resource estimate to the synthesised grid. */
import { optionalParts } from '../../src/compiler/emit/top-parameters.ts';
import { engineUnits, unitName } from '../../src/compiler/report/engine-units.ts';
import { countCells, families, type Family } from '../../src/compiler/report/families.ts';
import { correctionFeatures, evaluateRest, restFeatures } from '../../src/compiler/report/fit.ts';
import type { ResourceCount } from '../../src/compiler/report/resource-count.ts';
import type { EngineParameters } from '../../src/compiler/report/engine-parameters.ts';
import type { Coefficients, FitModel } from '../../src/compiler/report/fit-model.ts';
import { estimateEngine } from '../../src/compiler/report/resources.ts';
import type { GridPoint } from './grid.ts';

type Cells = Readonly<Record<string, number>>;

/** One synthesised configuration. */
export interface Configuration {
  readonly family: Family;
  /** Hash of the Verilog it was made from. */
  readonly rtl: string;
  readonly point: GridPoint;
  readonly tool: string;
  /** Around the units, without the boxed memories. */
  readonly rest: Cells;
  /** Of the engine's units, by name. */
  readonly units: Readonly<Record<string, Cells>>;
  /** The engine in one piece. */
  readonly flat?: Cells;
}

/** The units of the estimate's table. */
export interface UnitTable {
  readonly family: Family;
  readonly rtl: string;
  readonly units: Readonly<Record<string, Cells>>;
}

export interface Stored {
  readonly configurations: readonly Configuration[];
  readonly tables: readonly UnitTable[];
}

/** Parameters of `camber_top` at a point of the grid. */
export function pointParameters(
  { rows, columns, parts, depths }: GridPoint,
  family: Family,
): Map<string, number> {
  const [rom, activation, image, weights, parameters, mask, result] = depths;
  return new Map([
    ['ROWS', rows],
    ['COLUMNS', columns],
    ['LANES', columns / 2],
    ['PACKED', families[family].packed],
    ...Object.keys(optionalParts).map((name) => [name, parts.includes(name) ? 1 : 0] as const),
    ['ROM_WORDS', rom],
    ['ACTIVATION_WORDS', activation],
    ['IMAGE_WORDS', image],
    ['WEIGHT_WORDS', weights],
    ['PARAMETER_WORDS', parameters],
    ['MASK_WORDS', mask],
    ['TABLE_WORDS', 512],
    ['RESULT_WORDS', result],
  ]);
}

/** The engine as `synth` counts it. */
export function synthesised({ family, point, rest, units }: Configuration): ResourceCount {
  const total = { ...countCells(rest, family) };
  for (const unit of engineUnits(pointParameters(point, family))) {
    const one = countCells(units[unitName(unit)]!, family);
    for (const resource of ['lut', 'ff', 'dsp', 'bram36'] as const) {
      total[resource] += unit.count * one[resource];
    }
  }
  return total;
}

/** Solves A x = b by Gaussian elimination with pivoting. A: [n][n], b: [n]. */
function solve(a: number[][], b: number[]): number[] {
  const n = b.length;
  for (let i = 0; i < n; i++) {
    let pivot = i;
    for (let r = i + 1; r < n; r++) if (Math.abs(a[r]![i]!) > Math.abs(a[pivot]![i]!)) pivot = r;
    [a[i], a[pivot]] = [a[pivot]!, a[i]!];
    [b[i], b[pivot]] = [b[pivot]!, b[i]!];
    for (let r = i + 1; r < n; r++) {
      const factor = a[r]![i]! / a[i]![i]!;
      for (let c = i; c < n; c++) a[r]![c]! -= factor * a[i]![c]!;
      b[r]! -= factor * b[i]!;
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    const known = x.reduce((sum, value, c) => (c > i ? sum + value * a[i]![c]! : sum), 0);
    x[i] = (b[i]! - known) / a[i]![i]!;
  }
  return x;
}

interface Row {
  readonly features: Coefficients;
  readonly value: number;
}

/** Coefficients by feature that make the sum of squared relative errors least. */
export function leastSquares(rows: readonly Row[]): Record<string, number> {
  const names = Object.keys(rows[0]!.features);
  const scaled = rows.map(({ features, value }) => names.map((name) => features[name]! / value));
  // A trace of ridge, in units of each feature's own size, keeps features that the grid does not tell apart from
  // running away.
  const normal = names.map((_, i) =>
    names.map((_, j) => scaled.reduce((sum, r) => sum + r[i]! * r[j]! * (i === j ? 1 + 1e-6 : 1), 0)),
  );
  normal.forEach((row, i) => (row[i] = row[i]! + Number.MIN_VALUE));
  const right = names.map((_, i) => scaled.reduce((sum, r) => sum + r[i]!, 0));
  const x = solve(normal, right);
  return Object.fromEntries(names.map((name, i) => [name, Number(x[i]!.toPrecision(7))]));
}

/** The fit of a family: on its own, or as a correction of `base`'s. */
export function fitFamily({ configurations, tables }: Stored, family: Family, base?: FitModel): FitModel {
  const points = configurations.filter((c) => c.family === family && c.point.use === 'fit');
  const rows = (resource: 'lut' | 'ff'): Row[] =>
    points.map((c) => {
      const parameters = pointParameters(c.point, family);
      return {
        features: base
          ? correctionFeatures(evaluateRest(base, parameters)[resource], parameters, family)
          : restFeatures(parameters),
        value: countCells(c.rest, family)[resource],
      };
    });
  const cells = Object.entries(tables.find((t) => t.family === family)!.units);
  return {
    family,
    units: Object.fromEntries(
      cells.map(([name, unit]) => {
        const { lut, ff, dsp } = countCells(unit, family);
        return [name, { lut, ff, dsp }];
      }),
    ),
    rest: {
      ...(base ? { base: base.family } : {}),
      lut: leastSquares(rows('lut')),
      ff: leastSquares(rows('ff')),
    },
  };
}

export interface Residual {
  readonly family: Family;
  readonly point: GridPoint;
  readonly synthesised: ResourceCount;
  readonly estimated: ResourceCount;
  /** (estimate - synthesis) / synthesis, in per cent. */
  readonly lutError: number;
  readonly ffError: number;
  /** The engine in one piece, where that was synthesised too. */
  readonly flat?: ResourceCount;
}

const error = (estimate: number, truth: number) => Number(((100 * (estimate - truth)) / truth).toFixed(2));

export function residualsOf(
  { configurations }: Stored,
  family: Family,
  estimate: (parameters: EngineParameters) => ResourceCount = (p) => estimateEngine(p, family),
): Residual[] {
  return configurations
    .filter((c) => c.family === family)
    .map((c) => {
      const truth = synthesised(c);
      const estimated = estimate(pointParameters(c.point, family));
      return {
        family,
        point: c.point,
        synthesised: truth,
        estimated,
        lutError: error(estimated.lut, truth.lut),
        ffError: error(estimated.ff, truth.ff),
        ...(c.flat ? { flat: countCells(c.flat, family) } : {}),
      };
    });
}
