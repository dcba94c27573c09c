/** Smallest and largest of some values, each times a factor. */
export interface Extremes {
  readonly minimum: number;
  readonly maximum: number;
  /** False where infinities or NaN are among them; the other two mean nothing then. */
  readonly isFinite: boolean;
}

/** Those of `values[from]` ... `values[to - 1]`. Without branches: which way they would go nobody can foretell. */
export function extremesOf(values: ArrayLike<number>, from: number, to: number, factor = 1): Extremes {
  let minimum = Infinity;
  let maximum = -Infinity;
  let difference = 0;
  for (let i = from; i < to; i++) {
    const value = values[i]! * factor;
    difference += value - value;
    minimum = value < minimum ? value : minimum;
    maximum = value > maximum ? value : maximum;
  }
  return { minimum, maximum, isFinite: difference === 0 };
}
