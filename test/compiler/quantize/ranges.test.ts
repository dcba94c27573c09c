/**
 * Range choice on distributions whose best clip is known, and its effect on a heavy-tailed one.
 *
 * Optimal clips for the squared error: Banner et al., Post training 4-bit quantization of convolutional networks
 * (ACIQ), 2019, table of its code: Gauss 2.15 sigma at 3 bits and 2.56 at 4, Laplace 3.90 b and 5.03 b.
 */
import { describe, expect, it } from 'vitest';
import type { TensorStatistics } from '../../../src/compiler/quantize/calibration.ts';
import { leastSquares } from '../../../src/compiler/quantize/least-squares.ts';
import { clipMagnitude, rangeMethods } from '../../../src/compiler/quantize/ranges.ts';
import { StatisticsCollector } from '../../../src/compiler/quantize/statistics.ts';
import { signalToNoise } from '../../../src/engine/fidelity.ts';
import { random } from './networks.ts';

const count = 200_000;
const next = random(11);
const uniform = () => (next(0, 2 ** 30 - 1) + 0.5) / 2 ** 30;
const sample = (draw: () => number) => Float64Array.from({ length: count }, draw);
const gauss = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
const laplace = () => -Math.log(uniform()) * (uniform() < 0.5 ? 1 : -1);
/** Student's t with 3 degrees of freedom: a tail as x^-4. */
const student = () => gauss() / Math.sqrt((gauss() ** 2 + gauss() ** 2 + gauss() ** 2) / 3);

function collect(values: ArrayLike<number>): TensorStatistics {
  const collector = new StatisticsCollector(1);
  collector.add(values);
  return collector.finish();
}

/** Rounds to a grid of `steps` steps on both sides of zero, clamped. */
const onGrid = (values: Float64Array, clip: number, steps: number) =>
  values.map((v) => (Math.max(-steps, Math.min(steps, Math.round((v / clip) * steps))) * clip) / steps);

describe('least squares', () => {
  it.each([
    ['Gauss, 3 bits', gauss, 4, 2.15],
    ['Gauss, 4 bits', gauss, 8, 2.56],
    ['Laplace, 3 bits', laplace, 4, 3.9],
    ['Laplace, 4 bits', laplace, 8, 5.03],
  ])('finds the clip of the literature within 5 %%: %s', (_, draw, steps, expected) => {
    const clip = clipMagnitude(collect(sample(draw)), steps, 'mse');
    expect(Math.abs(clip / expected - 1)).toBeLessThan(0.05);
  });

  it.each([4, 127, 255])('is that of trying every number of bins, by definition: %i steps', (steps) => {
    for (const draw of [gauss, laplace, student, () => Math.max(0, gauss()), () => 3]) {
      const statistics = collect(sample(draw));
      const { counts, limit } = statistics.histogram;
      const width = limit / counts.length;
      const errorOf = (clip: number) =>
        counts.reduce((sum, count, bin) => {
          const [value, step] = [width * (bin + 0.5), clip / steps];
          const rounding =
            width >= step ? step ** 2 / 12 : (value - step * Math.round(value / step)) ** 2 + width ** 2 / 12;
          return sum + count * (value <= clip ? rounding : (value - clip) ** 2);
        }, 0);
      let [best, least] = [0, Infinity];
      for (let bins = counts.length; bins >= counts.length / 128; bins--) {
        const error = errorOf((limit * bins) / counts.length);
        if (error < least) [best, least] = [(limit * bins) / counts.length, error];
      }
      expect(leastSquares(statistics.histogram, steps)).toBe(best);
    }
  });
});

describe('percentile', () => {
  it('is where the exponential tail has one in ten thousand left: ln(10^4) = 9.21', () => {
    const clip = clipMagnitude(collect(sample(laplace)), 127, 'percentile');
    // 20 of the 200,000 samples lie beyond; their number varies by 4.5, the clip by 4.5/20.
    expect(Math.abs(clip - Math.log(1e4))).toBeLessThan(0.5);
  });
});

describe('entropy', () => {
  it('keeps all of a uniform distribution: any clip would pile up what lies beyond', () => {
    const statistics = collect(sample(uniform));
    expect(clipMagnitude(statistics, 127, 'entropy')).toBeGreaterThan(0.99);
  });

  it('drops an outlier far away, and does not count the zeros of a ReLU', () => {
    const bulk = sample(gauss).map((v) => Math.max(0, v));
    const clip = clipMagnitude(collect([...bulk, 40]), 255, 'entropy');
    expect(clip).toBeGreaterThan(2.5);
    expect(clip).toBeLessThan(10);
    const withoutZeros = clipMagnitude(collect([...bulk.filter((v) => v > 0), 40]), 255, 'entropy');
    expect(Math.abs(clip - withoutZeros)).toBeLessThan(0.2);
  });
});

describe('a heavy-tailed layer', () => {
  const values = sample(student);
  const statistics = collect(values);
  const quality = (method: (typeof rangeMethods)[number], steps: number) =>
    signalToNoise(onGrid(values, clipMagnitude(statistics, steps, method), steps), values);

  it('loses least by least squares, which its figures tell', () => {
    for (const steps of [7, 127]) {
      const best = quality('mse', steps);
      for (const method of rangeMethods) expect(best).toBeGreaterThanOrEqual(quality(method, steps) - 0.1);
      expect(best).toBeGreaterThan(quality('minmax', steps) + 2);
    }
  });
});

it('every method takes a tensor of zeros', () => {
  for (const method of rangeMethods) expect(clipMagnitude(collect([0, 0]), 127, method)).toBe(0);
});
