import type {
  IntegerLayer,
  IntegerNetwork,
  IntegerTensor,
  IntegerWeights,
  LayerKind,
  OutputStage,
  WindowGeometry,
} from '../../../src/compiler/quantize/network.ts';
import { network, random, tensor, weights } from './networks.ts';

/**
 * A random integer network with every kind of layer, groups, views, regions, residuals, masks, both storage widths, uneven kernels, strides,
 * pads and dilations. Parameters are kept small enough for the accumulators to stay inside 32 bits.
 */
export function randomNetwork(seed: number): { net: IntegerNetwork; image: Int8Array } {
  const next = random(seed);
  const pick = <T>(list: readonly T[]): T => list[next(0, list.length - 1)]!;
  const tensors: IntegerTensor[] = [];
  const weightList: IntegerWeights[] = [];
  const layers: IntegerLayer[] = [];

  const add = (
    name: string,
    shape: [number, number, number],
    more: Partial<IntegerTensor> = {},
  ): IntegerTensor => {
    const made = tensor(name, shape, more);
    tensors.push(made);
    return made;
  };
  const addWeights = (name: string, shape: IntegerWeights['shape'], groups = 1): IntegerWeights => {
    const count = shape.reduce((a, b) => a * b, 1);
    const data = Array.from({ length: count }, () => next(-127, 127));
    const made = { ...weights(name, shape, data), ...(groups > 1 ? { groups } : {}) };
    weightList.push(made);
    return made;
  };
  const stage = (
    output: IntegerTensor,
    parameters: number,
    more: Partial<OutputStage> = {},
  ): OutputStage => ({
    tensor: output.name,
    bias: Int32Array.from({ length: parameters }, () => next(-20000, 20000)),
    multiplier: Uint32Array.from({ length: parameters }, () => next(1, 131071)),
    shift: Uint8Array.from({ length: parameters }, () => next(output.bits === 8 ? 20 : 12, 26)),
    lower: output.bits === 8 ? -128 : output.bits === 16 ? -32639 : -(2 ** 31),
    upper: output.bits === 8 ? 127 : output.bits === 16 ? 32639 : 2 ** 31 - 1,
    ...more,
  });
  const push = (
    phase: IntegerLayer['phase'],
    sum: LayerKind,
    output: IntegerTensor,
    more: Partial<OutputStage> = {},
  ) => {
    const parameters = sum.kind === 'mapFromRow' ? classes : output.channels;
    layers.push({
      name: more.region ? `${output.name} from row ${more.region.rows[0]}` : output.name,
      op: sum.kind,
      nodes: [],
      phase,
      sum,
      output: stage(output, parameters, more),
      macs: 0,
      accumulatorBits: 32,
    });
  };
  const residual = (of: IntegerTensor, parameters: number): OutputStage['residual'] => ({
    tensor: of.name,
    multiplier: Uint32Array.from({ length: parameters }, () => next(1, 131071)),
    shift: Uint8Array.from({ length: parameters }, () => next(0, 8)),
  });

  const classes = next(2, 11);
  const [height, width] = [next(5, 9), next(5, 9)];
  const image = add('image', [pick([1, 3, 4]), height, width]);
  const geometry: WindowGeometry = {
    kernel: [next(1, 3), next(1, 3)],
    strides: [next(1, 2), next(1, 2)],
    pads: [next(0, 2), next(0, 2), next(0, 2), next(0, 2)],
    dilations: [next(1, 2), next(1, 2)],
  };
  const size = (n: number, axis: 0 | 1) =>
    Math.floor(
      (n +
        geometry.pads[axis]! +
        geometry.pads[axis + 2]! -
        geometry.dilations[axis] * (geometry.kernel[axis] - 1) -
        1) /
        geometry.strides[axis],
    ) + 1;
  const unit: WindowGeometry = { kernel: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1] };

  // Inference: stem, strided convolution with residual and mask, pool, dense.
  const stem = add('stem', [next(1, 20), height, width], { zeroPoint: -128 });
  addWeights('stem.w', [stem.channels, image.channels, 1, 1]);
  push('inference', { kind: 'conv', input: 'image', weights: 'stem.w', geometry: unit }, stem);
  const features: [number, number, number] = [next(1, 20), size(height, 0), size(width, 1)];
  addWeights('conv.w', [features[0], stem.channels, ...geometry.kernel]);
  const skip = add('skip', features, { zeroPoint: next(-5, 5) });
  push('inference', { kind: 'conv', input: 'stem', weights: 'conv.w', geometry }, skip);
  const body = add('body', features, { zeroPoint: -128 });
  push('inference', { kind: 'conv', input: 'stem', weights: 'conv.w', geometry }, body, {
    residual: residual(skip, features[0]),
    lower: -128,
    maskWrite: { mask: 'mask', upper: pick([2 ** 31 - 1, 90]) },
  });
  // The largest of each window and where it was, under another window.
  const window: WindowGeometry = {
    ...geometry,
    kernel: [next(1, 3), next(1, 3)],
    pads: [next(0, 1), next(0, 1), next(0, 1), next(0, 1)],
  };
  const reach = (n: number, axis: 0 | 1) =>
    Math.max(
      1,
      Math.floor(
        (n +
          window.pads[axis]! +
          window.pads[axis + 2]! -
          window.dilations[axis] * (window.kernel[axis] - 1) -
          1) /
          window.strides[axis],
      ) + 1,
    );
  const peaks: [number, number, number] = [features[0], reach(features[1], 0), reach(features[2], 1)];
  const peak = add('peak', peaks, { zeroPoint: -128 });
  add('winners', peaks);
  const many = <T>(value: T) => new Array<T>(features[0]).fill(value);
  push('inference', { kind: 'maxPool', input: 'body', geometry: window }, peak, {
    bias: Int32Array.from(many(-128)),
    multiplier: Uint32Array.from(many(2)),
    shift: Uint8Array.from(many(1)),
    lower: -32896,
    upper: 32767,
    low: 'winners',
  });
  // Looked-up values with their slopes, one value by a slope below zero, and two products.
  add('curve', features);
  const tables = [
    { name: 'f', values: Int16Array.from({ length: 256 }, () => next(-32768, 32767)) },
    { name: 'h', values: Int16Array.from({ length: 256 }, () => next(-128, 127)) },
  ];
  const looked = add('looked', features, { zeroPoint: next(-50, 50) });
  push('inference', { kind: 'windowSum', input: 'skip', geometry: unit }, looked, {
    table: { name: 'f', zeroPoint: next(-50, 50) },
    low: 'curve',
    multiplier: Uint32Array.from(many(60000)),
    shift: Uint8Array.from(many(16)),
  });
  const bent = add('bent', features, { zeroPoint: next(-50, 50) });
  push('inference', { kind: 'conv', input: 'stem', weights: 'conv.w', geometry }, bent, {
    slope: Int32Array.from(many(0), () => next(-65535, 65535)),
    maskWrite: { mask: 'side', upper: pick([2 ** 31 - 1, 90]) },
  });
  const gated = add('gated', features);
  push('inference', { kind: 'product', input: 'looked', factor: 'curve' }, gated, {
    table: { name: 'h', zeroPoint: next(-50, 50) },
  });
  // Grouped and depthwise convolutions, bounded above as by Clip, on tensors that lie side by side in one (Concat, Slice).
  const groups = next(2, 3);
  const wide = add('wide', [groups * next(1, 5), height, width], {
    zeroPoint: next(-100, 20),
    view: { of: 'joined', channel: 0 },
  });
  const beside = add('beside', [next(1, 9), height, width], {
    zeroPoint: wide.zeroPoint,
    view: { of: 'joined', channel: wide.channels },
  });
  const joined = add('joined', [wide.channels + beside.channels, height, width], {
    zeroPoint: wide.zeroPoint,
  });
  for (const half of [wide, beside]) {
    addWeights(`${half.name}.w`, [half.channels, stem.channels, 1, 1]);
    push('inference', { kind: 'conv', input: 'stem', weights: `${half.name}.w`, geometry: unit }, half, {
      lower: half.zeroPoint,
      upper: next(60, 127),
    });
  }
  const grouped = add('grouped', [groups * next(1, 5), features[1], features[2]], { zeroPoint: next(-5, 5) });
  addWeights('grouped.w', [grouped.channels, wide.channels / groups, ...geometry.kernel], groups);
  push('inference', { kind: 'conv', input: 'wide', weights: 'grouped.w', geometry }, grouped);
  const square: WindowGeometry = {
    kernel: [3, 3],
    strides: [next(1, 2), next(1, 2)],
    pads: [next(0, 1), next(0, 1), next(0, 1), next(0, 1)],
    dilations: [1, 1],
  };
  const under = (n: number, axis: 0 | 1, { kernel, strides, pads }: WindowGeometry) =>
    Math.floor((n + pads[axis]! + pads[axis + 2]! - kernel[axis]) / strides[axis]) + 1;
  const size3: [number, number] = [under(height, 0, square), under(width, 1, square)];
  const depthwise = add('depthwise', [joined.channels, ...size3], { zeroPoint: -128 });
  addWeights('depthwise.w', [joined.channels, 1, 3, 3], joined.channels);
  push('inference', { kind: 'conv', input: 'joined', weights: 'depthwise.w', geometry: square }, depthwise, {
    maskWrite: { mask: 'bounded', upper: 90 },
  });
  // A batch norm that was not folded, and a depthwise convolution under any window, on a slice of the joined tensor.
  const norm = add('norm', [depthwise.channels, ...size3]);
  addWeights('norm.w', [depthwise.channels, 1, 1, 1], depthwise.channels);
  push('inference', { kind: 'conv', input: 'depthwise', weights: 'norm.w', geometry: unit }, norm);
  const sliced = add('sliced', [beside.channels, features[1], features[2]]);
  addWeights('sliced.w', [beside.channels, 1, ...geometry.kernel], beside.channels);
  push('inference', { kind: 'conv', input: 'beside', weights: 'sliced.w', geometry }, sliced);
  // An average without the padding: its border has another divisor, and is a region of its own.
  const top = next(0, depthwise.height - 1);
  const averaged = add('averaged', [depthwise.channels, ...size3]);
  const cross: WindowGeometry = { ...unit, kernel: [3, 3], pads: [1, 1, 1, 1] };
  for (const [first, count] of [
    [0, top],
    [top, depthwise.height - top],
  ] as const)
    if (count > 0)
      push('inference', { kind: 'windowSum', input: 'depthwise', geometry: cross }, averaged, {
        region: { rows: [first, count], columns: [0, depthwise.width] },
      });
  const pooled = add('pooled', [features[0], 1, 1], { bits: 16 });
  const whole: WindowGeometry = { ...unit, kernel: [features[1], features[2]] };
  push('inference', { kind: 'windowSum', input: 'body', geometry: whole }, pooled);
  const scores = add('scores', [classes, 1, 1], { bits: 32 });
  addWeights('dense.w', [classes, features[0], 1, 1]);
  push('inference', { kind: 'conv', input: 'pooled', weights: 'dense.w', geometry: unit }, scores);

  // Gradient: the dense row spread and masked, both ways through the convolution, and alpha.
  const gradientBits = pick([8, 16] as const);
  const g = add('g', features, { bits: gradientBits });
  push('gradient', { kind: 'denseRow', weights: 'dense.w' }, g, {
    bias: new Int32Array(features[0]),
    shift: new Uint8Array(features[0]).fill(gradientBits === 8 ? 16 : 9),
    maskRead: 'mask',
  });
  const gp = add('gp', peaks, { bits: gradientBits });
  push('gradient', { kind: 'denseRow', weights: 'dense.w' }, gp, {
    shift: new Uint8Array(features[0]).fill(gradientBits === 8 ? 16 : 9),
  });
  const spread = add('spread', features, { bits: gradientBits });
  push(
    'gradient',
    { kind: 'maxPoolBackward', input: 'gp', winners: 'winners', geometry: window },
    spread,
    pick([{}, { maskRead: 'mask' }]),
  );
  const shared = add('shared', features, { bits: gradientBits });
  push('gradient', { kind: 'windowSumBackward', input: 'gp', geometry: window }, shared);
  const times = add('times', features, { bits: gradientBits });
  push('gradient', { kind: 'product', input: 'spread', factor: 'curve' }, times, {
    slope: Int32Array.from(many(0), () => next(-65535, 65535)),
    maskRead: 'side',
  });
  const vector = add('vector', [features[0], 1, 1]);
  push('gradient', { kind: 'windowSum', input: 'times', geometry: whole }, vector);
  const even = add('even', features, { bits: gradientBits });
  push('gradient', { kind: 'product', input: 'times', factor: 'vector' }, even);
  const back = add('back', [stem.channels, height, width], { bits: gradientBits });
  push('gradient', { kind: 'convBackward', input: 'g', weights: 'conv.w', geometry }, back, {
    residual: residual(stem, stem.channels),
  });
  const sums = add('sums', [features[0], ...geometry.kernel], { bits: 16 });
  push('gradient', { kind: 'borderSums', input: 'g', geometry, inputSize: [height, width] }, sums);
  const cuts = (size: number): number[] => [
    0,
    ...Array.from({ length: size - 1 }, (_, n) => n + 1).filter(() => next(0, 1) === 1),
    size,
  ];
  const [rows, columns] = [cuts(features[1]), cuts(features[2])];
  const bands = add('bands', [features[0], rows.length - 1, columns.length - 1], { bits: gradientBits });
  push('gradient', { kind: 'bandSums', input: 'g', rows, columns }, bands);
  const alpha = add('alpha', [stem.channels, 1, 1], { bits: 16 });
  push('gradient', { kind: 'convMean', input: 'sums', weights: 'conv.w' }, alpha);
  const gg = add('gg', [grouped.channels, grouped.height, grouped.width], { bits: gradientBits });
  push('gradient', { kind: 'windowSum', input: 'grouped', geometry: unit }, gg);
  const groupedBack = add('grouped back', [wide.channels, height, width], { bits: gradientBits });
  push('gradient', { kind: 'convBackward', input: 'gg', weights: 'grouped.w', geometry }, groupedBack);
  const gd = add('gd', [depthwise.channels, ...size3], { bits: gradientBits });
  push('gradient', { kind: 'windowSum', input: 'depthwise', geometry: unit }, gd, { maskRead: 'bounded' });
  const depthBack = add('depthwise back', [joined.channels, height, width], { bits: gradientBits });
  push(
    'gradient',
    { kind: 'convBackward', input: 'gd', weights: 'depthwise.w', geometry: square },
    depthBack,
  );
  const rowMap = add('row map', [1, features[1], features[2]], { bits: 32 });
  push('heatmap', { kind: 'mapFromRow', input: 'body', weights: 'dense.w' }, rowMap, { lower: 0 });
  const map = add('map', [1, height, width], { bits: 32 });
  push('heatmap', { kind: 'mapFromTensor', input: 'stem', alpha: 'alpha' }, map, { lower: 0 });

  const bytes = Int8Array.from({ length: image.channels * height * width }, () => next(-128, 127));
  const net = network(tensors, layers, weightList, {
    input: {
      tensor: 'image',
      format: 'int8',
      padding: Array.from({ length: image.channels }, () => next(-128, 127)),
    },
    tables: new Map(tables.map((table) => [table.name, table])),
    scores: 'scores',
    classes,
    explanation: {
      target: 'stem',
      gradient: 'general',
      activation: 'stem',
      alpha: { tensor: 'alpha' },
      map: 'map',
      mapScale: 1,
      classScale: [1],
      alphaScale: [1],
    },
  });
  return { net, image: bytes };
}
