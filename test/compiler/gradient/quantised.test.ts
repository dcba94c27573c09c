/** Straight-through gradients of QuantizeLinear and DequantizeLinear, and a whole quantised network. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeAttribute } from '../../../src/compiler/graph/attributes.ts';
import type { Tensor } from '../../../src/compiler/graph/ir.ts';
import { floatTensor } from '../../../src/compiler/graph/tensor.ts';
import { createExplainer } from '../../../src/engine/float.ts';
import { maxAbs, maxDifference } from '../../support/oracles.ts';
import { sharedModels } from '../../support/shared.ts';
import { Builder, gradients, Random } from './support.ts';
import { needs } from '../../support/tools.ts';

const zeroPoint = (value: number): Tensor => ({ dtype: 'int8', shape: [], data: Int8Array.of(value) });

test('a pair is a clip to the representable range', async () => {
  const scale = 0.01;
  const graphOf = (quantised: boolean) => {
    const b = new Builder();
    const [s, z] = [b.constant(floatTensor([], [scale])), b.constant(zeroPoint(-3))];
    // int8 with zero point -3: (-128 + 3) .. (127 + 3) steps, and half a step of rounding.
    const y = quantised
      ? b.op('DequantizeLinear', [b.op('QuantizeLinear', ['x', s, z]), s, z])
      : b.op('Clip', ['x', b.scalar(-125.5 * scale), b.scalar(130.5 * scale)]);
    return b.finish(new Random(5), [1, 2, 8, 8], y, false);
  };
  const x = new Random(6).spaced(128, 0.03);
  const [pair, clip] = [await gradients(graphOf(true), x), await gradients(graphOf(false), x)];
  // Both are the same mask of the same constants; the scale and its inverse cost a rounding.
  expect(maxDifference(pair.full, clip.full)).toBeLessThanOrEqual(1e-6 * maxAbs(clip.full));
  expect(maxAbs(pair.full)).toBeGreaterThan(0);
  expect(Array.from(pair.full).filter((g) => g === 0).length).toBeGreaterThan(10);
});

test('a scale per channel', async () => {
  const graph = () => {
    const b = new Builder();
    const scales = b.constant(floatTensor([2], [0.5, 0.25]));
    const zeros = b.constant({ dtype: 'int8', shape: [2], data: new Int8Array(2) });
    const one = b.constant(floatTensor([], [1]));
    const q = b.op('QuantizeLinear', ['x', one, b.constant(zeroPoint(0))]);
    const y = b.op('DequantizeLinear', [q, scales, zeros], { axis: makeAttribute.int(1) });
    return b.finish(new Random(7), [1, 2, 2, 2], y, false);
  };
  const plain = () => {
    const b = new Builder();
    return b.finish(
      new Random(7),
      [1, 2, 2, 2],
      b.op('Mul', ['x', b.constant(floatTensor([2, 1, 1], [0.5, 0.25]))]),
      false,
    );
  };
  const x = new Random(8).spaced(8, 0.4);
  const [found, expected] = [await gradients(graph(), x), await gradients(plain(), x)];
  expect(maxDifference(found.full, expected.full)).toBeLessThanOrEqual(1e-6 * maxAbs(expected.full));
});

const folder = (kind: string) => join(sharedModels()!, kind, 'mlperf_tiny_resnet8_cifar10');

needs('shared models')('the QDQ ResNet-8', () => {
  test('is explained like the float one', async () => {
    const bytes = readFileSync(join(folder('trained'), 'input0.bin'));
    const image = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    const explain = async (model: Uint8Array) => {
      const explainer = await createExplainer(model, { optimization: 'disabled' });
      const result = await explainer.explain(image);
      await explainer.dispose();
      return { ...result, target: explainer.model.targets[0]! };
    };
    const [quantised, exact] = [
      await explain(readFileSync(join(folder('quantised'), 'model_qdq.onnx'))),
      await explain(readFileSync(join(folder('trained'), 'model.onnx'))),
    ];
    expect(quantised.target).toMatchObject({ channels: 64, height: 8, width: 8 });
    expect(quantised.class).toBe(exact.class);
    // Quantised weights and activations are another network: the maps are alike, not equal.
    const [a, b] = [quantised.maps[0]!.map, exact.maps[0]!.map];
    expect(maxDifference(a, b)).toBeLessThanOrEqual(0.15 * maxAbs(b));
  });
});
