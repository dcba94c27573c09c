import { describe, expect, test } from 'vitest';
import type { colormapNames } from '../../../src/engine/images/colormaps.ts';
import { colormap } from '../../../src/engine/images/colormaps.ts';
import { decodePicture } from '../../../src/engine/images/decode.ts';
import { encodePng, normalise, overlay } from '../../../src/engine/images/overlay.ts';

const black = { width: 4, height: 4, rgb: new Uint8Array(48) };
const whole = { x: 0, y: 0, width: 4, height: 4 };

describe('colour maps', () => {
  test('have the published end colours', () => {
    const ends = (name: (typeof colormapNames)[number]) => {
      const table = colormap(name);
      return [Array.from(table.subarray(0, 3)), Array.from(table.subarray(765))];
    };
    // The first and last entries of matplotlib's tables.
    expect(ends('inferno')).toEqual([
      [0, 0, 4],
      [252, 255, 164],
    ]);
    expect(ends('viridis')).toEqual([
      [68, 1, 84],
      [253, 231, 37],
    ]);
    expect(ends('grey')).toEqual([
      [0, 0, 0],
      [255, 255, 255],
    ]);
  });

  test.each(['inferno', 'viridis', 'cividis', 'grey'] as const)('%s grows lighter throughout', (name) => {
    const table = colormap(name);
    const light = Array.from({ length: 256 }, (_, i) => {
      const [r, g, b] = table.subarray(3 * i);
      return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
    });
    // One level of slack: the tables hold rounded bytes.
    for (let i = 1; i < 256; i++) expect(light[i]).toBeGreaterThan(light[i - 1]! - 1);
  });
});

describe('overlay', () => {
  test('lies the peak of the map over the right place', () => {
    const map = { width: 2, height: 2, data: [0, 0, 0, 5] };
    const { rgb, width, height } = overlay(black, whole, map, { colormap: 'grey', opacity: 1 });
    expect([width, height]).toEqual([256, 256]);
    expect(rgb[0]).toBe(0);
    expect(rgb[rgb.length - 1]).toBe(255);
    // Half-pixel centres: the middle between the four cells is their mean, a quarter.
    expect(rgb[(128 * 256 + 128) * 3]).toBeCloseTo(64, -1);
  });

  test('an all-zero map normalises to zero', () => {
    expect(Array.from(normalise({ width: 2, height: 1, data: [0, 0] }))).toEqual([0, 0]);
  });

  test('a PNG holds the pixels given', () => {
    const picture = overlay(black, whole, { width: 2, height: 2, data: [1, 2, 3, 4] });
    const back = decodePicture(encodePng(picture), 'x');
    expect(Buffer.compare(back.rgb, picture.rgb)).toBe(0);
  });
});
