import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../../src/compiler/analyse.ts';
import type { Graph, Node, Tensor } from '../../../src/compiler/graph/ir.ts';
import { makeAttribute } from '../../../src/compiler/graph/attributes.ts';
import { readModel } from '../../../src/compiler/onnx/read.ts';
import { importQuantised } from '../../../src/compiler/quantize/import/import-quantised.ts';
import { defaultQuantiseOptions } from '../../../src/compiler/quantize/options.ts';
import { quantise } from '../../../src/compiler/quantize/quantise.ts';
import { argmax } from '../../../src/compiler/quantize/executor.ts';
import { calibrateModel } from '../../../src/engine/compile-model.ts';
import { signalToNoise } from '../../../src/engine/fidelity.ts';
import { explainFixed } from '../../../src/engine/fixed.ts';
import { createFloatEngine } from '../../../src/engine/ort.ts';
import { cifarPictures, spread, toTensor, trainedNetworks } from '../../support/cifar.ts';
import { maxDifference } from '../../support/oracles.ts';
import { sharedModels } from '../../support/shared.ts';
import { needs } from '../../support/tools.ts';
import '../../support/ort.ts';

const tensor = (dtype: 'float32' | 'int8' | 'uint8' | 'int32', shape: number[], values: number[]): Tensor => {
  const arrays = { float32: Float32Array, int8: Int8Array, uint8: Uint8Array, int32: Int32Array };
  return { dtype, shape, data: arrays[dtype].from(values) };
};
const node = (op: string, inputs: string[], output: string, attributes: Node['attributes'] = {}): Node => ({
  name: `${op} ${output}`,
  op,
  domain: '',
  inputs,
  outputs: [output],
  attributes,
});

/** Quantised input, a 1x1 convolution with weights w (scale ws, zero point wz), quantised output. */
function qdq(changes: Record<string, Tensor> = {}): Graph {
  const initializers = new Map<string, Tensor>(
    Object.entries({
      s: tensor('float32', [], [0.5]),
      z: tensor('uint8', [], [3]),
      w: tensor('int8', [2, 1, 1, 1], [4, -128]),
      ws: tensor('float32', [2], [0.25, 2]),
      wz: tensor('int8', [2], [0, 0]),
      ys: tensor('float32', [], [1]),
      yz: tensor('uint8', [], [0]),
      ...changes,
    }),
  );
  const axis = { axis: makeAttribute.int(0) };
  return {
    name: 'qdq',
    opset: 13,
    irVersion: 8,
    inputs: [{ name: 'x', dtype: 'float32', shape: [1, 1, 2, 2] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [1, 2, 2, 2] }],
    nodes: [
      node('QuantizeLinear', ['x', 's', 'z'], 'xq'),
      node('DequantizeLinear', ['xq', 's', 'z'], 'xd'),
      node('DequantizeLinear', ['w', 'ws', 'wz'], 'wd', axis),
      node('Conv', ['xd', 'wd'], 'c'),
      node('QuantizeLinear', ['c', 'ys', 'yz'], 'cq'),
      node('DequantizeLinear', ['cq', 'ys', 'yz'], 'y'),
    ],
    initializers,
    values: new Map(),
    metadata: {},
  };
}

describe('importing a quantised graph', () => {
  it('keeps scales and zero points, re-centres uint8, and writes weights as the floats they stand for', () => {
    const { graph, imported } = importQuantised(qdq());
    expect(imported!.activations.get('x')).toEqual({ scale: 0.5, zeroPoint: -125 });
    expect(imported!.weights.get('wd')).toEqual([0.25, 2]);
    expect(Array.from(graph.initializers.get('wd')!.data as Float32Array)).toEqual([1, -256]);
  });

  it('finds the ReLU that an exporter left to the clamp at zero point 0', () => {
    const { graph, imported } = importQuantised(qdq());
    expect(graph.nodes.map((n) => n.op)).toEqual(['Conv', 'Relu', 'Identity']);
    expect(imported!.activations.get('cq/relu')).toEqual({ scale: 1, zeroPoint: -128 });
    const signed = importQuantised(qdq({ yz: tensor('uint8', [], [128]) }));
    expect(signed.graph.nodes.map((n) => n.op)).toEqual(['Conv', 'Identity']);
  });

  it('leaves a float graph alone', () => {
    const graph = { ...qdq(), nodes: [node('Relu', ['x'], 'y')] };
    expect(importQuantised(graph)).toEqual({ graph });
  });

  it.each([
    ['a zero scale', { s: tensor('float32', [], [0]) }, 'scale 0 is not a positive number'],
    ['an infinite scale', { ws: tensor('float32', [2], [1, Infinity]) }, 'scale Infinity of channel 1'],
    ['weights with a zero point', { wz: tensor('int8', [2], [0, 5]) }, 'its weights have a zero point'],
    [
      'a scale per channel of an activation',
      { ys: tensor('float32', [2], [1, 2]) },
      'not one constant number',
    ],
    ['a zero point of 32 bits', { z: tensor('int32', [], [0]) }, 'zero point is of type int32'],
  ])('refuses %s, with the node named', (_, changes, message) => {
    expect(() => importQuantised(qdq(changes))).toThrow(message);
    expect(() => importQuantised(qdq(changes))).toThrow(/CAM402: Node "/);
  });
});

needs('shared models')('quantised ResNet-8 against ONNX Runtime, optimisation disabled', () => {
  // Multipliers of 17 bits round one element in 50,000 otherwise than floating point does, by one step. The bars are
  // the issue's: the same class on 99 %, scores within 1 % of their range; and 40 dB, a noise of 1 %.
  // `bench/quantised.ts` runs the whole 1,000 pictures: 99.6 %, 0.97 %.
  it.each(['model_qdq.onnx', 'model_qlinear_ort.onnx'])('%s', async (file) => {
    const folder = join(sharedModels()!, 'quantised/mlperf_tiny_resnet8_cifar10');
    const { preprocessing } = trainedNetworks[1];
    const { test, calibration } = cifarPictures();
    const { graph } = readModel(readFileSync(join(folder, file)));
    const analysis = analyse(graph);
    const table = await calibrateModel(analysis, {
      calibration: spread(calibration, 10).map((p) => toTensor(p.pixels, preprocessing)),
    });
    const network = quantise(analysis.source, table, { ...defaultQuantiseOptions, preprocessing });
    expect(network.input.format).toBe('uint8');
    const runtime = await createFloatEngine(readFileSync(join(folder, 'model_qdq.onnx')), {
      optimization: 'disabled',
    });
    // Largest less smallest score over the 1,000 pictures.
    const range = 37.4;
    const [found, expected]: [number[], number[]] = [[], []];
    const pictures = spread(test, 100);
    let same = 0;
    for (const { pixels } of pictures) {
      const data = toTensor(pixels, preprocessing);
      const outputs = await runtime.run({ input: { dtype: 'float32', shape: [1, 3, 32, 32], data } });
      const scores = outputs['logits']!.data as Float32Array;
      const run = explainFixed(analysis.model, network, { pixels });
      same += Number(run.class === argmax(scores));
      found.push(...run.scores);
      expected.push(...scores);
    }
    await runtime.dispose();
    expect(same).toBeGreaterThanOrEqual(0.99 * pictures.length);
    expect(maxDifference(found, expected)).toBeLessThan(0.01 * range);
    expect(signalToNoise(found, expected)).toBeGreaterThan(40);
  });
});
