import { describe, expect, it } from 'vitest';
import {
  chooseArray,
  designPoint,
  type DesignPoint,
  markPareto,
  nearestPoint,
  nothingFits,
  scheduleForDevice,
} from '../../src/compiler/explore.ts';
import { findDevice } from '../../src/compiler/report/devices.ts';
import { exploreCsv, explorePlot } from '../../src/compiler/report/explore-plot.ts';
import { estimateResources } from '../../src/compiler/report/resources.ts';
import { fits } from '../../src/compiler/report/fit-device.ts';
import { schedule } from '../../src/compiler/schedule/schedule.ts';
import { engineShapes } from '../../src/compiler/schedule/engine-shape.ts';
import { residualNetwork, resnet18w16 } from './schedule/support/resnet.ts';

const { network } = residualNetwork(resnet18w16, 'last');
const zynq = findDevice('xc7z020')!;
const ultra96 = findDevice('Ultra96')!;
const pointsOn = (device: typeof zynq): readonly DesignPoint[] =>
  markPareto(
    [...engineShapes.values()].map((shape) => designPoint(network, schedule(network, shape), 16, device)),
  );

describe('exploring arrays for ResNet18-w16', () => {
  const points = pointsOn(ultra96);

  it('takes cycles from the schedules', () => {
    for (const p of points) {
      const { cycles } = schedule(network, p);
      expect(p.cycles).toBe(cycles.inference + cycles.explanation);
      expect(p.overhead).toBe(cycles.explanation / cycles.inference);
    }
  });

  it('chooses the fastest that fits with head-room on the ZU3EG', () => {
    const chosen = chooseArray(points, ultra96)!;
    expect(chosen.fits).toBe(true);
    const roomy = points.filter((p) => fits(p, ultra96));
    expect(chosen.cycles).toBe(Math.min(...roomy.map((p) => p.cycles)));
    expect(scheduleForDevice(network, 16, ultra96).shape).toMatchObject({
      rows: chosen.rows,
      columns: chosen.columns,
    });
  });

  it('refuses a device whose LUTs would be nearly full', () => {
    const fast = chooseArray(points, ultra96)!;
    const tight = { ...ultra96, available: { ...ultra96.available, lut: Math.ceil(fast.lut / 0.9) } };
    expect(fits(fast, tight)).toBe(true);
    expect(chooseArray(points, tight)?.rows).not.toBe(fast.rows);
  });

  it('chooses nothing on the 7020, for want of block RAM, and says what comes nearest', () => {
    const all = pointsOn(zynq);
    expect(chooseArray(all, zynq)).toBeUndefined();
    const nearest = nearestPoint(all, zynq)!;
    expect(nearest.bram36).toBe(Math.min(...all.map((p) => p.bram36)));
    expect(nearest.bram36).toBeGreaterThan(zynq.available.bram36);
  });

  it('writes CSV and a plot of every point', () => {
    expect(exploreCsv(points).trim().split('\n')).toHaveLength(points.length + 1);
    expect(explorePlot(points, 'a < b').match(/<circle/g)).toHaveLength(points.length);
  });
});

describe('advice where nothing fits', () => {
  const explored = (device: typeof zynq) =>
    [...engineShapes.values()].map((shape) => {
      const plan = schedule(network, shape);
      return { point: designPoint(network, plan, 16, device), schedule: plan };
    });

  it('is none where something does', () => {
    expect(nothingFits(explored(ultra96), ultra96)).toEqual([]);
  });

  it('names what is short and a device that has room, counted as that device counts', () => {
    const [problem] = nothingFits(explored(zynq), zynq);
    expect(problem).toMatchObject({ code: 'CAM502', message: expect.stringMatching(/xc7z020.*block RAM/) });
    expect(problem!.hint).toContain('xc7a200t');
    // ECP5 has one product to a block: this device has enough of them for Xilinx' packing only.
    const ecp5 = findDevice('lfe5u-85f')!;
    const [near] = explored(ecp5).filter(({ point }) => point.rows === 8 && point.columns === 8);
    const packed = estimateResources(near!.schedule, 'xc7');
    expect(packed.dsp).toBeLessThan(near!.point.dsp);
    const own = { ...zynq, part: 'own', available: { ...packed, bram36: 400, lut: 90_000, ff: 90_000 } };
    expect(nothingFits([near!], ecp5, [own])[0]!.hint).toContain(own.description);
  });

  it('takes a device without multipliers as it is', () => {
    const bare = { ...zynq, available: { ...zynq.available, dsp: 0, bram36: 0 } };
    expect(nothingFits(explored(bare), bare)[0]!.message).toMatch(/DSP 40 of 0, block RAM 189.5 of 0/);
  });
});

describe('the Pareto front', () => {
  const base = designPoint(network, schedule(network, engineShapes.get('8x8')!), 16, ultra96);
  const point = (changes: Partial<DesignPoint>): DesignPoint => ({ ...base, fits: true, ...changes });

  it('leaves out what another point beats in everything, and what does not fit', () => {
    const fast = point({ cycles: 10, lut: 20 });
    const small = point({ cycles: 20, lut: 10 });
    const poor = point({ cycles: 21, lut: 11 });
    const huge = point({ cycles: 1, lut: 999, fits: false });
    expect(markPareto([fast, small, poor, huge]).map((p) => p.pareto)).toEqual([true, true, false, false]);
  });

  it('is taken among all points where none fits', () => {
    const one = point({ cycles: 10, fits: false });
    const worse = point({ cycles: 11, fits: false });
    expect(markPareto([one, worse]).map((p) => p.pareto)).toEqual([true, false]);
  });
});
