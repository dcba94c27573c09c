/** What quantising can be given that is no good: one diagnostic each, its text part of the interface. */
import { describe, expect, it } from 'vitest';
import { analyse } from '../../../src/compiler/analyse.ts';
import { CompileError, formatDiagnostic, type Diagnostic } from '../../../src/compiler/diagnostics.ts';
import { makeAttribute } from '../../../src/compiler/graph/attributes.ts';
import type { Graph, Node, Tensor } from '../../../src/compiler/graph/ir.ts';
import { checkCalibration } from '../../../src/compiler/quantize/calibration-check.ts';
import { execute } from '../../../src/compiler/quantize/executor.ts';
import { defaultQuantiseOptions } from '../../../src/compiler/quantize/options.ts';
import { quantise } from '../../../src/compiler/quantize/quantise.ts';
import { calibrateModel } from '../../../src/engine/compile-model.ts';
import { networkInput } from '../../../src/engine/fixed.ts';
import { imageInput } from '../../../src/compiler/graph/image-input.ts';
import { calibrationPictures } from '../../../src/toolchain/calibration.ts';
import { loadModel } from '../../../src/toolchain/model-file.ts';
import { sample } from '../../cli/support.ts';
import { maxAbs } from '../../support/oracles.ts';
import { random } from './networks.ts';
import '../../support/ort.ts';

type Data = 'float32' | 'int8' | 'uint8' | 'int16' | 'int32';
const arrays = {
  float32: Float32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  int32: Int32Array,
};
const tensor = (shape: number[], values: ArrayLike<number>, dtype: Data = 'float32'): Tensor => ({
  dtype,
  shape,
  data: arrays[dtype].from(values),
});
const node = (op: string, inputs: string[], output: string, attributes: Node['attributes'] = {}): Node => ({
  name: `${op} ${output}`,
  op,
  domain: '',
  inputs,
  outputs: [output],
  attributes,
});

const size = 4;

/** 1x1 convolution to `channels`, ReLU, global average, dense to two classes. */
function network(channels: number, w1: ArrayLike<number>, dense: ArrayLike<number>): Graph {
  return {
    name: 'small',
    opset: 13,
    irVersion: 8,
    inputs: [{ name: 'x', dtype: 'float32', shape: [1, 1, size, size] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [1, 2] }],
    nodes: [
      node('Conv', ['x', 'w1'], 'c'),
      node('Relu', ['c'], 'features'),
      node('GlobalAveragePool', ['features'], 'p'),
      node('Flatten', ['p'], 'f'),
      node('Gemm', ['f', 'dense'], 'y', { transB: makeAttribute.int(1) }),
    ],
    initializers: new Map([
      ['w1', tensor([channels, 1, 1, 1], w1)],
      ['dense', tensor([2, channels], dense)],
    ]),
    values: new Map(),
    metadata: {},
  };
}

const pictures = (count: number, value?: number) => {
  const next = random(9);
  return Array.from({ length: count }, () =>
    Float32Array.from({ length: size * size }, () => value ?? next(0, 1000) / 1000),
  );
};

async function quantised(graph: Graph, images: Float32Array[], target?: string) {
  const analysis = analyse(graph, target === undefined ? {} : { target });
  const table = await calibrateModel(analysis, { calibration: images });
  return {
    network: quantise(analysis.source, table, defaultQuantiseOptions),
    diagnostics: checkCalibration(table, 'x'),
  };
}

const text = (diagnostics: readonly Diagnostic[]) => diagnostics.map(formatDiagnostic).join('\n');

/** The diagnostics of what fails. */
async function refusal(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof CompileError) return text(error.diagnostics);
    throw error;
  }
  return 'no diagnostic';
}

const good = network(4, [1, -1, 0.5, 2], [1, 2, 3, 4, -1, 1, -1, 1]);

