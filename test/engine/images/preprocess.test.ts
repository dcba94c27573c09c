import { describe, expect, test } from 'vitest';
import {
  checkPreprocessing,
  preprocessingPresets,
  type Preprocessing,
} from '../../../src/compiler/input/preprocessing.ts';
import { decodePicture } from '../../../src/engine/images/decode.ts';
import { inputAxes, preprocess } from '../../../src/engine/images/preprocess.ts';
import { fixture, largestDifference, pil } from './support.ts';

const picture = decodePicture(fixture('rgb.png'), 'rgb.png');
const raw = preprocessingPresets.raw;

describe('resize and crop', () => {
  // PIL rounds to uint8 between its two passes and computes in fixed point: one level of difference.
  test.each<[string, Preprocessing, number[], readonly number[]]>([
    [
      'shorter side and crop',
      { ...raw, resize: { kind: 'shorterSide', length: 16 } },
      [12, 12],
      pil.shorter16crop12,
    ],
    ['exact, smaller', { ...raw, resize: { kind: 'exact', height: 8, width: 10 } }, [8, 10], pil.exact8x10],
    ['exact, larger', { ...raw, resize: { kind: 'exact', height: 60, width: 90 } }, [60, 90], pil.up60x90],
    ['no resize', { ...raw, resize: { kind: 'none' } }, [30, 45], pil.rgb],
    ['default on the input size', raw, [30, 45], pil.rgb],
  ])('%s equals PIL and torchvision', (_name, how, [height, width], expected) => {
    const { pixels, tensor } = preprocess(picture, [1, height!, width!, 3], how);
    expect(largestDifference(pixels.rgb, expected)).toBeLessThanOrEqual(1);
    expect(Array.from(tensor.data)).toEqual(Array.from(pixels.rgb));
  });

  test('the default covers the input and keeps the aspect', () => {
    const { view } = preprocess(picture, [1, 3, 10, 10], raw);
    // 45x30 scaled to 15x10, crop of 10 from column 3 (2.5 rounded up).
    expect(view).toEqual({ x: 9, y: 0, width: 30, height: 30 });
  });
});

describe('values and layout', () => {
  const how: Preprocessing = { scale: 1 / 255, mean: [0.1, 0.2, 0.3], std: [0.5, 0.25, 0.125] };
  const { pixels, tensor } = preprocess(picture, [1, 3, 30, 45], how);

  test('NCHW, (pixel * scale - mean) / std per channel', () => {
    for (const [c, y, x] of [
      [0, 0, 0],
      [1, 7, 31],
      [2, 29, 44],
    ] as const) {
      const expected = (pixels.rgb[(y * 45 + x) * 3 + c]! / 255 - how.mean[c]!) / how.std[c]!;
      // float32 storage: 2^-24 relative.
      expect(tensor.data[(c * 30 + y) * 45 + x]).toBeCloseTo(expected, 5);
    }
  });

  test('NHWC holds the same values', () => {
    const nhwc = preprocess(picture, [1, 30, 45, 3], how).tensor.data;
    for (let i = 0; i < 30 * 45; i++)
      for (let c = 0; c < 3; c++) expect(nhwc[3 * i + c]).toBe(tensor.data[c * 1350 + i]);
  });

  test('a grey model gets the luminance of PIL', () => {
    expect(Array.from(preprocess(picture, [1, 1, 30, 45], raw).tensor.data)).toEqual(pil.grey);
  });
});

describe('input axes', () => {
  test.each([
    [[1, 3, 8, 9], undefined, { layout: 'NCHW', channels: 3, height: 8, width: 9 }],
    [[1, 8, 9, 1], undefined, { layout: 'NHWC', channels: 1, height: 8, width: 9 }],
    [[1, 3, 8, 3], 'NHWC', { layout: 'NHWC', channels: 3, height: 3, width: 8 }],
  ] as const)('%o as %s', (shape, layout, expected) => {
    expect(inputAxes(shape, layout)).toEqual(expected);
  });

  test.each([[[1, 784]], [[2, 3, 8, 8]], [[1, 4, 8, 8]]])('%o is no picture', (shape) => {
    expect(() => inputAxes(shape)).toThrow(/CAM302: The model's input has shape/);
  });
});

describe('bad preprocessing', () => {
  test.each<[string, Preprocessing, string]>([
    ['scale', { ...raw, scale: NaN }, 'The scale NaN is not a non-zero number.'],
    ['mean count', { ...raw, mean: [1, 2] }, 'mean has 2 values.'],
    ['zero std', { ...raw, std: [0] }, 'std 0 is not usable.'],
    ['crop', { ...raw, crop: { height: 0, width: 3 } }, 'The size 0x3 is not usable.'],
    [
      'shorter side',
      { ...raw, resize: { kind: 'shorterSide', length: -1 } },
      'The shorter side -1 is not usable.',
    ],
  ])('%s', (_name, how, message) => {
    expect(checkPreprocessing(how).map((d) => d.message)).toEqual([message]);
  });

  test('several problems are reported at once', () => {
    expect(checkPreprocessing({ scale: 0, mean: [], std: [0] })).toHaveLength(3);
  });

  test('a crop that is not the input size, or larger than the picture', () => {
    const small: Preprocessing = { ...raw, resize: { kind: 'shorterSide', length: 8 } };
    expect(() => preprocess(picture, [1, 3, 12, 12], small)).toThrow(
      /CAM303: The picture is 8x12 before the crop of 12x12/,
    );
    expect(() => preprocess(picture, [1, 3, 12, 12], { ...raw, crop: { height: 9, width: 9 } })).toThrow(
      /CAM303: The crop 9x9 is not the model's input size 12x12/,
    );
  });
});
