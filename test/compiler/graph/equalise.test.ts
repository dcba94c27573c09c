/** Cross-layer equalisation: nothing changes in floating point, and int8 loses less. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../../src/compiler/analyse.ts';
import { formatDiagnostic } from '../../../src/compiler/diagnostics.ts';
import { makeAttribute } from '../../../src/compiler/graph/attributes.ts';
import { equalise } from '../../../src/compiler/graph/equalise.ts';
import type { Graph, Node, Tensor } from '../../../src/compiler/graph/ir.ts';
import { simplify } from '../../../src/compiler/graph/passes.ts';
import { readModel } from '../../../src/compiler/onnx/read.ts';
import { writeModel } from '../../../src/compiler/onnx/write.ts';
import { defaultQuantiseOptions } from '../../../src/compiler/quantize/options.ts';
import { quantise } from '../../../src/compiler/quantize/quantise.ts';
import { calibrateModel } from '../../../src/engine/compile-model.ts';
import { signalToNoise } from '../../../src/engine/fidelity.ts';
import { explainFixed } from '../../../src/engine/fixed.ts';
import { maxDifference, oraclePlaces, readOracle } from '../../support/oracles.ts';
import { ort, runModel } from '../../support/ort.ts';
import { random } from '../quantize/networks.ts';

const tensor = (shape: number[], values: ArrayLike<number>): Tensor => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(values),
});
const size = 8;
const width = 16;

/** conv, activation, conv (depthwise where asked for), ReLU, pool, dense; the first's channels range over 2^12. */
function network(activation: 'Relu' | 'Clip', depthwise: boolean): Graph {
  const next = random(5);
  const draw = (count: number, by: (i: number) => number = () => 1) =>
    Array.from({ length: count }, (_, i) => (next(-1000, 1000) / 1000) * by(i));
  const spread = (k: number) => 2 ** ((k % 13) - 6);
  const perRow = depthwise ? 1 : width;
  const initializers = new Map<string, Tensor>([
    [
      'w1',
      tensor(
        [width, 3, 3, 3],
        draw(width * 27, (i) => spread(Math.floor(i / 27))),
      ),
    ],
    ['b1', tensor([width], draw(width, spread))],
    // What one layer makes large, the next makes small again.
    [
      'w2',
      tensor(
        [width, perRow, 3, 3],
        draw(
          width * perRow * 9,
          (i) => 1 / spread(depthwise ? Math.floor(i / 9) : Math.floor(i / 9) % width),
        ),
      ),
    ],
    ['low', tensor([], [0])],
    ['high', tensor([], [6])],
    ['dense', tensor([width, 5], draw(width * 5))],
    ['bias', tensor([5], draw(5))],
  ]);
  const node = (op: string, inputs: string[], output: string, attributes: Node['attributes'] = {}): Node => ({
    name: op === 'Conv' ? output : `${op} ${output}`,
    op,
    domain: '',
    inputs,
    outputs: [output],
    attributes,
  });
  const pads = { pads: makeAttribute.ints([1, 1, 1, 1]) };
  return {
    name: 'pair',
    opset: 13,
    irVersion: 8,
    inputs: [{ name: 'x', dtype: 'float32', shape: [1, 3, size, size] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [1, 5] }],
    nodes: [
      node('Conv', ['x', 'w1', 'b1'], 'c1', pads),
      activation === 'Relu' ? node('Relu', ['c1'], 'a1') : node('Clip', ['c1', 'low', 'high'], 'a1'),
      node('Conv', ['a1', 'w2'], 'c2', { ...pads, group: makeAttribute.int(depthwise ? width : 1) }),
      node('Relu', ['c2'], 'a2'),
      node('GlobalAveragePool', ['a2'], 'p'),
      node('Flatten', ['p'], 'f'),
      node('Gemm', ['f', 'dense', 'bias'], 'y'),
    ],
    initializers,
    values: new Map(),
    metadata: {},
  };
}

const images = [1, 2, 3, 4].map((seed) => {
  const next = random(seed);
  return Float32Array.from({ length: 3 * size * size }, () => next(-1000, 1000) / 1000);
});
async function run(graph: Graph, image: Float32Array, shape: readonly number[]): Promise<Float32Array> {
  const { outputs, inputs } = graph;
  const feeds = { [inputs[0]!.name]: new ort.Tensor('float32', image, shape) };
  return (await runModel(writeModel(graph), feeds))[outputs[0]!.name]!.data as Float32Array;
}

