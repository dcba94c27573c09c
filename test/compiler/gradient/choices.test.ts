/** Targets, class scores and classes: how they are found, and what is said where they cannot be. */
import { describe, expect, test } from 'vitest';
import { CompileError, formatDiagnostic } from '../../../src/compiler/diagnostics.ts';
import { deriveGradCam } from '../../../src/compiler/gradient/derive.ts';
import { deriveFromModel, exportStaticModel } from '../../../src/compiler/gradient/export.ts';
import { makeAttribute } from '../../../src/compiler/graph/attributes.ts';
import { inferShapes } from '../../../src/compiler/graph/infer.ts';
import type { Graph, Tensor } from '../../../src/compiler/graph/ir.ts';
import { simplify } from '../../../src/compiler/graph/passes.ts';
import { readModel } from '../../../src/compiler/onnx/read.ts';
import { createExplainer } from '../../../src/engine/float.ts';
import { maxAbs, maxDifference, oraclePlaces, readOracle } from '../../support/oracles.ts';
import { Builder, Random, runGraph } from './support.ts';

const { int, ints } = makeAttribute;
const oracle = (name: string) => readOracle(oraclePlaces().find((o) => o.name.startsWith(name))!.place!);

/** The text of every diagnostic a call ends with. */
function problems(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof CompileError) return error.diagnostics.map(formatDiagnostic);
    throw error;
  }
  throw new Error('no diagnostic');
}

/** image -> Conv -> Relu (`features`) -> GlobalAveragePool -> ... -> the outputs the caller names. */
function classifier(
  classes: number,
  rest: (b: Builder, logits: string) => readonly string[],
  head?: (b: Builder, x: string) => string,
): Graph {
  const r = new Random(classes);
  const b = new Builder();
  const conv = b.op('Conv', ['x', b.constant(r.tensor([4, 3, 3, 3]))], {
    pads: ints([1, 1, 1, 1]),
    kernel_shape: ints([3, 3]),
  });
  const features = b.op('Relu', [conv]);
  const pooled = head ? head(b, features) : b.op('GlobalAveragePool', [features]);
  const logits = b.op('Conv', [pooled, b.constant(r.tensor([classes, 4, 1, 1]))], {
    kernel_shape: ints([1, 1]),
  });
  const flat = b.op('Flatten', [logits], { axis: int(1) });
  const names = rest(b, flat);
  return inferShapes({
    name: 'small',
    opset: 20,
    irVersion: 8,
    inputs: [{ name: 'x', dtype: 'float32', shape: [1, 3, 5, 4] }],
    outputs: names.map((name) => ({ name, dtype: 'float32', shape: [] })),
    nodes: b.nodes,
    initializers: b.initializers,
    values: new Map(),
    metadata: {},
  });
}

