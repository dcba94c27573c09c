/** Least-squares fit of the resource estimate to the synthesised grid. */
import type { ResourceCount } from '../../src/compiler/report/resource-count.ts';
import { countCells, type Family } from '../../src/compiler/report/families.ts';
import { engineFeatures, evaluateFit } from '../../src/compiler/report/resources.ts';
import { optionalParts } from '../../src/compiler/emit/top-parameters.ts';
import type { GridPoint } from './grid.ts';

/** One synthesised configuration. */
export interface Configuration {
  readonly family: Family;
  /** Hash of the Verilog it was made from. */
  readonly rtl: string;
  readonly point: GridPoint;
  readonly tool: string;
  /** Cells by type, without the boxed memories. */
  readonly cells: Readonly<Record<string, number>>;
}

/** Parameters of `camber_top` at a point of the grid. */
export function pointParameters({ rows, columns, depths }: GridPoint): Map<string, number> {
  const [rom, activation, image, weights, parameters, mask, result] = depths;
  return new Map([
    ['ROWS', rows],
    ['COLUMNS', columns],
    ['LANES', columns / 2],
    ['PACKED', 1],
    ...Object.keys(optionalParts).map((name) => [name, 1] as const),
    ['ROM_WORDS', rom],
    ['ACTIVATION_WORDS', activation],
    ['IMAGE_WORDS', image],
    ['WEIGHT_WORDS', weights],
    ['PARAMETER_WORDS', parameters],
    ['MASK_WORDS', mask],
    ['RESULT_WORDS', result],
  ]);
}

export const synthesised = (c: Configuration): ResourceCount => countCells(c.cells, c.family);

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

/** Coefficients by feature that make the sum of squared relative errors least. */
export function leastSquares(
  rows: readonly { features: Readonly<Record<string, number>>; value: number }[],
): Record<string, number> {
  const names = Object.keys(rows[0]!.features);
  const scaled = rows.map(({ features, value }) => names.map((name) => features[name]! / value));
  // A trace of ridge keeps features that the grid does not tell apart from running away.
  const normal = names.map((_, i) =>
    names.map((_, j) => scaled.reduce((sum, r) => sum + r[i]! * r[j]!, 0) + (i === j && i > 0 ? 1e-12 : 0)),
  );
  const right = names.map((_, i) => scaled.reduce((sum, r) => sum + r[i]!, 0));
  const x = solve(normal, right);
  return Object.fromEntries(names.map((name, i) => [name, Number(x[i]!.toPrecision(7))]));
}

export interface FamilyFit {
  readonly lut: Readonly<Record<string, number>>;
  readonly ff: Readonly<Record<string, number>>;
  readonly tool: string;
  readonly points: number;
}

export function fitFamily(all: readonly Configuration[], family: Family): FamilyFit {
  const points = all.filter((c) => c.family === family && c.point.use === 'fit');
  const rows = (resource: 'lut' | 'ff') =>
    points.map((c) => ({
      features: engineFeatures(pointParameters(c.point)),
      value: synthesised(c)[resource],
    }));
  return {
    lut: leastSquares(rows('lut')),
    ff: leastSquares(rows('ff')),
    tool: points[0]!.tool,
    points: points.length,
  };
}

export interface Residual {
  readonly family: Family;
  readonly point: GridPoint;
  readonly lut: number;
  readonly ff: number;
  /** (estimate - synthesis) / synthesis, in per cent. */
  readonly lutError: number;
  readonly ffError: number;
}

export function residualsOf(all: readonly Configuration[], family: Family, fit: FamilyFit): Residual[] {
  const error = (estimate: number, truth: number) => Number(((100 * (estimate - truth)) / truth).toFixed(2));
  return all
    .filter((c) => c.family === family)
    .map((c) => {
      const features = engineFeatures(pointParameters(c.point));
      const { lut, ff } = synthesised(c);
      return {
        family,
        point: c.point,
        lut,
        ff,
        lutError: error(evaluateFit(fit.lut, features), lut),
        ffError: error(evaluateFit(fit.ff, features), ff),
      };
    });
}
