import { type Level, levels, type PerLevel, type Walk } from './operation.ts';

/** One value per loop level, from the levels that matter; the others take `fallback`. */
function perLevel(values: Partial<Record<Level, number>>, fallback: number): PerLevel {
  return levels.map((level) => values[level] ?? fallback) as unknown as PerLevel;
}

/** A walk from its base and the strides that are not 0. */
export function walk(base: number, strides: Partial<Record<Level, number>> = {}): Walk {
  // Adding 0 turns -0, which JSON cannot hold, into 0.
  return { base: base + 0, strides: perLevel(strides, 0).map((stride) => stride + 0) as unknown as PerLevel };
}

/** Loop counts from those that are not 1. */
export function counts(values: Partial<Record<Level, number>>): PerLevel {
  return perLevel(values, 1);
}

/** Output vectors of an operation: the product of the output levels. */
export function vectorsOf(loops: PerLevel): number {
  return loops[0] * loops[1] * loops[2];
}

/** Reduction steps per output vector: the product of the reduction levels. */
export function stepsOf(loops: PerLevel): number {
  return loops[3] * loops[4] * loops[5] * loops[6];
}

/** Least and greatest value of a walk over its loop nest. */
export function walkRange(
  { base, strides }: Walk,
  counts: PerLevel,
): readonly [least: number, greatest: number] {
  let [least, greatest] = [base, base];
  strides.forEach((stride, level) => {
    const end = stride * (counts[level]! - 1);
    least += Math.min(0, end);
    greatest += Math.max(0, end);
  });
  return [least, greatest];
}
