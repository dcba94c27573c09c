/** Configurations of the engine that the resource estimate is fitted on, and others that it is judged by. */
import { optionalParts } from '../../src/compiler/emit/top-parameters.ts';
import { laneParts, pairBlocks } from '../../src/compiler/report/engine-units.ts';
import type { EngineUnit } from '../../src/compiler/report/engine-units.ts';
import { growing } from '../../src/compiler/report/fit.ts';
import type { Family } from '../../src/compiler/report/families.ts';

/** Depths: control ROM, activation, image, weights, parameters, mask, results. */
type Depths = readonly [number, number, number, number, number, number, number];

export interface GridPoint {
  readonly use: 'fit' | 'hold-out';
  readonly rows: number;
  /** As many as rows, or twice as many; half as many requantiser lanes. */
  readonly columns: number;
  /** Optional parts that are there. */
  readonly parts: readonly string[];
  readonly depths: Depths;
}

const everything = Object.keys(optionalParts);
const nothing: readonly string[] = [];
const allBut = (part: string) => everything.filter((p) => p !== part);

/** Parts of compiled residual networks: without explanation, at the last layer, and at one behind ReLUs. */
const inference = ['RESIDUAL', 'WIDE'];
const lastLayer = [...inference, 'CLASS'];
const middle = [...lastLayer, 'TRANSPOSED', 'PORT', 'MASKS', 'BIAS_REGISTER'];
/** Of networks with maximum pools and looked-up activations. */
const pools = ['WIDE', 'PORT', 'DIAGONAL', 'MAXIMUM', 'WINNERS', 'CLASS', 'MASKS'];
const tables = ['WIDE', 'TABLES', 'SLOPE', 'PORT', 'DIAGONAL', 'CLASS'];

const usual: Depths = [500, 3000, 1100, 2400, 200, 300, 100];

const points = (
  use: GridPoint['use'],
  ...rows: readonly (readonly [rows: number, columns: number, parts: readonly string[], depths?: Depths])[]
): GridPoint[] =>
  rows.map(([r, columns, parts, depths = usual]) => ({ use, rows: r, columns, parts, depths }));

/** Judged by: other shapes, other sets of parts, depths like networks'. */
const holdOut = points(
  'hold-out',
  [8, 8, middle, [450, 9000, 1100, 1500, 120, 100, 80]],
  [16, 16, lastLayer, [700, 2100, 1100, 330, 70, 100, 200]],
  [16, 16, middle, [900, 4500, 1100, 3300, 90, 900, 120]],
  [16, 16, inference, [450, 2100, 1100, 2800, 80, 2, 16]],
  [16, 32, middle, [800, 3300, 1100, 1700, 70, 500, 120]],
  [8, 16, lastLayer, [600, 9000, 1500, 6000, 200, 2, 80]],
  [4, 8, inference, [500, 16000, 2500, 20000, 500, 2, 20]],
  [4, 4, middle, [1900, 30000, 9000, 20000, 3000, 5000, 1500]],
  [8, 8, pools, [700, 5000, 1100, 9000, 200, 900, 300]],
  [16, 16, tables, [600, 2500, 1100, 3000, 100, 2, 120]],
);

const own = [
  ...points(
    'fit',
    [4, 4, everything],
    [4, 4, nothing],
    [8, 16, everything],
    [8, 16, nothing],
    [16, 16, everything],
    [16, 16, nothing],
    [8, 8, everything],
    [16, 32, everything],
    [16, 32, nothing],
    [8, 8, nothing],
    // Sets of parts like networks', which share what either of two parts would need.
    [8, 8, lastLayer],
    [4, 4, middle],
    [16, 16, pools],
    [4, 4, everything, [3000, 3000, 9000, 2400, 2000, 3000, 2000]],
    [4, 4, everything, [500, 30000, 1100, 2400, 200, 300, 100]],
    [4, 4, everything, [500, 3000, 1100, 30000, 200, 300, 100]],
  ),
  ...points('fit', ...everything.map((part) => [4, 4, allBut(part)] as const)),
  // Parts whose hardware around the units grows with the columns are left out of a wide array too.
  ...points('fit', ...growing.map((part) => [8, 16, allBut(part)] as const)),
  ...holdOut,
];

/** A family that is fitted as a correction needs fewer. */
const correction = [
  ...points(
    'fit',
    [4, 4, everything],
    [4, 4, nothing],
    [8, 8, everything],
    [8, 16, nothing],
    [16, 16, everything],
    [16, 16, nothing],
    [4, 4, middle, [3000, 15000, 9000, 15000, 2000, 3000, 2000]],
  ),
  ...holdOut.filter((_, i) => [0, 1, 4, 7, 8].includes(i)),
];

export const grid: Readonly<Record<Family, readonly GridPoint[]>> = {
  xc7: own,
  xcup: correction,
  ecp5: correction,
};

/** The engine in one piece, to see what counting units by themselves changes. */
export const flat: readonly GridPoint[] = [own[0]!, holdOut[0]!, holdOut[2]!];

const choices = (names: readonly string[]): Readonly<Record<string, 0 | 1>>[] =>
  names.reduce<Record<string, 0 | 1>[]>(
    (all, name) =>
      all.flatMap((one) => [
        { ...one, [name]: 0 },
        { ...one, [name]: 1 },
      ]),
    [{}],
  );

/** Rows, and whether the array is two squares; of the 8 rows of a square the parts are known one by one. */
const reference = [
  [4, 0],
  [8, 1],
  [16, 0],
  [16, 1],
  [32, 0],
] as const;
const whole = [...reference.slice(0, 4), [8, 0] as const];

/** Units whose syntheses the estimate's table holds; `unitTerms` puts the others together from these. */
export function referenceUnits(packed: 0 | 1): readonly EngineUnit[] {
  const bare = Object.fromEntries(
    Object.values(pairBlocks)
      .flat()
      .map((name) => [name, 0] as const),
  );
  const pair = (parameters: Readonly<Record<string, number>>): EngineUnit => ({
    module: 'camber_column_pair',
    parameters: { ...bare, PACKED: packed, COLUMN: 2, ...parameters },
    count: 1,
  });
  const { operands, accumulators } = pairBlocks;
  const all = Object.fromEntries([...operands, ...accumulators].map((name) => [name, 1]));
  const [, ...operandParts] = operands;
  return [
    ...[4, 8, 16, 32].map((rows) => pair({ ROWS: rows })),
    ...choices(operandParts).flatMap((parts) => [
      pair({ ROWS: 8, ...parts }),
      // Only where the port is read is column 0 another one.
      ...(parts['PORT'] === 1 ? [pair({ ROWS: 8, COLUMN: 0, ...parts })] : []),
    ]),
    ...choices(accumulators).map((parts) => pair({ ROWS: 8, ...parts })),
    // What a target behind ReLUs takes, for every number of rows.
    ...reference.flatMap(([rows, exchange]) =>
      [0, 2].map((column) =>
        pair({ ROWS: rows, COLUMN: column, PORT: 1, WIDE: 1, TRANSPOSED: 1, EXCHANGE: exchange }),
      ),
    ),
    ...choices(laneParts).map((parameters) => ({
      module: 'camber_requantise_lane',
      parameters,
      count: 1,
    })),
    // Everything at once, where the differences that a mapping makes by chance would add up.
    ...whole.flatMap(([rows, exchange]) =>
      [0, 2].map((column) => pair({ ...all, ROWS: rows, COLUMN: column, EXCHANGE: exchange })),
    ),
  ];
}