describe('class scores', () => {
  test('a trailing Softmax is set aside and kept as the probability', () => {
    const model = deriveGradCam(classifier(5, (b, z) => [b.op('Softmax', [z], { axis: int(1) })]));
    expect(model.scores).toBe('Flatten_4_0');
    expect(model.probability).toBe('Softmax_5_0');
    expect(model.targets[0]!.gradient).toBe('constant');
  });

  test('logits and probabilities as two outputs are one set of scores', () => {
    const model = deriveGradCam(classifier(5, (b, z) => [z, b.op('Softmax', [z], { axis: int(1) })]));
    expect([model.scores, model.probability]).toEqual(['Flatten_4_0', 'Softmax_5_0']);
  });

  test('scores of shape [1, N, 1, 1]', () => {
    const graph = classifier(5, (b) => [b.nodes.at(-2)!.outputs[0]!]);
    const model = deriveGradCam(graph);
    expect(model.scores).toBe('Conv_3_0');
    expect(model.targets[0]).toMatchObject({ tensor: 'Relu_1_0', gradient: 'constant' });
  });

  test('two possible outputs are listed; --score chooses', () => {
    const graph = classifier(5, (b, z) => [z, b.op('Neg', [z])]);
    expect(problems(() => deriveGradCam(graph))).toMatchInlineSnapshot(`
      [
        "error CAM204: Several outputs may hold the class scores: Flatten_4_0, Neg_5_0
        Choose one with --score.",
      ]
    `);
    expect(deriveGradCam(graph, { score: 'Neg_5_0' }).scores).toBe('Neg_5_0');
    expect(problems(() => deriveGradCam(graph, { score: 'Flaten_4_0' }))).toMatchInlineSnapshot(`
      [
        "error CAM204: The model has no tensor Flaten_4_0 [tensor Flaten_4_0]
        Did you mean Flatten_4_0?",
      ]
    `);
    expect(problems(() => deriveGradCam(graph, { score: 'Relu_1_0' }))).toMatchInlineSnapshot(`
      [
        "error CAM204: Tensor Relu_1_0 has shape [1, 4, 5, 4], not that of class scores [tensor Relu_1_0]
        Choose a tensor of shape [1, N] or [1, N, 1, 1] with --score.",
      ]
    `);
  });

  test('no output of their shape', () => {
    const graph = classifier(5, (b) => [b.nodes[1]!.outputs[0]!]);
    expect(problems(() => deriveGradCam(graph))).toMatchInlineSnapshot(`
      [
        "error CAM204: No output has the shape of class scores; outputs: Relu_1_0 [1, 4, 5, 4]
        Name the tensor that holds them with --score.",
      ]
    `);
  });

  test('a single logit has class 1 = z and class 0 = -z', async () => {
    const graph = classifier(1, (b, z) => [b.op('Sigmoid', [z])]);
    const explainer = await createExplainer(graph);
    const image = new Random(3).tensor([1, 3, 5, 4]).data as Float32Array;
    const [one, none, best] = [
      await explainer.explain(image, 1),
      await explainer.explain(image, 0),
      await explainer.explain(image),
    ];
    expect(Array.from(one.maps[0]!.alpha!)).toEqual(Array.from(none.maps[0]!.alpha!, (a) => -a));
    expect(maxAbs(one.maps[0]!.alpha!)).toBeGreaterThan(0);
    expect(best.class).toBe(best.scores[0]! > 0 ? 1 : 0);
    expect(best.probability![0]).toBeCloseTo(1 / (1 + Math.exp(-best.scores[0]!)), 5);
    await explainer.dispose();
  });

  test('ties go to the lowest index', async () => {
    const graph = classifier(3, (b, z) => [b.op('Mul', [z, b.floats(0)])]);
    const explainer = await createExplainer(graph);
    expect((await explainer.explain(new Float32Array(60).fill(0.5))).class).toBe(0);
    await explainer.dispose();
  });
});

test('a float16 network is derived in float32, between casts', async () => {
  const half = (t: Tensor): Tensor => ({ ...t, dtype: 'float16' });
  const float = classifier(4, (_, z) => [z]);
  const graph = inferShapes({
    ...float,
    inputs: [{ ...float.inputs[0]!, dtype: 'float16' }],
    initializers: new Map([...float.initializers].map(([name, t]) => [name, half(t)])),
  });
  const image = new Random(9).tensor([1, 3, 5, 4]).data as Float32Array;
  const explain = async (source: Graph) => {
    const explainer = await createExplainer(source, { targets: ['Conv_0_0'] });
    const { maps } = await explainer.explain(image, 2);
    await explainer.dispose();
    return maps[0]!;
  };
  const [halved, exact] = [await explain(graph), await explain(float)];
  // Weights and image are rounded to 11 bits: alike to some 1e-3.
  expect(maxDifference(halved.alpha!, exact.alpha!)).toBeLessThanOrEqual(5e-3 * maxAbs(exact.alpha!));
  expect(maxDifference(halved.map, exact.map)).toBeLessThanOrEqual(2e-2 * maxAbs(exact.map));
});

