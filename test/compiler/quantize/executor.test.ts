import { describe, expect, it } from 'vitest';
import { argmax, execute } from '../../../src/compiler/quantize/executor.ts';
import { borderBands } from '../../../src/compiler/quantize/plan/bands.ts';
import type { WindowGeometry } from '../../../src/compiler/quantize/network.ts';
import { layer, network, random, tensor, weights } from './networks.ts';

const geometry = (more: Partial<WindowGeometry> = {}): WindowGeometry => ({
  kernel: [3, 3],
  strides: [1, 1],
  pads: [1, 1, 1, 1],
  dilations: [1, 1],
  ...more,
});

const outputSize = (n: number, g: WindowGeometry, axis: 0 | 1) =>
  Math.floor(
    (n + g.pads[axis]! + g.pads[axis + 2]! - g.dilations[axis] * (g.kernel[axis] - 1) - 1) / g.strides[axis],
  ) + 1;

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((s, v, i) => s + v * b[i]!, 0);

/** int8 CHW values as the HWC bytes `execute` takes. */
function hwc(values: ArrayLike<number>, channels: number): Int8Array {
  const pixels = values.length / channels;
  return Int8Array.from(
    { length: values.length },
    (_, i) => values[(i % channels) * pixels + Math.floor(i / channels)]!,
  );
}

