/** Products of two run-time tensors on the accelerator: gates per channel and per element, forward and backward. */
import { expect, it } from 'vitest';
import { analyse } from '../../src/compiler/analyse.ts';
import { CompileError, formatDiagnostic } from '../../src/compiler/diagnostics.ts';
import { pearson, signalToNoise } from '../../src/engine/fidelity.ts';
import { endToEnd } from '../support/end-to-end.ts';
import { channels, gatedNetwork, gates, pads, pictures, type Gate } from '../support/gated-networks.ts';
import { maxAbs } from '../support/oracles.ts';

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

const refused: Record<string, Gate> = {
  'one factor per position': (b, r, f) =>
    b.op('Mul', [f, b.op('Sigmoid', [b.op('Conv', [f, b.constant(r.tensor([1, channels, 3, 3]))], pads)])]),
  'the image': (b, r) => b.op('Mul', ['x', b.op('Conv', ['x', b.constant(r.tensor([3, 3, 3, 3]))], pads)]),
};

it.each(Object.keys(refused))('refuses, by name: %s', (name) => {
  const { graph } = gatedNetwork(refused[name]!, name === 'the image' ? 3 : channels);
  let text = 'no diagnostic';
  try {
    analyse(graph);
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    text = error.diagnostics.map(formatDiagnostic).join('\n');
  }
  expect(text).toMatchSnapshot();
});