describe('calibration pictures', () => {
  it('none given: crops of those at hand, with a warning that says so', async () => {
    const model = await loadModel(sample);
    const { images, diagnostics } = await calibrationPictures([], model, imageInput(model.graph));
    expect(images.length).toBeGreaterThan(8);
    expect(text(diagnostics)).toMatchSnapshot();
  });

  it('an empty list', async () => {
    expect(await refusal(() => quantised(good, []))).toMatchSnapshot();
  });

  it('few, of one class, constant', async () => {
    expect(text((await quantised(good, pictures(3))).diagnostics)).toMatchSnapshot('three of one class');
    expect(text((await quantised(good, pictures(9, 0.5))).diagnostics)).toMatchSnapshot('constant');
    expect(text((await quantised(good, pictures(9, 0))).diagnostics)).toMatchSnapshot('black');
  });

  it('that are not finite', async () => {
    const broken = pictures(2);
    broken[1]![3] = NaN;
    broken[1]![4] = Infinity;
    expect(await refusal(() => quantised(good, broken))).toMatchSnapshot();
  });
});

describe('activations', () => {
  it('that overflow in floating point are named, the first one', async () => {
    const large = network(2, [3e38, 1], [1, 1, 1, -1]);
    expect(await refusal(() => quantised(large, [...pictures(1), ...pictures(1, 2)]))).toMatchSnapshot();
  });

  it('of a class whose weights are all zero do not trouble the gradients of the others', async () => {
    const silent = network(4, [1, -1, 0.5, 2], [0, 0, 0, 0, -1, 1, -1, 1]);
    const { network: net } = await quantised(silent, pictures(9), 'c');
    const run = (classIndex: number) =>
      execute(net, networkInput(net, { tensor: pictures(1)[0]! }), { classIndex }).explanation!;
    expect(maxAbs(run(0).alpha)).toBe(0);
    expect(maxAbs(run(1).alpha)).toBeGreaterThan(100);
  });

  it('that calibration has never seen, at scales that no multiplier bridges', async () => {
    const large = network(2, [1e30, 1e30], [1, 1, 1, -1]);
    expect(await refusal(() => quantised(large, pictures(9, 0)))).toMatchSnapshot();
  });

  it('of a picture that is not finite', async () => {
    const { network: net } = await quantised(good, pictures(9));
    const broken = pictures(1)[0]!;
    broken[3] = NaN;
    broken[5] = -Infinity;
    expect(await refusal(() => networkInput(net, { tensor: broken }))).toMatchSnapshot();
  });

  it('of dead channels: a warning, and zeros in the integer network, not noise', async () => {
    const dead = network(4, [0, 0, 1, 0], [1, 2, 3, 4, -1, 1, -1, 1]);
    const { network: net, diagnostics } = await quantised(dead, pictures(9));
    expect(text(diagnostics)).toMatchSnapshot();
    const run = execute(net, networkInput(net, { tensor: pictures(1)[0]! }));
    const { zeroPoint } = net.tensors.get('features')!;
    const values = run.tensors.get('features')!.map((q) => q - zeroPoint);
    const plane = size * size;
    expect([0, 1, 3].map((k) => maxAbs(values.subarray(k * plane, (k + 1) * plane)))).toEqual([0, 0, 0]);
    expect(maxAbs(values.subarray(2 * plane, 3 * plane))).toBeGreaterThan(200);
  });
});

