import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { companionName, modelInfo } from '../../../src/compiler/input/model-info.ts';
import { applyPreprocessing, type PreprocessingText } from '../../../src/compiler/input/parse.ts';
import { preprocessingPresets as presets } from '../../../src/compiler/input/preprocessing.ts';

describe('preprocessing as people write it', () => {
  test.each<[PreprocessingText, object]>([
    [{ scale: '1/255' }, { scale: 1 / 255 }],
    [{ scale: 0.5 }, { scale: 0.5 }],
    [{ mean: '0.1,0.2, 0.3' }, { mean: [0.1, 0.2, 0.3] }],
    [
      { mean: 'imagenet', std: [1, 2, 3] },
      { mean: [0.485, 0.456, 0.406], std: [1, 2, 3] },
    ],
    [{ layout: 'nhwc' }, { layout: 'NHWC' }],
    [{ resize: '256' }, { resize: { kind: 'shorterSide', length: 256 } }],
    [{ resize: '224x200' }, { resize: { kind: 'exact', height: 224, width: 200 } }],
    [
      { resize: 'none', crop: 32 },
      { resize: { kind: 'none' }, crop: { height: 32, width: 32 } },
    ],
    [
      { preset: 'imagenet', scale: 1 },
      { ...presets.imagenet, scale: 1 },
    ],
  ])('%o', (text, expected) => {
    expect(applyPreprocessing(presets.raw, text)).toEqual({ ...presets.raw, ...expected });
  });

  test.each<[PreprocessingText, string]>([
    [{ preset: 'vgg' }, 'CAM303: preset is "vgg"'],
    [{ preset: 'toString' }, 'CAM303: preset is "toString"'],
    [{ scale: '1/0' }, 'CAM303: scale is "1/0"'],
    [{ scale: '' }, 'CAM303: scale is ""'],
    [{ mean: '1,x' }, 'CAM303: mean is "x"'],
    [{ layout: 'CHW' }, 'CAM303: layout is "CHW"'],
    [{ resize: '-3' }, 'CAM303: resize is "-3"'],
    [{ crop: '3x3x3' }, 'CAM303: crop is "3x3x3"'],
    [{ crop: { height: 1 } }, 'CAM303: crop is {"height":1}'],
  ])('%o is refused', (text, message) => {
    expect(() => applyPreprocessing(presets.raw, text)).toThrow(message);
  });
});

describe('where the preprocessing comes from', () => {
  const companion = '{ "preprocessing": { "preset": "cifar10" }, "classes": ["a", "b"] }';

  test('options win over the companion file, that over metadata', () => {
    const metadata = { 'Image.NominalPixelRange': 'NominalRange_0_255' };
    expect(modelInfo(metadata, undefined).preprocessing.scale).toBe(1);
    expect(modelInfo(metadata, companion).preprocessing.mean).toEqual(presets.cifar10.mean);
    const all = modelInfo(metadata, companion, { mean: '0.5' });
    expect([all.preprocessing.mean, all.preprocessing.std, all.classes]).toEqual([
      [0.5],
      presets.cifar10.std,
      ['a', 'b'],
    ]);
    expect(all.diagnostics).toEqual([]);
  });

  test('the default is reported as assumed', () => {
    const { preprocessing, diagnostics } = modelInfo({}, undefined, { layout: 'NHWC' });
    expect(preprocessing.scale).toBe(1 / 255);
    expect(diagnostics.map((d) => d.code)).toEqual(['CAM304']);
  });

  test.each([
    ['{', "CAM303: The model's .camber.json is not JSON"],
    ['[]', 'the outermost value is not an object'],
    ['{"preprocessing": 3}', '"preprocessing" is not an object'],
    ['{"classes": [1]}', '"classes" is not a list of names'],
    ['{"pictures": [{}]}', '"pictures" is not a list'],
  ])('companion %s is refused', (text, message) => {
    expect(() => modelInfo({}, text)).toThrow(message);
  });

  test('a model that asks for BGR or video levels is refused', () => {
    expect(() => modelInfo({ 'Image.BitmapPixelFormat': 'Bgr8' }, undefined)).toThrow(/CAM303.*Bgr8/);
    expect(() => modelInfo({ 'Image.NominalPixelRange': 'NominalRange_16_235' }, undefined)).toThrow(
      /CAM303/,
    );
  });

  test("the sample's companion file reads and lists pictures that exist", () => {
    const folder = new URL('../../../media/sample/', import.meta.url);
    const text = readFileSync(new URL(companionName('tiny-resnet18.onnx'), folder), 'utf8');
    const info = modelInfo({}, text);
    const resize = { kind: 'exact', height: 32, width: 32 };
    expect(info.preprocessing).toEqual({
      ...presets.cifar10,
      layout: undefined,
      resize,
      crop: undefined,
    });
    expect(info.classes).toHaveLength(10);
    expect(info.pictures).toHaveLength(3);
    for (const { file } of info.pictures)
      expect(readFileSync(new URL(file, folder)).length).toBeGreaterThan(1000);
  });
});
