/** The shape of the static model: what is left of the gradient, and the contract of `<model>.gradcam.onnx`. */
import { describe, expect, test } from 'vitest';
import { explanationMacs } from '../../../src/compiler/gradient/macs.ts';
import { deriveFromModel, exportStaticModel } from '../../../src/compiler/gradient/export.ts';
import { deriveGradCam } from '../../../src/compiler/gradient/derive.ts';
import { verify } from '../../../src/compiler/graph/verify.ts';
import { readModel } from '../../../src/compiler/onnx/read.ts';
import { simplify } from '../../../src/compiler/graph/passes.ts';
import { createFloatEngine } from '../../../src/engine/ort.ts';
import { oraclePlaces, readOracle } from '../../support/oracles.ts';
import { Builder, Random } from './support.ts';

const oracle = (name: string) => readOracle(oraclePlaces().find((o) => o.name.startsWith(name))!.place!);

/** The operators the static model adds to the simplified original. */
function addedOps(bytes: Uint8Array, target?: string): string[] {
  const { graph } = exportStaticModel(bytes, target === undefined ? {} : { targets: [target] });
  const original = simplify(readModel(bytes).graph, { foldBatchNorm: false }).graph;
  return graph.nodes.slice(original.nodes.length).map((n) => n.op);
}

describe('last-layer target of a network with global pooling and one dense layer', () => {
  for (const name of [
    'tiny_resnet18',
    'resnet8_bn_kept',
    'mobilenetv2_small',
    'densenet_small',
    'inception_like',
    'conv_zoo',
  ]) {
    test(`${name}: alpha is one Gather and no gradient operator is left`, () => {
      const { model } = oracle(name);
      const exported = exportStaticModel(model);
      expect(exported.model.targets[0]!.gradient).toBe('constant');
      const alpha = exported.graph.nodes.find((n) => n.outputs.includes('alpha'))!;
      expect(alpha.op).toBe('Gather');
      expect(addedOps(model).sort()).toEqual([
        'ArgMax',
        'Conv',
        'Gather',
        'Less',
        'Relu',
        'Reshape',
        'Where',
      ]);
    });
  }
});

test('names, shapes and types of the contract', () => {
  const { model, inputs } = oracle('resnet8_bn_kept');
  const { graph } = exportStaticModel(model);
  expect(graph.inputs.at(-1)).toEqual({ name: 'class', dtype: 'int64', shape: [1] });
  expect(graph.initializers.get('class')!.data).toEqual(BigInt64Array.of(-1n));
  expect(graph.outputs).toEqual([
    { name: 'logits', dtype: 'float32', shape: [1, inputs[0]!.score.length] },
    { name: 'heatmap', dtype: 'float32', shape: [1, 1, 8, 8] },
    { name: 'alpha', dtype: 'float32', shape: [1, 64] },
    { name: 'class_index', dtype: 'int64', shape: [1] },
  ]);
  expect(graph.nodes.every((n) => n.domain === '')).toBe(true);
});

test('the exported file runs without the optional input', async () => {
  const { model, inputs } = oracle('resnet8_bn_kept');
  const engine = await createFloatEngine(exportStaticModel(model).bytes);
  const { image, shape, score } = inputs[0]!;
  const outputs = await engine.run({ input: { dtype: 'float32', shape, data: image } });
  expect(Object.keys(outputs)).toEqual(['logits', 'heatmap', 'alpha', 'class_index']);
  expect(outputs['class_index']!.data[0]).toBe(BigInt(score.indexOf(Math.max(...score))));
  await engine.dispose();
});

test('the default target is the deepest activation with more than one position', () => {
  const target = (name: string) => deriveFromModel(oracle(name).model).targets[0]!.tensor;
  expect(target('tiny_resnet18')).toBe('/blocks/blocks.7/relu2/Relu_output_0');
  expect(target('resnet8_bn_kept')).toBe('/r2_2/Relu_output_0');
  expect(target('mobilenetv2_small')).toBe('/head/head.2/Clip_output_0');
});

