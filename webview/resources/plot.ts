/** Logarithmic axes of the array chooser. Pure. */

export interface Axis {
  readonly from: number;
  readonly to: number;
}

/** An axis over all values, with room on both sides. */
export function logAxis(values: readonly number[]): Axis {
  const positive = values.filter((v) => v > 0);
  if (positive.length === 0) return { from: 1, to: 10 };
  return { from: Math.min(...positive) / 1.35, to: Math.max(...positive) * 1.35 };
}

/** 0 ... 1 along the axis. */
export const along = ({ from, to }: Axis, value: number): number =>
  (Math.log(value) - Math.log(from)) / (Math.log(to) - Math.log(from));

/** 1, 2, 5 times powers of ten within the axis; powers of ten alone where that would be more than `most`. */
export function logTicks({ from, to }: Axis, most = 7): number[] {
  const within = (multiples: readonly number[]): number[] => {
    const ticks: number[] = [];
    for (let power = 10 ** Math.floor(Math.log10(from)); power <= to; power *= 10) {
      ticks.push(...multiples.map((m) => m * power).filter((t) => t >= from && t <= to));
    }
    return ticks;
  };
  const fine = within([1, 2, 5]);
  return fine.length <= most ? fine : within([1]);
}

/** Points joined as the Pareto front: fewest DSP blocks first. */
export function front<P extends { readonly pareto: boolean; readonly dsp: number; readonly cycles: number }>(
  points: readonly P[],
): P[] {
  return points.filter((p) => p.pareto).sort((a, b) => a.dsp - b.dsp || b.cycles - a.cycles);
}
