import { describe, expect, test } from 'vitest';
import { readNpy } from '../../../src/engine/images/npy.ts';
import { fixture } from './support.ts';

describe('readNpy', () => {
  test('reads float32 in C order as NumPy wrote it', () => {
    const { shape, data } = readNpy(fixture('f32.npy'), 'x.npy');
    expect(shape).toEqual([1, 2, 3, 4]);
    expect(Array.from(data)).toEqual(Array.from({ length: 24 }, (_, i) => Math.fround(Math.fround(i) / 7)));
  });

  test.each([
    ['f64.npy', 'its element type is <f8, not float32'],
    ['fortran.npy', 'it is stored in Fortran order'],
    ['rgb.png', 'no NumPy header'],
  ])('%s is a diagnostic', (file, why) => {
    expect(() => readNpy(fixture(file), file)).toThrow(`CAM301: ${file} is not a usable .npy array: ${why}`);
  });

  test('every truncation is a diagnostic', () => {
    const bytes = fixture('f32.npy');
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readNpy(bytes.subarray(0, length), 'x')).toThrow(/^CAM301: x is not a usable .npy array/);
    }
  });
});