test('a mid-network target whose way to the next non-linearity is linear has no last backward convolution', () => {
  const { model } = oracle('tiny_resnet18');
  const graph = simplify(readModel(model).graph).graph;
  const names = ['/blocks/blocks.5/relu2/Relu_output_0', '/blocks/blocks.6/relu2/Relu_output_0'];
  for (const target of names) {
    const derived = deriveFromModel(model, { targets: [target] });
    expect(derived.targets[0]!.meanPushed).toBe(true);
    const readers = graph.nodes
      .filter((n) => n.op === 'Conv' && n.inputs[0] === target)
      .map((n) => n.inputs[1]);
    expect(readers.length).toBeGreaterThan(0);
    const backward = derived.graph.nodes.filter((n) => n.op === 'ConvBackward').map((n) => n.inputs[1]);
    const means = derived.graph.nodes.filter((n) => n.op === 'ConvMean').map((n) => n.inputs[1]);
    for (const weights of readers) {
      expect(backward).not.toContain(weights);
      expect(means).toContain(weights);
    }
  }
});

test('a target before its ReLU says where the mean stops', () => {
  const { model } = oracle('tiny_resnet18');
  const derived = deriveFromModel(model, { targets: ['/blocks/blocks.7/conv2/Conv_output_0'] });
  expect(derived.targets[0]).toMatchObject({ meanPushed: false, why: '/blocks/blocks.7/relu2/Relu (Relu)' });
  expect(derived.diagnostics.map((d) => d.code)).toEqual(['CAM207']);
});

test('multiply-accumulates of the explanation', () => {
  const { model } = oracle('tiny_resnet18');
  const macs = (target: string) => explanationMacs(deriveFromModel(model, { targets: [target] }));
  // Last layer: the map alone, 128 channels of 4 x 4.
  expect(macs('/blocks/blocks.7/relu2/Relu_output_0')).toBe(128 * 16);
  // One block earlier: one backward convolution at 4 x 4, the other only as a mean, and the map.
  const [backward, mean] = [16 * 128 * 128 * 9, 128 * 128 * 9];
  expect(macs('/blocks/blocks.6/relu2/Relu_output_0')).toBe(backward + mean + 128 * 16);
});

test('a max pool passes the mean on without its own adjoint', () => {
  const { model } = oracle('vgg_small_fc');
  const derived = deriveFromModel(model, { targets: ['/f/f.11/Relu_output_0'] });
  expect(derived.graph.nodes.some((n) => n.op === 'MaxPoolBackward')).toBe(false);
  expect(derived.targets[0]!.meanPushed).toBe(true);
});

test('nothing is derived that nobody reads', () => {
  for (const { name, place } of oraclePlaces()) {
    if (!place) continue;
    const { model, targets } = readOracle(place);
    for (const target of [undefined, ...targets]) {
      const { graph } = exportStaticModel(model, target === undefined ? {} : { targets: [target] });
      const read = new Set([...graph.nodes.flatMap((n) => n.inputs), ...graph.outputs.map((o) => o.name)]);
      const unread = graph.nodes.filter((n) => !n.outputs.some((o) => read.has(o))).map((n) => n.name);
      expect(unread, `${name}, ${target ?? 'default'}`).toEqual([]);
      expect([...graph.initializers.keys()].filter((i) => !read.has(i) && i !== 'class')).toEqual([]);
    }
  }
});

test('the exported graph is well formed, its shapes those that inference finds', () => {
  for (const name of ['conv_zoo', 'densenet_small', 'lenet_tanh', 'mobilenetv2_small', 'vgg_small_fc']) {
    const { model, targets } = oracle(name);
    const { graph } = exportStaticModel(model, { targets });
    // `class` is an input with a default: an initializer of the same name, which the verifier takes for a clash.
    expect(verify({ ...graph, inputs: graph.inputs.filter((i) => i.name !== 'class') }), name).toEqual([]);
  }
});

test('a network thousands of layers deep', () => {
  const b = new Builder();
  let x = b.op('Relu', ['x']);
  for (let i = 0; i < 3000; i++) x = b.op(i % 2 ? 'Relu' : 'Tanh', [x]);
  const graph = b.finish(new Random(1), [1, 2, 3, 3], x, false);
  const { targets } = deriveGradCam(graph, { targets: [b.nodes[0]!.outputs[0]!] });
  expect(targets[0]).toMatchObject({ gradient: 'general', meanPushed: false });
});
