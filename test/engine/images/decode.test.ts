import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CompileError } from '../../../src/compiler/diagnostics.ts';
import { decodePicture } from '../../../src/engine/images/decode.ts';
import { fixture, largestDifference, pil } from './support.ts';

function problem(bytes: Uint8Array): string {
  try {
    decodePicture(bytes, 'p');
  } catch (error) {
    if (error instanceof CompileError) return error.message;
    throw error;
  }
  return 'decoded';
}

describe('decodePicture', () => {
  test.each([
    ['rgb.png', pil.rgb],
    ['rgba.png', pil.rgb],
    ['palette.png', pil.palette],
    ['grey.png', pil.grey.flatMap((v) => [v, v, v])],
  ])('%s has the pixels that PIL reads', (file, expected) => {
    const picture = decodePicture(fixture(file), file);
    expect([picture.width, picture.height]).toEqual([45, 30]);
    expect(Array.from(picture.rgb)).toEqual(expected);
  });

  test.each(['rgb.jpg', 'progressive.jpg'])('%s is within 3 levels of libjpeg', (file) => {
    // The inverse cosine transform and the colour conversion round differently from libjpeg's.
    const picture = decodePicture(fixture(file), file);
    expect([picture.width, picture.height]).toEqual([45, 30]);
    expect(largestDifference(picture.rgb, pil.jpeg)).toBeLessThanOrEqual(3);
  });

  test('every truncation of a PNG or JPEG is a diagnostic', () => {
    for (const file of ['rgb.png', 'rgb.jpg']) {
      const bytes = fixture(file);
      for (let length = 0; length < bytes.length - 2; length += 13) {
        const outcome = problem(bytes.subarray(0, length));
        expect(outcome).toMatch(/^CAM301: p (is empty|is not a PNG or JPEG picture|is a damaged|is cut off)/);
      }
    }
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('orientation %i stands as PIL turns it', (orientation) => {
    const file = `orientation${orientation}.jpg`;
    const picture = decodePicture(fixture(file), file);
    expect([picture.width, picture.height]).toEqual(orientation < 5 ? [10, 6] : [6, 10]);
    expect(largestDifference(picture.rgb, pil.upright[orientation - 1]!)).toBeLessThanOrEqual(3);
  });

  test('Exif data that is cut off or absurd leaves a picture as it is', () => {
    const whole = fixture('orientation6.jpg');
    const at = Buffer.from(whole).indexOf('Exif');
    for (let i = at + 6; i < at + 32; i++) {
      const bytes = Uint8Array.from(whole);
      bytes.fill(0xff, i, at + 32);
      const { width, height } = decodePicture(bytes, 'p');
      expect(width * height).toBe(60);
    }
  });

  test('what is missing is told in plain words', () => {
    expect(problem(new Uint8Array())).toBe('CAM301: p is empty.');
    for (const [file, format] of [
      ['rgb.png', 'PNG'],
      ['rgb.jpg', 'JPEG'],
    ] as const) {
      const bytes = fixture(file);
      expect(problem(bytes.subarray(0, bytes.length - 30))).toBe(
        `CAM301: p is cut off: the end of the ${format} is missing.`,
      );
    }
  });

  test('other files are a diagnostic', () => {
    expect(problem(readFileSync(new URL(import.meta.url)))).toBe('CAM301: p is not a PNG or JPEG picture.');
  });

  test('an absurd size is refused before decoding', () => {
    const bytes = Uint8Array.from(fixture('rgb.png'));
    new DataView(bytes.buffer).setUint32(16, 1_000_000);
    new DataView(bytes.buffer).setUint32(20, 1_000_000);
    expect(problem(bytes)).toBe('CAM301: p has 1000000x1000000 pixels; at most 64 million are read.');
  });
});
