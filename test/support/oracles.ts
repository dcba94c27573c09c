/** Networks with torch's GradCAM answers: the committed ones, and those of the shared models folder where it is present. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sharedModels } from './shared.ts';

export interface OracleCam {
  readonly onnx_tensor: string;
  readonly cls: number;
  readonly channels: number;
  readonly map_shape: readonly [number, number];
  readonly cam_offset: number;
  readonly alpha_offset: number;
}

export interface Oracle {
  readonly name: string;
  readonly model: Uint8Array;
  readonly scoreTensor: string;
  /** Every target that has an answer. */
  readonly targets: readonly string[];
  readonly inputs: readonly {
    readonly image: Float32Array;
    readonly shape: readonly number[];
    readonly score: readonly number[];
    readonly cams: readonly OracleCam[];
  }[];
  map(cam: OracleCam): Float32Array;
  alpha(cam: OracleCam): Float32Array;
}

const fixtures = fileURLToPath(new URL('../fixtures/oracles', import.meta.url));
const sample = fileURLToPath(new URL('../../media/sample/tiny-resnet18.onnx', import.meta.url));

interface Place {
  readonly name: string;
  readonly folder: string;
  readonly model: string;
}

/** Where each oracle lies; undefined for one that is only in the shared folder, where that is missing. */
export function oraclePlaces(): { name: string; place: Place | undefined }[] {
  const committed = [
    'conv_zoo',
    'densenet_small',
    'inception_like',
    'lenet_tanh',
    'mobilenetv2_small',
    'resnet8_bn_kept',
    'vgg_small_fc',
  ].map((name) => ({ name, folder: join(fixtures, name), model: join(fixtures, name, 'model.onnx') }));
  const ours: Place[] = [
    ...committed,
    { name: 'tiny_resnet18 (sample)', folder: join(fixtures, 'tiny_resnet18'), model: sample },
  ];
  const root = sharedModels();
  const shared = [
    'oracles/resnet18_w16',
    'trained/tiny_resnet18_w16_cifar10',
    'trained/mlperf_tiny_resnet8_cifar10',
  ].map((name) => {
    const folder = root && join(root, name);
    const present = folder !== undefined && existsSync(join(folder, 'model.onnx'));
    return { name, place: present ? { name, folder, model: join(folder, 'model.onnx') } : undefined };
  });
  return [...ours.map((place) => ({ name: place.name, place })), ...shared];
}

export function readOracle({ name, folder, model }: Place): Oracle {
  const floats = (file: string) => {
    const bytes = readFileSync(join(folder, file));
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  };
  const json = JSON.parse(readFileSync(join(folder, 'oracle.json'), 'utf8')) as {
    score_tensor: string;
    inputs: { input: string; shape: number[]; score: number[]; cams: OracleCam[] }[];
  };
  const answers = floats('cams.bin');
  return {
    name,
    model: readFileSync(model),
    scoreTensor: json.score_tensor,
    targets: [...new Set(json.inputs.flatMap((i) => i.cams.map((c) => c.onnx_tensor)))],
    inputs: json.inputs.map((i) => ({
      image: floats(i.input),
      shape: i.shape,
      score: i.score,
      cams: i.cams,
    })),
    map: ({ cam_offset, map_shape: [h, w] }) => answers.subarray(cam_offset / 4, cam_offset / 4 + h * w),
    alpha: ({ alpha_offset, channels }) => answers.subarray(alpha_offset / 4, alpha_offset / 4 + channels),
  };
}

export function maxAbs(a: ArrayLike<number>): number {
  return Array.from(a).reduce((m, x) => Math.max(m, Math.abs(x)), 0);
}

/** NaN where the lengths differ, so that no bar is met. */
export function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return NaN;
  return Array.from(a).reduce((m, x, i) => Math.max(m, Math.abs(x - b[i]!)), 0);
}
