/** CIFAR-10 pictures of the shared models folder: 1,000 for tests, 200 for calibration. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Preprocessing } from '../../src/compiler/input/preprocessing.ts';
import { preprocessingPresets } from '../../src/compiler/input/preprocessing.ts';
import { perChannel } from '../../src/compiler/input/preprocessing.ts';
import { sharedModels } from './shared.ts';

const side = 32;
const bytes = side * side * 3;

export interface CifarPicture {
  /** uint8, HWC. */
  readonly pixels: Uint8Array;
  readonly label: number;
}

function pictures(file: string, labels: readonly number[]): CifarPicture[] {
  const data = readFileSync(join(sharedModels()!, 'images', file));
  return labels.map((label, i) => ({
    pixels: new Uint8Array(data.subarray(i * bytes, (i + 1) * bytes)),
    label,
  }));
}

export function cifarPictures(): { test: CifarPicture[]; calibration: CifarPicture[] } {
  const about = JSON.parse(readFileSync(join(sharedModels()!, 'images/cifar10-test-1000.json'), 'utf8')) as {
    labels: number[];
    calib: { labels: number[] };
  };
  return {
    test: pictures('cifar10-test-1000.rgb.bin', about.labels),
    calibration: pictures('cifar10-train-calib-200.rgb.bin', about.calib.labels),
  };
}

/** Every n-th of a list, `count` in all. */
export function spread<T>(list: readonly T[], count: number): T[] {
  return Array.from({ length: count }, (_, i) => list[Math.floor((i * list.length) / count)]!);
}

/** Pixels as the model takes them: float32, NCHW. */
export function toTensor(pixels: Uint8Array, { scale, mean, std }: Preprocessing): Float32Array {
  const plane = side * side;
  return Float32Array.from({ length: bytes }, (_, i) => {
    const [k, p] = [Math.floor(i / plane), i % plane];
    return (pixels[p * 3 + k]! * scale - perChannel(mean, k)) / perChannel(std, k);
  });
}

/** The two trained networks, with their preprocessing. */
export const trainedNetworks = [
  { name: 'tiny_resnet18_w16_cifar10', preprocessing: preprocessingPresets.cifar10 },
  { name: 'mlperf_tiny_resnet8_cifar10', preprocessing: preprocessingPresets.raw },
] as const;

export function trainedModel(name: string): Uint8Array {
  return readFileSync(join(sharedModels()!, 'trained', name, 'model.onnx'));
}