describe('outputs in floating point', () => {
  it.each(['tiny_resnet18 (sample)', 'mobilenetv2_small'])(
    'are those of before, to the last bit, on ONNX Runtime: %s',
    async (name) => {
      const { model, inputs } = readOracle(oraclePlaces().find((p) => p.name === name)!.place!);
      const { graph: original } = simplify(readModel(model).graph);
      // MobileNetV2's ReLU6 forbids it; with ReLU in their place its depthwise layers are in every pair.
      const nodes = original.nodes.map((n) =>
        n.op === 'Clip' ? { ...n, op: 'Relu', inputs: [n.inputs[0]!] } : n,
      );
      const graph = { ...original, nodes };
      const { graph: after, tensors } = equalise(graph, new Set());
      expect(tensors.length).toBeGreaterThan(4);
      const clips = original.nodes.filter((n) => n.op === 'Clip').length;
      if (clips > 0) expect(equalise(original, new Set()).skipped.length).toBeGreaterThan(4);
      for (const { image, shape } of inputs.slice(0, 2)) {
        expect(maxDifference(await run(after, image, shape), await run(graph, image, shape))).toBe(0);
      }
    },
  );
});

describe('a pair whose channels differ in size', () => {
  it.each([true, false])('is balanced within a factor of two (depthwise: %s)', async (depthwise) => {
    const { graph } = simplify(network('Relu', depthwise));
    const { graph: after, tensors } = equalise(graph, new Set());
    expect(tensors).toEqual(['c1', 'a1']);
    const weights = (n: number) =>
      after.initializers.get(after.nodes.filter((x) => x.op === 'Conv')[n]!.inputs[1]!)!;
    const [w1, w2] = [weights(0), weights(1)];
    for (let k = 0; k < width; k++) {
      const most = (t: Tensor, take: (i: number) => boolean) =>
        Math.max(...Array.from(t.data as Float32Array, (v, i) => (take(i) ? Math.abs(v) : 0)));
      const written = most(w1, (i) => Math.floor(i / 27) === k);
      const read = most(w2, (i) => (depthwise ? Math.floor(i / 9) : Math.floor(i / 9) % width) === k);
      expect(Math.abs(Math.log2(written / read))).toBeLessThanOrEqual(1);
    }
    for (const image of images) {
      const shape = [1, 3, size, size];
      expect(maxDifference(await run(after, image, shape), await run(graph, image, shape))).toBe(0);
    }
  });

  it('keeps its signal in int8, where it was lost before', async () => {
    const scores = async (on: boolean) => {
      const analysis = analyse(network('Relu', false), { equalise: on });
      const table = await calibrateModel(analysis, { calibration: images });
      const int8 = quantise(analysis.source, table, defaultQuantiseOptions);
      return images.flatMap((image) => [...explainFixed(analysis.model, int8, { tensor: image }).scores]);
    };
    const float: number[] = [];
    for (const image of images) float.push(...(await run(network('Relu', false), image, [1, 3, size, size])));
    const [before, after] = [
      signalToNoise(await scores(false), float),
      signalToNoise(await scores(true), float),
    ];
    expect(after).toBeGreaterThan(before + 10);
    expect(after).toBeGreaterThan(30);
  });

  it('is left alone where all channels are clamped at one bound, and the target stays what it is', () => {
    const { graph } = simplify(network('Clip', true));
    expect(equalise(graph, new Set())).toEqual({
      graph,
      tensors: [],
      skipped: [{ first: 'c1', second: 'c2', why: 'node "Clip a1" clamps all channels at the same bound' }],
    });
    expect(equalise(simplify(network('Relu', true)).graph, new Set(['a1'])).skipped[0]!.why).toBe(
      'tensor "a1" is read out',
    );
    // By way of the analysis it is said to the user.
    const { diagnostics } = analyse(network('Relu', false), { equalise: true, target: 'a1' });
    expect(diagnostics.map(formatDiagnostic).join('\n')).toMatchSnapshot();
  });
});

it('a map does not depend on it: alpha and A of the target are those of before', async () => {
  const place = oraclePlaces().find((p) => p.name === 'tiny_resnet18 (sample)')!.place!;
  const { graph } = readModel(readFileSync(place.model));
  const [plain, on] = [analyse(graph), analyse(graph, { equalise: true })];
  const last = (a: typeof plain) => a.model.targets[0]!.tensor;
  expect(last(on)).toBe(last(plain));
  expect(on.source.explanation).toEqual(plain.source.explanation);
  expect(on.source.graph).not.toBe(plain.source.graph);
});
