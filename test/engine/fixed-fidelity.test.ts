import { describe, expect, it } from 'vitest';
import {
  mapFidelity,
  pearson,
  quantile,
  ranks,
  signalToNoise,
  spearman,
  topOverlap,
} from '../../src/engine/fidelity.ts';

// Expected values from numpy.corrcoef on the same lists and on their ranks.
const a = [1, 2, 2, 4, 7, 3, 0, 5];
const b = [2, 1, 3, 4, 9, 3, 1, 4];

describe('map fidelity', () => {
  it('gives the correlations of numpy.corrcoef', () => {
    expect(pearson(a, b)).toBeCloseTo(0.91046328031486, 12);
    expect(spearman(a, b)).toBeCloseTo(0.9147021665807528, 12);
    expect(Array.from(ranks(a), (r) => r + 1)).toEqual([2, 3.5, 3.5, 6, 8, 5, 1, 7]);
  });

  it('overlaps the top 20 %: 2 of 10 pixels here', () => {
    const float = [0, 0, 0, 0, 0, 0, 0, 1, 2, 3];
    expect(topOverlap(float, float)).toBe(1);
    expect(topOverlap([0, 0, 0, 0, 0, 0, 0, 5, 2, 3], float)).toBeCloseTo(1 / 3, 12);
  });

  it('counts zero float maps apart and gives a flat fixed map no credit', () => {
    expect(mapFidelity([1, 2], [0, 0])).toBeUndefined();
    expect(mapFidelity([0, 0], [1, 2])?.pearson).toBe(0);
  });

  it('measures noise in decibels and takes quantiles by nearest rank', () => {
    expect(signalToNoise([1.1, 0], [1, 0])).toBeCloseTo(20, 6);
    expect(signalToNoise([1], [1])).toBe(Infinity);
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2);
    expect(quantile([4, 1, 3, 2], 0.05)).toBe(1);
  });
});