describe('classes', () => {
  test('a class out of range', () => {
    const graph = classifier(5, (_, z) => [z]);
    expect(problems(() => deriveGradCam(graph, { class: 5 }))).toMatchInlineSnapshot(`
      [
        "error CAM205: Class 5 is out of range: the model has 5 classes.
        Choose a class from 0 to 4, or argmax.",
      ]
    `);
  });

  test('a fixed class is the default of the optional input', () => {
    const { graph } = exportStaticModel(
      classifier(5, (_, z) => [z]),
      { class: 3 },
    );
    expect(graph.initializers.get('class')!.data).toEqual(BigInt64Array.of(3n));
  });
});

describe('targets', () => {
  test('by tensor name, node name and module path', () => {
    const { model } = oracle('tiny_resnet18');
    const find = (name: string) => deriveFromModel(model, { targets: [name] }).targets[0]!.tensor;
    expect(find('/blocks/blocks.5/relu2/Relu_output_0')).toBe('/blocks/blocks.5/relu2/Relu_output_0');
    expect(find('/blocks/blocks.5/conv2/Conv')).toBe('/blocks/blocks.5/conv2/Conv_output_0');
    expect(find('blocks.5')).toBe('/blocks/blocks.5/relu2/Relu_output_0');
  });

  test('an unknown one, with near matches', () => {
    const { model } = oracle('tiny_resnet18');
    expect(problems(() => deriveFromModel(model, { targets: ['/blocks/blocks.5/relu2/Relu_output_1'] })))
      .toMatchInlineSnapshot(`
      [
        "error CAM203: The model has no layer or tensor named /blocks/blocks.5/relu2/Relu_output_1
        Did you mean /blocks/blocks.5/relu2/Relu, /blocks/blocks.5/relu2/Relu_output_0, /blocks/blocks.0/relu2/Relu_output_0?",
      ]
    `);
    expect(problems(() => deriveFromModel(model, { targets: ['qqqq'] }))).toMatchInlineSnapshot(`
      [
        "error CAM203: The model has no layer or tensor named qqqq
        camber inspect lists the layers that can be a target.",
      ]
    `);
    expect(problems(() => deriveFromModel(model, { targets: ['logits'] }))).toMatchInlineSnapshot(`
      [
        "error CAM203: Tensor logits has shape [1, 10], not [1, K, H, W] [tensor logits]
        Choose a 4-D activation on the way to the class scores.",
      ]
    `);
  });

  test('the output of a Pad that has become the padding of a convolution, by tensor and by node', () => {
    const { model } = oracle('conv_zoo');
    const inside = problems(() => deriveFromModel(model, { targets: ['/pad2/Pad_output_0'] }));
    expect(inside).toMatchInlineSnapshot(`
      [
        "error CAM203: Tensor /pad2/Pad_output_0 is no target: the Pad /pad2/Pad that makes it has become the padding of /c5/Conv [node /pad2/Pad]
        Choose /a4/Relu_output_0, which has the same values without the margin.",
      ]
    `);
    expect(problems(() => deriveFromModel(model, { targets: ['/pad2/Pad'] }))).toEqual(inside);
    const image = problems(() => deriveFromModel(model, { targets: ['/pad/Pad'] }));
    expect(image).toMatchInlineSnapshot(`
      [
        "error CAM203: Tensor /pad/Pad_output_0 is no target: the Pad /pad/Pad that makes it has become the padding of /c1/Conv [node /pad/Pad]
        It pads the image: choose an activation from /c1/Conv on.",
      ]
    `);
  });

  test('several at once, the same one twice', () => {
    const graph = classifier(5, (_, z) => [z]);
    const { model, graph: exported } = exportStaticModel(graph, {
      targets: ['Relu_1_0', 'Conv_0', 'Relu_1'],
    });
    expect(model.targets.map((t) => [t.tensor, t.alpha, t.map])).toEqual([
      ['Relu_1_0', 'alpha', 'heatmap'],
      ['Conv_0_0', 'alpha_1', 'heatmap_1'],
      ['Relu_1_0', 'alpha_2', 'heatmap_2'],
    ]);
    expect(exported.outputs.map((o) => o.name).slice(1)).toEqual([
      'heatmap',
      'alpha',
      'heatmap_1',
      'alpha_1',
      'heatmap_2',
      'alpha_2',
      'class_index',
    ]);
  });

  test('a network without one', () => {
    const b = new Builder();
    const graph = b.finish(new Random(1), [1, 8], b.op('Relu', ['x']), false);
    expect(problems(() => deriveGradCam(graph))[0]).toContain('error CAM206');
  });

  test('an operator without a rule is named, with the targets that remain', () => {
    const graph = classifier(
      5,
      (_, z) => [z],
      (b, x) => b.op('GlobalAveragePool', [b.op('Relu', [b.op('CumSum', [x, b.ints(2)])])]),
    );
    expect(problems(() => deriveGradCam(graph, { targets: ['Relu_1_0'] }))).toMatchInlineSnapshot(`
      [
        "error CAM202: Cannot differentiate CumSum between target Relu_1_0 and the class scores: no gradient rule [node CumSum_2]
        2 targets remain possible, the deepest: Relu_3_0, CumSum_2_0.",
      ]
    `);
    expect(deriveGradCam(graph).targets[0]!.tensor).toBe('Relu_3_0');
  });

  test('every obstacle is named once', () => {
    const graph = classifier(
      5,
      (_, z) => [z],
      (b, x) => {
        const twice = b.op('CumSum', [b.op('CumSum', [x, b.ints(2)]), b.ints(3)]);
        return b.op('GlobalAveragePool', [twice]);
      },
    );
    expect(problems(() => deriveGradCam(graph, { targets: ['Relu_1_0', 'Conv_0_0'] })))
      .toMatchInlineSnapshot(`
      [
        "error CAM202: Cannot differentiate CumSum between target Relu_1_0 and the class scores: no gradient rule [node CumSum_3]
        1 target remains possible, the deepest: CumSum_3_0.",
        "error CAM202: Cannot differentiate CumSum between target Relu_1_0 and the class scores: no gradient rule [node CumSum_2]
        1 target remains possible, the deepest: CumSum_3_0.",
      ]
    `);
  });
});

