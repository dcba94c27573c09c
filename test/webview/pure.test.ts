import { describe, expect, it } from 'vitest';
import { difference, sample } from '../../webview/heatmaps/maps.ts';
import { along, front, logAxis, logTicks } from '../../webview/resources/plot.ts';
import { reveal, shift, ticks, zoom } from '../../webview/schedule/scale.ts';

describe('the time axis', () => {
  const whole = { from: 0, to: 1000 };

  it('keeps the cycle under the pointer where it is', () => {
    const near = zoom(whole, whole, 0.5, 200);
    expect((200 - near.from) / (near.to - near.from)).toBeCloseTo(0.2);
    expect(near.to - near.from).toBe(500);
  });

  it('stops at the ends', () => {
    expect(shift({ from: 100, to: 300 }, whole, -500)).toEqual({ from: 0, to: 200 });
    expect(shift({ from: 100, to: 300 }, whole, 5000)).toEqual({ from: 800, to: 1000 });
    expect(zoom(whole, whole, 4, 500)).toEqual(whole);
  });

  it('reveals an interval', () => {
    const seen = reveal({ from: 0, to: 100 }, whole, 950, 960);
    expect(seen.from).toBeLessThanOrEqual(950);
    expect(seen.to).toBeGreaterThanOrEqual(960);
  });

  it('has round ticks', () => {
    expect(ticks({ from: 0, to: 139_553 }, 5)).toEqual([0, 50_000, 100_000]);
    expect(ticks({ from: 10, to: 20 }, 5)).toEqual([10, 12, 14, 16, 18, 20]);
  });
});

describe('heat maps', () => {
  const map = { width: 2, height: 2, values: [0, 1, 2, 3] };

  it('are interpolated bilinearly between pixel centres and held at the edges', () => {
    expect(sample(map, 0.25, 0.25)).toBe(0);
    expect(sample(map, 0.5, 0.5)).toBe(1.5);
    expect(sample(map, 0.5, 0.25)).toBe(0.5);
    expect(sample(map, 0, 1)).toBe(2);
  });

  it('differ on scales of their own', () => {
    const twice = { ...map, values: map.values.map((v) => v * 2) };
    expect(difference(map, twice).values).toEqual([0, 0, 0, 0]);
    expect(difference(map, { ...map, values: [0, 0, 0, 0] }).values[3]).toBe(1);
  });
});

describe('the plot of arrays', () => {
  it('has logarithmic axes with round ticks', () => {
    const axis = logAxis([100, 10_000]);
    expect(axis.from).toBeLessThan(100);
    expect(axis.to).toBeGreaterThan(10_000);
    expect(along({ from: 100, to: 10_000 }, 1000)).toBeCloseTo(0.5);
    expect(logTicks({ from: 90, to: 1100 })).toEqual([100, 200, 500, 1000]);
    expect(logTicks({ from: 1, to: 1e6 })).toEqual([1, 10, 100, 1000, 10_000, 100_000, 1_000_000]);
  });

  it('joins the Pareto front from the fewest DSP blocks on', () => {
    const point = (dsp: number, cycles: number, pareto: boolean) => ({ dsp, cycles, pareto });
    const points = [point(80, 200, true), point(12, 2000, true), point(90, 250, false)];
    expect(front(points).map((p) => p.dsp)).toEqual([12, 80]);
  });
});
