import { describe, expect, it } from 'vitest';
import { fixedPoint, fixedPointPair } from '../../../src/compiler/quantize/fixed-point.ts';
import { random } from './networks.ts';

describe('fixedPoint', () => {
  it('keeps 17 significant bits over the range that layers need', () => {
    const next = random(3);
    for (let i = 0; i < 2000; i++) {
      const factor = 2 ** (next(-28, 14) + next(0, 65535) / 65536);
      const { multiplier, shift } = fixedPoint(factor);
      expect(multiplier).toBeLessThan(2 ** 17);
      expect(shift).toBeGreaterThanOrEqual(1);
      expect(shift).toBeLessThanOrEqual(47);
      // Half a unit of a 17-bit multiplier that is at least 2^16.
      expect(Math.abs(multiplier / 2 ** shift / factor - 1)).toBeLessThanOrEqual(2 ** -17);
    }
  });

  it('takes zero and refuses what does not fit', () => {
    expect(fixedPoint(0)).toEqual({ multiplier: 0, shift: 1 });
    expect(() => fixedPoint(70000)).toThrow(RangeError);
    expect(() => fixedPoint(NaN)).toThrow(RangeError);
    expect(() => fixedPoint(-1)).toThrow(RangeError);
  });

  it('puts a main and a residual factor under one shift', () => {
    const next = random(4);
    for (let i = 0; i < 2000; i++) {
      const factor = 2 ** (next(-24, -1) + next(0, 65535) / 65536);
      const residual = 2 ** (next(-6, 6) + next(0, 65535) / 65536);
      const pair = fixedPointPair(factor, residual);
      expect(pair.residualShift).toBeLessThanOrEqual(15);
      expect(pair.residualMultiplier).toBeLessThan(2 ** 17);
      // Each factor is off by at most half a unit of its multiplier.
      expect(Math.abs(pair.multiplier / 2 ** pair.shift - factor)).toBeLessThanOrEqual(0.5 / 2 ** pair.shift);
      const stored = (pair.residualMultiplier * 2 ** pair.residualShift) / 2 ** pair.shift;
      expect(Math.abs(stored - residual)).toBeLessThanOrEqual(
        (0.5 * 2 ** pair.residualShift) / 2 ** pair.shift,
      );
      expect(Math.abs(stored / residual - 1)).toBeLessThanOrEqual(2 ** -7);
    }
  });
});
