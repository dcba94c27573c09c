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
        // A JPEG cut inside its last rows may still be decoded, with grey for what is lost.
        if (file === 'rgb.png' || length < 600) expect(outcome).toMatch(/^CAM301: p /);
        else expect(outcome).toMatch(/^(CAM301: p |decoded)/);
      }
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
