/** The networks with torch's answers (`oracle.json`) in the shared models folder. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedModels } from './shared.ts';

export interface OracleInput {
  readonly input: string;
  readonly shape: readonly number[];
  readonly score: readonly number[];
  readonly ort_score?: readonly number[];
}

export interface OracleModel {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly scoreTensor: string;
  readonly inputs: readonly OracleInput[];
  /** The values of an input file, float32. */
  readonly read: (file: string) => Float32Array;
}

export const oracleNames = [
  'trained/tiny_resnet18_w16_cifar10',
  'trained/mlperf_tiny_resnet8_cifar10',
  'oracles/resnet18_w16',
  'oracles/resnet8_bn_kept',
  'oracles/conv_zoo',
  'oracles/densenet_small',
  'oracles/inception_like',
  'oracles/lenet_tanh',
  'oracles/mobilenetv2_small',
  'oracles/vgg_small_fc',
];

export function oracleModel(name: string): OracleModel {
  const folder = join(sharedModels()!, name);
  const oracle = JSON.parse(readFileSync(join(folder, 'oracle.json'), 'utf8')) as {
    onnx: string;
    score_tensor: string;
    inputs: OracleInput[];
  };
  return {
    name,
    bytes: readFileSync(join(folder, oracle.onnx)),
    scoreTensor: oracle.score_tensor,
    inputs: oracle.inputs,
    read: (file) => {
      const bytes = readFileSync(join(folder, file));
      return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    },
  };
}
