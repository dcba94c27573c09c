import { describe, expect, it } from 'vitest';
import { checkCalibration } from '../../../src/compiler/quantize/calibration-check.ts';
import type { CalibrationTable } from '../../../src/compiler/quantize/calibration.ts';
import { StatisticsCollector } from '../../../src/compiler/quantize/statistics.ts';

function table(more: Partial<CalibrationTable>, tensors: Record<string, number[]> = {}): CalibrationTable {
  const collect = (values: number[]) => {
    const collector = new StatisticsCollector(2);
    collector.add(values);
    return collector.finish();
  };
  const all = { image: [0, 1, 2, 3], features: [0, 1, 0, 2], ...tensors };
  const activations = new Map(Object.entries(all).map(([name, values]) => [name, collect(values)]));
  return { pictures: 100, topClasses: 5, activations, gradients: new Map(), ...more };
}

describe('checkCalibration', () => {
  it('is silent on a good set', () => expect(checkCalibration(table({}), 'image')).toEqual([]));

  it.each([
    ['few pictures', table({ pictures: 3 }), 'only 3 pictures'],
    ['one class', table({ topClasses: 1 }), 'for the same class'],
    ['a constant image', table({}, { image: [7, 7, 5, 5] }), 'one constant colour'],
    ['a tensor without range', table({}, { features: [0, 0, 0, 0] }), '"features" is zero on all'],
  ])('names %s', (_, calibration, message) => {
    const found = checkCalibration(calibration, 'image');
    expect(found.map((d) => d.code)).toEqual(['CAM404']);
    expect(found[0]!.message).toContain(message);
    expect(found[0]!.hint).not.toBe('');
  });

  it('names a tensor most of whose channels are dead', () => {
    const collector = new StatisticsCollector(3);
    collector.add([0, 0, 0, 0, 1, 2]);
    const calibration = table({});
    const activations = new Map([...calibration.activations, ['late', collector.finish()] as const]);
    const [warning] = checkCalibration({ ...calibration, activations }, 'image');
    expect(warning).toMatchObject({ code: 'CAM404', severity: 'warning', tensor: 'late' });
    expect(warning!.message).toContain('2 of the 3 channels');
  });
});
