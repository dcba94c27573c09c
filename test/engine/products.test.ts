/** Products of two run-time tensors on the accelerator: gates per channel and per element, forward and backward. */
import { expect, it } from 'vitest';
import { analyse } from '../../src/compiler/analyse.ts';
import { CompileError, formatDiagnostic } from '../../src/compiler/diagnostics.ts';
import { makeAttribute } from '../../src/compiler/graph/attributes.ts';
import type { Graph } from '../../src/compiler/graph/ir.ts';
import { writeModel } from '../../src/compiler/onnx/write.ts';
import { execute } from '../../src/compiler/quantize/executor.ts';
import { pearson, signalToNoise } from '../../src/engine/fidelity.ts';
import { networkInput } from '../../src/engine/fixed.ts';
import { Builder, Random } from '../compiler/gradient/support.ts';
import { endToEnd } from '../support/end-to-end.ts';
import { channels, gatedNetwork, gates, pads, pictures, type Gate } from '../support/gated-networks.ts';
import { maxAbs, maxDifference } from '../support/oracles.ts';
import { ort, runModel } from '../support/ort.ts';

it.each(Object.keys(gates))(
  '%s',
  async (name) => {
    const { graph, features, gated, last } = gatedNetwork(
      gates[name]!,
      name.startsWith('halves') ? 10 : channels,
    );
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

function refusalOf(graph: Graph): string {
  try {
    analyse(graph);
  } catch (error) {
    if (error instanceof CompileError) return error.diagnostics.map(formatDiagnostic).join('\n');
    throw error;
  }
  return 'no diagnostic';
}

const refused: Record<string, Gate> = {
  'one factor per position': (b, r, f) =>
    b.op('Mul', [f, b.op('Sigmoid', [b.op('Conv', [f, b.constant(r.tensor([1, channels, 3, 3]))], pads)])]),
  'the image': (b, r) => b.op('Mul', ['x', b.op('Conv', ['x', b.constant(r.tensor([3, 3, 3, 3]))], pads)]),
};

it.each(Object.keys(refused))('refuses, by name: %s', (name) => {
  const { graph } = gatedNetwork(refused[name]!, name === 'the image' ? 3 : channels);
  expect(refusalOf(graph)).toMatchSnapshot();
});

/** Two quantised convolutions of the image and their quantised product, as QDQ with uint8. */
function quantisedProduct(left: number, right: number): Graph {
  const [b, r] = [new Builder(), new Random(6)];
  const byte = (value: number) => b.constant({ dtype: 'uint8', shape: [], data: Uint8Array.of(value) });
  const rounded = (tensor: string, scale: number, zeroPoint: number) => {
    const [s, z] = [b.scalar(scale), byte(zeroPoint)];
    return b.op('DequantizeLinear', [b.op('QuantizeLinear', [tensor, s, z]), s, z]);
  };
  const x = rounded('x', 0.0083, 121);
  const branch = (scale: number, zeroPoint: number) => {
    const weights = Array.from({ length: channels * 27 }, () => r.int(-127, 127));
    const q = b.constant({ dtype: 'int8', shape: [channels, 3, 3, 3], data: Int8Array.from(weights) });
    return rounded(
      b.op('Conv', [x, b.op('DequantizeLinear', [q, b.scalar(0.0021)])], pads),
      scale,
      zeroPoint,
    );
  };
  const y = rounded(b.op('Mul', [branch(0.0127, left), branch(0.0131, right)]), 0.0119, 128);
  const flat = b.op('Flatten', [b.op('GlobalAveragePool', [y])], { axis: makeAttribute.int(1) });
  return b.graph([1, 3, 9, 9], b.op('Gemm', [flat, b.constant(r.tensor([channels, 4]))]), 20);
}

it.each([
  [128, 97],
  [97, 128],
])(
  'a product that came quantised, zero points %i and %i: within a step of ONNX Runtime',
  async (left, right) => {
    const graph = quantisedProduct(left, right);
    const quantised = graph.nodes.filter(({ op }) => op === 'QuantizeLinear').at(-1)!.outputs[0]!;
    const info = { name: quantised, dtype: 'uint8' as const, shape: [1, channels, 9, 9] };
    const model = writeModel({ ...graph, outputs: [...graph.outputs, info] });
    const { compilation } = await endToEnd(graph, pictures, { target: quantised, classes: [1] });
    const { network } = compilation;
    for (const tensor of pictures) {
      const expected = await runModel(model, { x: new ort.Tensor('float32', tensor, [1, 3, 9, 9]) });
      const theirs = Array.from(expected[quantised]!.data as Uint8Array, (q) => q - 128);
      const { tensors } = execute(network, networkInput(network, { tensor }));
      const ours = tensors.get(network.explanation!.activation)!;
      expect(ours.length).toBe(theirs.length);
      expect(maxDifference(ours, theirs)).toBeLessThanOrEqual(1);
      expect(new Set(theirs).size).toBeGreaterThan(50);
    }
  },
);

it('a product whose factors both came with a zero point is refused', () => {
  expect(refusalOf(quantisedProduct(97, 110))).toMatchSnapshot();
});