test('a target before a folded batch norm is served from the folded tensor', async () => {
  const { model, inputs, ...answers } = oracle('resnet8_bn_kept');
  const target = '/c2_2/Conv_output_0';
  const simplified = simplify(readModel(model).graph);
  expect(simplified.graph.values.has(target)).toBe(false);
  const derived = deriveGradCam(simplified.graph, { targets: [target], notes: simplified });
  expect(derived.targets[0]!.tensor).toBe('/b2_2/BatchNormalization_output_0');
  for (const { image, shape, cams } of inputs) {
    for (const cam of cams.filter((c) => c.onnx_tensor === target)) {
      const outputs = await runGraph(
        derived.graph,
        derived.classInput,
        { input: { dtype: 'float32', shape, data: image } },
        cam.cls,
      );
      const [map, alpha] = [answers.map(cam), answers.alpha(cam)];
      // The bars of the oracle test.
      expect(maxDifference(outputs[derived.targets[0]!.alpha]!, alpha)).toBeLessThanOrEqual(
        1e-4 * maxAbs(alpha),
      );
      expect(maxDifference(outputs[derived.targets[0]!.map]!, map)).toBeLessThanOrEqual(1e-4 * maxAbs(map));
    }
  }
});

test('names the model already uses get a number', () => {
  const r = new Random(4);
  const b = new Builder();
  const conv = b.op('Conv', ['x', b.constant(r.tensor([2, 3, 1, 1]))], { kernel_shape: ints([1, 1]) });
  b.nodes[0] = { ...b.nodes[0]!, outputs: ['alpha'] };
  expect(conv).toBe('Conv_0_0');
  const graph = b.finish(r, [1, 3, 4, 4], b.op('GlobalAveragePool', ['alpha']), false);
  const { graph: exported } = exportStaticModel(graph);
  expect(exported.outputs.map((o) => o.name).slice(1)).toEqual(['heatmap', 'alpha_1', 'class_index']);
});