describe('executor', () => {
  it('convolves as ONNX ConvInteger (its own example, with padding)', () => {
    // ONNX operator test test_convinteger_with_padding: x = 2..10, zero point 1, W = ones(2,2), pads 1.
    const x = tensor('x', [1, 3, 3], { zeroPoint: 1 });
    const y = tensor('y', [1, 4, 4], { bits: 32 });
    const g = geometry({ kernel: [2, 2] });
    const net = network(
      [x, y],
      [layer({ kind: 'conv', input: 'x', weights: 'w', geometry: g }, y, { bias: Int32Array.of(-4) })],
      [weights('w', [1, 1, 2, 2], [1, 1, 1, 1])],
      { input: { tensor: 'x', format: 'int8', padding: [1] } },
    );
    const run = execute(net, Int8Array.of(2, 3, 4, 5, 6, 7, 8, 9, 10));
    expect(Array.from(run.scores)).toEqual([1, 3, 5, 3, 5, 12, 16, 9, 11, 24, 28, 15, 7, 15, 17, 9]);
  });

  it.each([
    ['3x3, padded', geometry()],
    ['stride 2, asymmetric pads', geometry({ strides: [2, 2], pads: [0, 0, 1, 1] })],
    ['1x1, stride 2', geometry({ kernel: [1, 1], strides: [2, 2], pads: [0, 0, 0, 0] })],
    [
      'dilated, uneven kernel',
      geometry({ kernel: [2, 3], dilations: [2, 1], pads: [1, 0, 2, 1], strides: [1, 2] }),
    ],
  ])('convBackward is the adjoint of conv; borderSums and convMean give its spatial sum (%s)', (_, g) => {
    const next = random(7);
    const [inputs, outputs, height, width] = [3, 4, 7, 6];
    const size = [outputSize(height, g, 0), outputSize(width, g, 1)] as const;
    const x = Array.from({ length: inputs * height * width }, () => next(-128, 127));
    const dY = Array.from({ length: outputs * size[0] * size[1] }, () => next(-128, 127));
    const count = outputs * inputs * g.kernel[0] * g.kernel[1];
    const w = weights(
      'w',
      [outputs, inputs, ...g.kernel],
      Array.from({ length: count }, () => next(-127, 127)),
    );

    const tx = tensor('x', [inputs, height, width]);
    const ty = tensor('y', [outputs, ...size], { bits: 32 });
    const y = execute(
      network([tx, ty], [layer({ kind: 'conv', input: 'x', weights: 'w', geometry: g }, ty)], [w]),
      hwc(x, inputs),
    ).scores;

    const tg = tensor('dy', [outputs, ...size]);
    const tb = tensor('dx', [inputs, height, width], { bits: 32 });
    const ts = tensor('s', [outputs, ...g.kernel], { bits: 32 });
    const tm = tensor('m', [inputs, 1, 1], { bits: 32 });
    const backward = execute(
      network(
        [tg, tb, ts, tm],
        [
          layer({ kind: 'convBackward', input: 'dy', weights: 'w', geometry: g }, tb),
          layer({ kind: 'borderSums', input: 'dy', geometry: g, inputSize: [height, width] }, ts),
          layer({ kind: 'convMean', input: 's', weights: 'w' }, tm),
        ],
        [w],
      ),
      hwc(dY, outputs),
    ).tensors;
    const dX = backward.get('dx')!;
    expect(dot(x, dX)).toBe(dot(y, dY));
    const sums = Array.from({ length: inputs }, (_, i) =>
      dot(dX.slice(i * height * width, (i + 1) * height * width), new Array(height * width).fill(1)),
    );
    expect(Array.from(backward.get('m')!)).toEqual(sums);
  });

  it.each([
    ['3x3, padded', geometry(), [12, 9]],
    ['stride 2, padded behind', geometry({ strides: [2, 2], pads: [0, 0, 1, 1] }), [24, 16]],
    ['stride 2, padded before', geometry({ strides: [2, 2], pads: [1, 1, 0, 0] }), [16, 24]],
    ['5x5', geometry({ kernel: [5, 5], pads: [2, 2, 2, 2] }), [20, 20]],
    ['dilated', geometry({ dilations: [2, 2], pads: [2, 2, 2, 2] }), [14, 15]],
    [
      'uneven',
      geometry({ kernel: [2, 3], dilations: [2, 1], pads: [1, 0, 2, 1], strides: [1, 2] }),
      [20, 30],
    ],
    ['not padded', geometry({ pads: [0, 0, 0, 0] }), [9, 9]],
  ] as const)('the border sums of sums of bands are those of the gradient (%s)', (_, g, [height, width]) => {
    const next = random(11);
    const size = [outputSize(height, g, 0), outputSize(width, g, 1)] as const;
    const dy = tensor('dy', [3, ...size]);
    const bands = borderBands(g, [height, width], dy)!;
    const { rows, columns, inputSize } = bands;
    // Every position lies in one band, and most of them in a single one.
    expect([rows[0], rows.at(-1), columns[0], columns.at(-1)]).toEqual([0, size[0], 0, size[1]]);
    expect((rows.length - 1) * (columns.length - 1)).toBeLessThan((size[0] * size[1]) / 2);
    const sums = tensor('s', [3, ...g.kernel], { bits: 32 });
    const summed = tensor('bands', [3, rows.length - 1, columns.length - 1], { bits: 32 });
    const again = tensor('t', [3, ...g.kernel], { bits: 32 });
    const values = Array.from({ length: 3 * size[0] * size[1] }, () => next(-128, 127));
    const run = execute(
      network(
        [dy, sums, summed, again],
        [
          layer({ kind: 'borderSums', input: 'dy', geometry: g, inputSize: [height, width] }, sums),
          layer({ kind: 'bandSums', input: 'dy', rows, columns }, summed),
          layer({ kind: 'borderSums', input: 'bands', geometry: g, inputSize }, again),
        ],
      ),
      hwc(values, 3),
    ).tensors;
    expect(Array.from(run.get('t')!)).toEqual(Array.from(run.get('s')!));
  });

  it('rounds halves up, clamps, writes and reads masks, adds the residual on the wide value', () => {
    const x = tensor('x', [1, 1, 4]);
    const y = tensor('y', [1, 1, 4], { zeroPoint: -128 });
    const z = tensor('z', [1, 1, 4]);
    const unit = geometry({ kernel: [1, 1], pads: [0, 0, 0, 0] });
    const net = network(
      [x, y, z],
      [
        layer({ kind: 'windowSum', input: 'x', geometry: unit }, y, {
          multiplier: Uint32Array.of(1),
          lower: -128,
          upper: 127,
          residual: { tensor: 'x', multiplier: Uint32Array.of(1), shift: Uint8Array.of(1) },
          maskWrite: { mask: 'm', upper: 2 ** 31 - 1 },
        }),
        layer({ kind: 'windowSum', input: 'x', geometry: unit }, z, {
          lower: -128,
          upper: 127,
          maskRead: 'm',
        }),
      ],
    );
    // V = x + 2x = 3x, q = (3x + 1 >> 1) - 128.
    const run = execute(net, Int8Array.of(-3, 0, 1, 127));
    expect(Array.from(run.tensors.get('y')!)).toEqual([-128, -128, -126, 63]);
    expect(Array.from(run.masks.get('m')!)).toEqual([0, 0, 1, 1]);
    expect(Array.from(run.scores)).toEqual([0, 0, 1, 127]);
  });

  it('explains the top class, the lowest index on a tie, or the class asked for', () => {
    const x = tensor('x', [2, 1, 2], { zeroPoint: -1 });
    const pooled = tensor('p', [2, 1, 1], { bits: 16 });
    const scores = tensor('s', [3, 1, 1], { bits: 32 });
    const spread = tensor('g', [2, 1, 2], { bits: 16 });
    const map = tensor('l', [1, 1, 2], { bits: 32 });
    const whole = geometry({ kernel: [1, 2], pads: [0, 0, 0, 0] });
    const unit = geometry({ kernel: [1, 1], pads: [0, 0, 0, 0] });
    const net = network(
      [x, pooled, scores, spread, map],
      [
        layer({ kind: 'windowSum', input: 'x', geometry: whole }, pooled, { bias: Int32Array.of(2, 2) }),
        layer({ kind: 'conv', input: 'p', weights: 'w', geometry: unit }, scores),
        { ...layer({ kind: 'denseRow', weights: 'w' }, spread), phase: 'gradient' },
        {
          ...layer({ kind: 'mapFromRow', input: 'x', weights: 'w' }, map, {
            bias: Int32Array.of(3, 3, -1),
            multiplier: Uint32Array.of(2, 2, 2),
            shift: Uint8Array.of(1, 1, 1),
            lower: 0,
          }),
          phase: 'heatmap',
        },
      ],
      [weights('w', [3, 2, 1, 1], [1, 2, 1, 2, 2, -3])],
      {
        scores: 's',
        classes: 3,
        explanation: {
          target: 'x',
          gradient: 'constant',
          activation: 'x',
          alpha: { row: 'w' },
          map: 'l',
          mapScale: 1,
          classScale: [1],
          alphaScale: [1],
        },
      },
    );
    const image = hwc([4, 0, -1, 5], 2);
    const top = execute(net, image);
    expect(Array.from(top.scores)).toEqual([18, 18, -6]);
    expect(top.topClass).toBe(0);
    expect(Array.from(top.tensors.get('g')!)).toEqual([1, 1, 2, 2]);
    expect(Array.from(top.explanation!.map)).toEqual([5, 13]);
    const third = execute(net, image, { classIndex: 2 });
    expect(third.topClass).toBe(0);
    expect(Array.from(third.explanation!.alpha)).toEqual([2, -3]);
    expect(Array.from(third.explanation!.map)).toEqual([10, 0]);
    expect(execute(net, image, { inferenceOnly: true }).explanation).toBeUndefined();
  });

  it('subtracts the zero point in a map from a run-time alpha', () => {
    const x = tensor('x', [2, 1, 2], { zeroPoint: -128 });
    const alpha = tensor('a', [2, 1, 1], { bits: 16 });
    const map = tensor('l', [1, 1, 2], { bits: 32 });
    const whole = geometry({ kernel: [1, 2], pads: [0, 0, 0, 0] });
    const net = network(
      [x, alpha, map],
      [
        layer({ kind: 'windowSum', input: 'x', geometry: whole }, alpha, { bias: Int32Array.of(256, 250) }),
        layer({ kind: 'mapFromTensor', input: 'x', alpha: 'a' }, map, { lower: 0 }),
      ],
    );
    // x + 128 = [1, 3 | 2, 1]; alpha = [4, -3].
    const run = execute(net, hwc([-127, -125, -126, -127], 2));
    expect(Array.from(run.tensors.get('a')!)).toEqual([4, -3]);
    expect(Array.from(run.scores)).toEqual([0, 9]);
  });

  it('refuses an image of the wrong size or type', () => {
    const x = tensor('x', [1, 1, 2]);
    const y = tensor('y', [1, 1, 2]);
    const unit = geometry({ kernel: [1, 1], pads: [0, 0, 0, 0] });
    const net = network([x, y], [layer({ kind: 'windowSum', input: 'x', geometry: unit }, y)]);
    expect(() => execute(net, Int8Array.of(1))).toThrow('1 bytes, 1 x 2 x 1 expected');
    expect(() => execute(net, Uint8Array.of(1, 2))).toThrow('uint8, the network expects int8');
  });
});

describe('argmax', () => {
  it('takes the lowest index on a tie', () => expect(argmax([1, 3, 3])).toBe(1));
});