describe('the proof against overflow', () => {
  it('holds for a pooled vector of 2,048 channels and weights that are all as large as can be', async () => {
    const channels = 2048;
    const ones = new Float64Array(channels).fill(1);
    const signs = [...ones, ...ones.map((v) => -v)];
    const { network: net } = await quantised(network(channels, ones, signs), pictures(9));
    for (const layer of net.layers) expect(layer.accumulatorBits).toBeLessThanOrEqual(32);
    // Far above what calibration saw: everything saturates. The sums, added up in doubles, fit 32 bits.
    const run = execute(net, new Int8Array(size * size).fill(127));
    const pooled = run.tensors.get('p')!;
    const weights = net.weights.get('dense')!;
    let sum = 0;
    for (let k = 0; k < channels; k++) sum += pooled[k]! * weights.data[k]!;
    expect(weights.data[0]).toBe(127);
    expect(sum).toBeGreaterThan(2 ** 29);
    expect(sum).toBeLessThan(2 ** 31);
    expect(run.scores[0]).toBeGreaterThan(0);
    expect(run.scores[1]).toBe(-run.scores[0]!);
  });

  it('fails where no width of the operands helps', async () => {
    // 200,000 inputs of int8 by weights of 127 in one sum: 33 bits.
    const side = 450;
    const wide: Graph = {
      ...good,
      inputs: [{ name: 'x', dtype: 'float32', shape: [1, 1, side, side] }],
      nodes: [
        node('Conv', ['x', 'w1'], 'features'),
        node('Flatten', ['features'], 'f'),
        node('Gemm', ['f', 'dense'], 'y', { transB: makeAttribute.int(1) }),
      ],
      initializers: new Map([
        ['w1', tensor([1, 1, 1, 1], [1])],
        ['dense', tensor([2, side * side], new Float32Array(2 * side * side).fill(1))],
      ]),
    };
    const image = Float32Array.from({ length: side * side }, (_, i) => (i % 7) / 7);
    expect(await refusal(() => quantised(wide, [image]))).toMatchSnapshot();
  });
});

describe('models that came quantised', () => {
  /** Quantised input, a 1x1 convolution with weights w, quantised output, average, dense. */
  const qdq = (changes: Record<string, Tensor> = {}): Graph => ({
    ...good,
    nodes: [
      node('QuantizeLinear', ['x', 's', 'z'], 'xq'),
      node('DequantizeLinear', ['xq', 's', 'z'], 'xd'),
      node('DequantizeLinear', ['w', 'ws', 'wz'], 'wd', { axis: makeAttribute.int(0) }),
      node('Conv', ['xd', 'wd'], 'c'),
      node('QuantizeLinear', ['c', 'ys', 'yz'], 'cq'),
      node('DequantizeLinear', ['cq', 'ys', 'yz'], 'features'),
      node('GlobalAveragePool', ['features'], 'p'),
      node('Flatten', ['p'], 'f'),
      node('Gemm', ['f', 'dense'], 'y', { transB: makeAttribute.int(1) }),
    ],
    initializers: new Map(
      Object.entries({
        s: tensor([], [0.01]),
        z: tensor([], [128], 'uint8'),
        w: tensor([2, 1, 1, 1], [100, -100], 'int8'),
        ws: tensor([2], [0.25, 2]),
        wz: tensor([2], [0, 0], 'int8'),
        ys: tensor([], [1]),
        yz: tensor([], [128], 'uint8'),
        dense: tensor([2, 2], [1, 2, 3, 4]),
        ...changes,
      }),
    ),
  });

  it.each([
    ['a zero scale', { s: tensor([], [0]) }],
    ['an infinite scale', { ys: tensor([], [Infinity]) }],
    ['a scale that is not a number', { ws: tensor([2], [1, NaN]) }],
    ['a negative scale', { ws: tensor([2], [1, -1]) }],
    ['a zero point of 16 bits', { yz: tensor([], [300], 'int16') }],
    ['a zero point of 32 bits', { z: tensor([], [1], 'int32') }],
    ['weights with a zero point', { wz: tensor([2], [0, 5], 'int8') }],
    ['a scale per channel of an activation', { ys: tensor([2], [1, 2]) }],
    ['scales too far apart for any multiplier', { ys: tensor([], [1e-9]) }],
    ['two faults at once', { s: tensor([], [0]), wz: tensor([2], [0, 5], 'int8') }],
  ])('%s', async (_, changes) => {
    expect(await refusal(() => quantised(qdq(changes), pictures(9)))).toMatchSnapshot();
  });

  it('and are sound', async () => {
    expect(await refusal(() => quantised(qdq(), pictures(9)))).toBe('no diagnostic');
  });
});

it('layers that cannot be quantised are all named', async () => {
  const graph: Graph = {
    ...good,
    nodes: [
      node('Conv', ['x', 'w1'], 'c'),
      node('Round', ['c'], 'e'),
      node('Round', ['e'], 'features'),
      ...good.nodes.slice(2),
    ],
  };
  expect(await refusal(() => quantised(graph, pictures(9)))).toMatchSnapshot();
});
