import { describe, expect, it } from 'vitest';
import { channelPeaks, peak } from '../../../src/compiler/quantize/calibration.ts';
import { clipMagnitude } from '../../../src/compiler/quantize/ranges.ts';
import { StatisticsCollector } from '../../../src/compiler/quantize/statistics.ts';
import { random } from './networks.ts';

function collect(channels: number, ...pictures: number[][]) {
  const collector = new StatisticsCollector(channels);
  for (const picture of pictures) collector.add(picture);
  return collector.finish();
}

describe('calibration statistics', () => {
  it('keeps extremes and means per channel over all pictures', () => {
    const s = collect(2, [1, -2, 3, 4], [0, 5, -7, 2]);
    expect(Array.from(s.minimum)).toEqual([-2, -7]);
    expect(Array.from(s.maximum)).toEqual([5, 4]);
    expect(Array.from(s.mean)).toEqual([1, 0.5]);
    expect(peak(s)).toBe(7);
    expect(Array.from(channelPeaks(s))).toEqual([5, 7]);
  });

  it('counts every magnitude once, however the range grows', () => {
    const next = random(1);
    const values = Array.from({ length: 4000 }, (_, i) => next(-1000, 1000) * (i + 1));
    const s = collect(1, values.slice(0, 10), values.slice(10));
    const { counts, limit } = s.histogram;
    expect(counts.reduce((a, b) => a + b, 0)).toBe(4000);
    expect(limit).toBeGreaterThanOrEqual(peak(s));
    // The median by histogram lies within one bin of the true one.
    const sorted = values.map(Math.abs).sort((a, b) => a - b);
    let [seen, bin] = [0, 0];
    while (seen < 2000) seen += counts[bin++]!;
    expect(Math.abs((bin * limit) / counts.length - sorted[1999]!)).toBeLessThanOrEqual(
      limit / counts.length,
    );
  });

  it('clips rare outliers by percentile and by least squares, never by min-max', () => {
    const next = random(2);
    const bulk = Array.from({ length: 50000 }, () => next(0, 1000) / 1000);
    const s = collect(1, [...bulk, 3]);
    expect(clipMagnitude(s, 255, 'minmax')).toBe(3);
    // One value in 50001 lies beyond the 99.99th percentile.
    expect(clipMagnitude(s, 255, 'percentile')).toBeLessThan(1.01);
    // Rounding noise (3/255)^2/12 * 50000 = 0.58 against (3 - 1)^2 = 4 for clipping the outlier: keep it at 8 bits ...
    expect(clipMagnitude(s, 255, 'mse')).toBeGreaterThan(2.5);
    // ... but not at 15 steps, where the noise is 167.
    expect(clipMagnitude(s, 15, 'mse')).toBeLessThan(1.1);
  });
});
