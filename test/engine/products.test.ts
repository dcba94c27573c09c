/** Products of two run-time tensors on the accelerator: gates per channel and per element, forward and backward. */
import { expect, it } from 'vitest';
import { analyse } from '../../src/compiler/analyse.ts';
import { CompileError, formatDiagnostic } from '../../src/compiler/diagnostics.ts';
import { makeAttribute } from '../../src/compiler/graph/attributes.ts';
import { pearson, signalToNoise } from '../../src/engine/fidelity.ts';
import { Builder, Random } from '../compiler/gradient/support.ts';
import { endToEnd } from '../support/end-to-end.ts';
import { maxAbs } from '../support/oracles.ts';

const shape = [1, 3, 9, 9];
const channels = 8;
const pads = { pads: makeAttribute.ints([1, 1, 1, 1]) };

type Gate = (b: Builder, r: Random, features: string) => string;

/** What is multiplied with what: `features` is [1, 8, 9, 9]. */
const gates: Record<string, Gate> = {
  'squeeze and excitation by 1x1 convolutions': (b, r, f) => {
    const squeezed = b.op('GlobalAveragePool', [f]);
    const hidden = b.op('Relu', [b.op('Conv', [squeezed, b.constant(r.tensor([4, channels, 1, 1], -2, 2))])]);
    const gate = b.op('Sigmoid', [b.op('Conv', [hidden, b.constant(r.tensor([channels, 4, 1, 1], -2, 2))])]);
    return b.op('Mul', [f, gate]);
  },
  'squeeze and excitation by dense layers, the gate first, hard': (b, r, f) => {
    const flat = b.op('Flatten', [b.op('GlobalAveragePool', [f])], { axis: makeAttribute.int(1) });
    const transB = { transB: makeAttribute.int(1) };
    const hidden = b.op('Relu', [b.op('Gemm', [flat, b.constant(r.tensor([6, channels], -2, 2))], transB)]);
    const gate = b.op('HardSigmoid', [b.op('Gemm', [hidden, b.constant(r.tensor([channels, 6]))], transB)]);
    return b.op('Mul', [b.op('Reshape', [gate, b.ints(1, channels, 1, 1)]), f]);
  },
  'a gate per element': (b, r, f) => {
    const gate = b.op('Sigmoid', [b.op('Conv', [f, b.constant(r.tensor([channels, channels, 3, 3]))], pads)]);
    const value = b.op('Conv', [f, b.constant(r.tensor([channels, channels, 3, 3]))], pads);
    return b.op('Mul', [value, gate]);
  },
  'a square': (b, r, f) => {
    const value = b.op('Conv', [f, b.constant(r.tensor([channels, channels, 1, 1]))]);
    return b.op('Mul', [value, value]);
  },
  'halves of a Concat, and a ReLU behind': (b, r, f) => {
    const half = () => b.op('Relu', [b.op('Conv', [f, b.constant(r.tensor([5, channels, 1, 1]))])]);
    const joined = b.op('Concat', [half(), half()], { axis: makeAttribute.int(1) });
    const other = b.op('Conv', [f, b.constant(r.tensor([10, channels, 3, 3]))], pads);
    return b.op('Relu', [b.op('Mul', [joined, other])]);
  },
};

function network(gate: Gate, width: number) {
  const [b, r] = [new Builder(), new Random(3)];
  const features = b.op('Relu', [b.op('Conv', ['x', b.constant(r.tensor([channels, 3, 3, 3]))], pads)]);
  const gated = gate(b, r, features);
  const last = b.op('Relu', [b.op('Conv', [gated, b.constant(r.tensor([6, width, 3, 3]))], pads)]);
  const flat = b.op('Flatten', [b.op('GlobalAveragePool', [last])], { axis: makeAttribute.int(1) });
  const scores = b.op('Gemm', [flat, b.constant(r.tensor([4, 6]))], { transB: makeAttribute.int(1) });
  return { graph: b.graph(shape, scores, 20), features, gated, last };
}

const random = new Random(8);
const pictures = Array.from({ length: 4 }, () => random.tensor(shape).data as Float32Array);

it.each(Object.keys(gates))(
  '%s',
  async (name) => {
    const { graph, features, gated, last } = network(gates[name]!, name.startsWith('halves') ? 10 : channels);
    let before: string | undefined;
    for (const [target, array] of [
      [last, '4x4'],
      [gated, '4x4'],
      [features, '8x8'],
      ['Conv_0', '8x16'],
    ] as const) {
      const { compilation, runs } = await endToEnd(graph, pictures, { target, array, classes: [0, 3] });
      const [fixed, float] = (['fixed', 'float'] as const).map((k) =>
        runs.flatMap((r) => Array.from(r[k].scores)),
      );
      expect(signalToNoise(fixed!, float!)).toBeGreaterThan(25);
      // Copies that only the gradient needs are made after the scores: those stay what they are for every target.
      before ??= String(fixed);
      expect(String(fixed), target).toBe(before);
      const { layers } = compilation.network;
      expect(layers.some(({ sum, phase }) => sum.kind === 'product' && phase === 'inference')).toBe(true);
      const behind = layers.some(({ sum, phase }) => sum.kind === 'product' && phase === 'gradient');
      expect(behind).toBe(target === features || target === 'Conv_0');
      for (const run of runs) {
        expect(maxAbs(run.float.alpha)).toBeGreaterThan(0);
        expect(pearson(Array.from(run.fixed.alpha), run.float.alpha), `${target}: alpha`).toBeGreaterThan(
          0.97,
        );
        if (maxAbs(run.float.map) > 0)
          expect(pearson(Array.from(run.fixed.map), run.float.map), `${target}: map`).toBeGreaterThan(0.95);
      }
    }
  },
  120_000,
);

const refused: Record<string, (b: Builder, r: Random, features: string) => string> = {
  'one factor per position': (b, r, f) =>
    b.op('Mul', [f, b.op('Sigmoid', [b.op('Conv', [f, b.constant(r.tensor([1, channels, 3, 3]))], pads)])]),
  'the image': (b, r) => b.op('Mul', ['x', b.op('Conv', ['x', b.constant(r.tensor([3, 3, 3, 3]))], pads)]),
};

it.each(Object.keys(refused))('refuses, by name: %s', (name) => {
  const { graph } = network(refused[name]!, name === 'the image' ? 3 : channels);
  let text = 'no diagnostic';
  try {
    analyse(graph);
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    text = error.diagnostics.map(formatDiagnostic).join('\n');
  }
  expect(text).toMatchSnapshot();
});
