import { describe, expect, it } from 'vitest';
import { enlarge, perturbationScores } from '../../src/engine/perturbation.ts';

describe('perturbation scores', () => {
  const size = { height: 4, width: 4, channels: 1 };
  /** A class that is the share of the top left quarter that still shows white. */
  const probability = (pixels: Uint8Array) => [0, 1, 4, 5].filter((i) => pixels[i] === 255).length / 4;
  const pixels = Uint8Array.from({ length: 16 }, (_, i) => ([0, 1, 4, 5].includes(i) ? 255 : 0));

  it('rewards a map on the pixels that matter and not one beside them', () => {
    const right = perturbationScores([1, 0, 0, 0], { height: 2, width: 2 }, pixels, size, probability);
    const wrong = perturbationScores([0, 0, 0, 1], { height: 2, width: 2 }, pixels, size, probability);
    // All four pixels come first: the curve is 0, 1/4 ... 1 over 4 of 16 steps, then 1: area 14/16; and 2/16 the other way.
    expect(right.insertion).toBeCloseTo(14 / 16, 12);
    expect(right.deletion).toBeCloseTo(2 / 16, 12);
    expect(wrong.insertion).toBeLessThan(0.5);
    expect(wrong.deletion).toBeGreaterThan(0.5);
  });

  it('enlarges as ONNX Resize (linear, half_pixel): its example 1, 2, 3, 4 to 4 x 4', () => {
    // test_resize_upsample_scales_linear of the ONNX operator tests.
    const expected = [1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3, 3.25, 3.75, 4];
    expect(Array.from(enlarge([1, 2, 3, 4], { height: 2, width: 2 }, { height: 4, width: 4 }))).toEqual(
      expected,
    );
  });
});
