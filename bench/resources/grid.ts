/** Configurations of the engine that the resource estimate is fitted on, and others that it is judged by. */

export interface GridPoint {
  readonly use: 'fit' | 'hold-out';
  readonly size: 4 | 8 | 16;
  readonly lanes: number;
  readonly packed: 0 | 1;
  /** Depths: control ROM, activation, image, weights, parameters, mask, results. */
  readonly depths: readonly [number, number, number, number, number, number, number];
}

const point = (
  use: GridPoint['use'],
  [size, lanes, packed]: readonly [GridPoint['size'], number, GridPoint['packed']],
  ...depths: GridPoint['depths']
): GridPoint => ({ use, size, lanes, packed, depths });

/**
 * Arrays are square, with half as many lanes as columns unless it says otherwise here. Depths of the fit are spread
 * so that the address bits of the seven memories vary independently; those of the hold-out are like networks'.
 */
export const grid: readonly GridPoint[] = [
  point('fit', [16, 8, 1], 500, 3000, 1500, 2400, 100, 300, 100),
  point('fit', [8, 4, 1], 700, 6000, 1100, 3000, 200, 3000, 200),
  point('fit', [4, 2, 1], 300, 1000, 500, 1000, 200, 200, 100),
  point('fit', [4, 2, 1], 300, 1000, 500, 10000, 200, 200, 100),
  point('fit', [4, 2, 1], 300, 15000, 500, 1000, 200, 200, 100),
  point('hold-out', [8, 4, 1], 450, 9000, 1100, 1500, 120, 100, 80),
  point('fit', [4, 2, 1], 300, 1000, 15000, 1000, 200, 200, 100),
  point('fit', [4, 2, 1], 3000, 1000, 500, 1000, 2000, 200, 2000),
  point('fit', [4, 2, 1], 300, 1000, 500, 1000, 200, 3000, 100),
  point('hold-out', [4, 2, 1], 450, 9000, 2100, 5000, 400, 600, 80),
  point('fit', [16, 8, 0], 900, 1000, 1100, 700, 300, 100, 200),
  point('hold-out', [4, 2, 1], 800, 3000, 1100, 3000, 700, 100, 600),
  point('hold-out', [4, 2, 0], 240, 600, 300, 300, 100, 70, 80),
  point('fit', [4, 2, 0], 300, 1000, 500, 1000, 200, 200, 100),
  point('fit', [8, 2, 1], 700, 6000, 1100, 3000, 200, 3000, 200),
  point('hold-out', [8, 4, 1], 900, 2500, 2100, 10000, 300, 700, 300),
  point('hold-out', [16, 8, 1], 700, 2100, 1100, 330, 70, 100, 200),
  point('hold-out', [8, 4, 0], 300, 1500, 1100, 700, 100, 100, 100),
  point('hold-out', [8, 2, 1], 300, 1500, 1100, 700, 100, 100, 100),
  point('hold-out', [4, 2, 1], 1900, 30000, 9000, 20000, 3000, 5000, 1500),
];
