/** Configurations of the engine that the resource estimate is fitted on, and others that it is judged by. */

export interface GridPoint {
  readonly use: 'fit' | 'hold-out';
  readonly rows: number;
  /** As many as rows, or twice as many; half as many requantiser lanes. */
  readonly columns: number;
  /** Depths: control ROM, activation, image, weights, parameters, mask, results. */
  readonly depths: readonly [number, number, number, number, number, number, number];
}

const point = (
  use: GridPoint['use'],
  [rows, columns]: readonly [number, number],
  ...depths: GridPoint['depths']
): GridPoint => ({ use, rows, columns, depths });

/** Depths of the fit are spread so that address bits vary independently; those of the hold-out are like networks'. */
export const grid: readonly GridPoint[] = [
  point('fit', [16, 16], 500, 3000, 1500, 2400, 100, 300, 100),
  point('fit', [4, 4], 300, 1000, 500, 1000, 200, 200, 100),
  point('fit', [8, 8], 700, 6000, 1100, 3000, 200, 3000, 200),
  point('fit', [4, 4], 300, 1000, 500, 10000, 200, 200, 100),
  point('fit', [4, 4], 3000, 15000, 9000, 1000, 2000, 3000, 2000),
  point('fit', [4, 8], 600, 4000, 2000, 2000, 300, 500, 300),
  point('hold-out', [8, 8], 450, 9000, 1100, 1500, 120, 100, 80),
  point('hold-out', [4, 4], 450, 9000, 2100, 5000, 400, 600, 80),
  point('hold-out', [4, 4], 800, 3000, 1100, 3000, 700, 100, 600),
  point('hold-out', [8, 8], 900, 2500, 2100, 10000, 300, 700, 300),
  point('hold-out', [4, 8], 240, 1000, 300, 600, 100, 70, 80),
  point('hold-out', [4, 4], 1900, 30000, 9000, 20000, 3000, 5000, 1500),
  point('fit', [8, 16], 450, 2100, 700, 1100, 100, 300, 100),
  point('hold-out', [8, 16], 700, 5000, 1100, 4500, 200, 900, 300),
  point('hold-out', [16, 16], 700, 2100, 1100, 330, 70, 100, 200),
];
