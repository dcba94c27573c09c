import type { Explanation } from './float.ts';

/** Scores and probabilities, one per class: a single logit z stands for two classes, -z and z with 1 - p and p. */
export function perClass({ scores, probability }: Pick<Explanation, 'scores' | 'probability'>): {
  readonly scores: Float32Array;
  readonly probability?: Float32Array;
} {
  if (scores.length !== 1) return { scores, ...(probability ? { probability } : {}) };
  const z = scores[0]!;
  const p = probability?.[0];
  return {
    scores: Float32Array.of(-z, z),
    ...(p === undefined ? {} : { probability: Float32Array.of(1 - p, p) }),
  };
}
