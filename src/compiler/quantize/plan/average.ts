/** Average pools: how many taps of each window count, and the rectangles of output positions that share a count. */
import type { WindowGeometry } from '../network.ts';
import type { StageRegion } from './stage.ts';

/** What a window's sum is divided by: all its taps inside the padded input, those inside the input, or nothing. */
export type Divisor = 'padded' | 'inside' | 'one';

/** Positions of one axis from `first` on whose windows have `taps` counted taps. */
interface Run {
  readonly first: number;
  readonly count: number;
  readonly taps: number;
}

/** Factors of an average pool: one for all positions, or one per region. */
export interface AverageFactors {
  readonly factor: number;
  readonly regions?: readonly StageRegion[];
}

function runsOf(
  axis: 0 | 1,
  geometry: WindowGeometry,
  input: number,
  output: number,
  divisor: Divisor,
): Run[] {
  const { kernel, strides, dilations, pads } = geometry;
  const [least, end] = divisor === 'inside' ? [0, input] : [-pads[axis], input + pads[axis + 2]!];
  const runs: Run[] = [];
  for (let position = 0; position < output; position++) {
    let taps = 0;
    for (let k = 0; k < kernel[axis]; k++) {
      const at = position * strides[axis] + k * dilations[axis] - pads[axis];
      if (at >= least && at < end) taps++;
    }
    const last = runs.at(-1);
    if (last?.taps === taps) runs[runs.length - 1] = { ...last, count: last.count + 1 };
    else runs.push({ first: position, count: 1, taps });
  }
  return runs;
}

/** The factor 1 / taps of every output position of an average pool, in as few rectangles as there are different ones. */
export function averageFactors(
  geometry: WindowGeometry,
  input: readonly [height: number, width: number],
  output: readonly [height: number, width: number],
  divisor: Divisor,
): AverageFactors {
  if (divisor === 'one') return { factor: 1 };
  const rows = runsOf(0, geometry, input[0], output[0], divisor);
  const columns = runsOf(1, geometry, input[1], output[1], divisor);
  const [row, column] = [rows[0]!, columns[0]!];
  if (rows.length === 1 && columns.length === 1) return { factor: inverse(row.taps * column.taps) };
  const regions = rows.flatMap((y) =>
    columns.map((x) => ({
      rows: [y.first, y.count] as const,
      columns: [x.first, x.count] as const,
      factor: inverse(y.taps * x.taps),
    })),
  );
  return { factor: 1, regions };
}

/** A window all of whose taps lie outside has the sum 0, whatever its factor. */
const inverse = (taps: number) => (taps === 0 ? 0 : 1 / taps);
