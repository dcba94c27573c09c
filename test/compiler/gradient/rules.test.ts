/**
 * Every gradient rule against central differences, on random small graphs (seeded): x -> operator -> (tanh) ->
 * random dense layer -> scores. Without the tanh the gradient is a constant table, with it a run-time tensor, so
 * both halves of the algebra are exercised. The mean rule must give the mean of the same gradient.
 *
 * Scores are computed in float32: a difference of scores of size s over 2 h carries about 1e-7 s / h, with
 * h = 1/128 some 1e-5 s; the bar of 5e-3 of the largest gradient leaves room for s up to a few hundred of it and is
 * far below what any wrong rule gives. The mean is compared with the analytic gradient: float32 rounding only.
 */
import { describe, expect, test } from 'vitest';
import { makeAttribute } from '../../../src/compiler/graph/attributes.ts';
import { floatTensor, int64Tensor } from '../../../src/compiler/graph/tensor.ts';
import { rules } from '../../../src/compiler/gradient/rules/index.ts';
import { maxAbs, maxDifference } from '../../support/oracles.ts';
import { Builder, gradients, Random } from './support.ts';

const { int, ints, float, string } = makeAttribute;

/** A random graph around one operator. */
interface Case {
  readonly shape: readonly number[];
  /** Builds the operator on `x` and gives its output. */
  readonly y: (b: Builder) => string;
  /** Least input value, where the operator needs positive ones. */
  readonly from?: number;
  readonly opset?: number;
  /** Distance between input values; default 0.05. */
  readonly gap?: number;
}

type Make = (r: Random) => Case;

const image = (r: Random, channels = r.int(1, 3)): number[] => [1, channels, r.int(3, 6), r.int(3, 6)];

/** An element-wise function of x. */
const unary =
  (op: string, attributes: Parameters<Builder['op']>[2] = {}, from?: number): Make =>
  (r) => ({ shape: image(r), y: (b) => b.op(op, ['x'], attributes), from });

/** Both operands of a binary operator depend on x, or one is a constant that broadcasts. */
const binary =
  (op: string, positive = false): Make =>
  (r) => {
    const shape = image(r, 3);
    const [low, high] = positive ? [0.5, 2] : [-1, 1];
    const y = r.pick<Case['y']>([
      (b) => b.op(op, ['x', b.constant(r.tensor([1, 3, 1, 1], low, high))]),
      (b) => b.op(op, [b.constant(r.tensor(shape, low, high)), 'x']),
      (b) => b.op(op, ['x', b.constant(r.tensor([], low, high))]),
      (b) => b.op(op, ['x', b.op('GlobalAveragePool', ['x'])]),
      (b) => b.op(op, [b.op('ReduceMean', ['x', b.ints(1, 3)]), 'x']),
    ]);
    return { shape, y, from: positive ? 0.5 : undefined };
  };

/** Operands that no small step makes equal. */
const extremum =
  (op: string): Make =>
  (r) => ({
    shape: image(r, 3),
    y: r.pick<Case['y']>([
      (b) => b.op(op, ['x', b.op('Neg', ['x'])]),
      (b) => b.op(op, ['x', b.constant(floatTensor([3, 1, 1], [-0.2, 0, 0.3]))]),
      (b) => b.op(op, [b.scalar(0.1), 'x', b.op('Neg', ['x'])]),
    ]),
  });

/** Random window attributes that leave at least one output. */
function window(r: Random, pads = true, dilate = true) {
  const kernel = [r.int(1, 3), r.int(1, 3)];
  const dilations = dilate ? [r.int(1, 2), r.int(1, 2)] : [1, 1];
  // A pool's padding must be smaller than its kernel.
  const pad = () => kernel.map((k) => (pads ? r.int(0, k - 1) : 0));
  return {
    kernel,
    attributes: {
      kernel_shape: ints(kernel),
      strides: ints([r.int(1, 3), r.int(1, 3)]),
      dilations: ints(dilations),
      pads: ints([...pad(), ...pad()]),
    },
  };
}

const conv: Make = (r) => {
  const group = r.pick([1, 1, 2, 4]);
  const channels = 4;
  const outputs = group * r.int(1, 2);
  const { kernel, attributes } = window(r);
  const auto = r.pick(['NOTSET', 'NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID']);
  const { pads, ...rest } = attributes;
  const chosen =
    auto === 'NOTSET' ? { ...rest, pads } : { ...rest, auto_pad: string(auto), dilations: ints([1, 1]) };
  return {
    shape: [1, channels, r.int(5, 7), r.int(5, 7)],
    gap: 0.02,
    y: (b) =>
      b.op(
        'Conv',
        ['x', b.constant(r.tensor([outputs, channels / group, ...kernel])), b.constant(r.tensor([outputs]))],
        { ...chosen, group: int(group) },
      ),
  };
};

const convTranspose: Make = (r) => {
  const group = r.pick([1, 2]);
  const kernel = [r.int(1, 3), r.int(1, 3)];
  const strides = [r.int(1, 3), r.int(1, 3)];
  return {
    shape: [1, 2, r.int(2, 4), r.int(2, 4)],
    y: (b) =>
      b.op('ConvTranspose', ['x', b.constant(r.tensor([2, 2, ...kernel]))], {
        group: int(group),
        kernel_shape: ints(kernel),
        strides: ints(strides),
        pads: ints([...kernel, ...kernel].map((k) => r.int(0, Math.floor((k - 1) / 2)))),
        output_padding: ints(strides.map((s) => r.int(0, s - 1))),
      }),
  };
};

const maxPool: Make = (r) => {
  const { attributes } = window(r);
  return {
    shape: [1, 2, r.int(5, 7), r.int(5, 7)],
    y: (b) => b.op('MaxPool', ['x'], { ...attributes, ceil_mode: int(r.int(0, 1)) }),
  };
};

const averagePool: Make = (r) => {
  const { attributes } = window(r);
  const extra = { count_include_pad: int(r.int(0, 1)), ceil_mode: int(r.int(0, 1)) };
  return {
    shape: [1, 2, r.int(5, 7), r.int(5, 7)],
    y: (b) => b.op('AveragePool', ['x'], { ...attributes, ...extra }),
  };
};

const lpPool: Make = (r) => {
  const { attributes } = window(r, false);
  return {
    shape: [1, 2, r.int(5, 7), r.int(5, 7)],
    y: (b) => b.op('LpPool', ['x'], { ...attributes, p: int(r.int(2, 3)) }),
  };
};

const reduce =
  (op: string, from?: number): Make =>
  (r) => ({
    shape: image(r),
    gap: 0.02,
    from,
    y: (b) =>
      b.op(op, r.pick([() => ['x', b.ints(2, 3)], () => ['x', b.ints(1)], () => ['x', b.ints(-1)]])(), {
        keepdims: int(1),
      }),
  });

/** x as the first operand, as the second, or as the bias; either operand transposed. */
const gemm =
  (operand: 'A' | 'B' | 'C', transA: number, transB: number): Make =>
  (r) => {
    const [m, k, n] = [transA || operand !== 'A' ? 2 : 1, r.int(3, 5), r.int(2, 4)];
    const shapes = { A: transA ? [k, m] : [m, k], B: transB ? [n, k] : [k, n], C: [1, n] };
    const attributes = {
      alpha: float(r.uniform(0.5, 2)),
      beta: float(0.5),
      transA: int(transA),
      transB: int(transB),
    };
    const input = (b: Builder, name: 'A' | 'B' | 'C') =>
      name === operand ? 'x' : b.constant(r.tensor(shapes[name]));
    return {
      shape: shapes[operand],
      y: (b) => scoresRow(b, b.op('Gemm', [input(b, 'A'), input(b, 'B'), input(b, 'C')], attributes), m * n),
    };
  };

const gemms = [0, 1].flatMap((transA) =>
  [0, 1].flatMap((transB) => (['A', 'B', 'C'] as const).map((operand) => gemm(operand, transA, transB))),
);

const scoresRow = (b: Builder, y: string, count: number) => b.op('Reshape', [y, b.ints(1, count)]);

const matmul: Make = (r) => {
  const [m, k, n] = [r.int(2, 3), r.int(2, 3), r.int(2, 4)];
  return r.pick<Case>([
    { shape: [1, 2, m, k], y: (b) => b.op('MatMul', ['x', b.constant(r.tensor([k, n]))]) },
    { shape: [1, 2, m, k], y: (b) => b.op('MatMul', [b.constant(r.tensor([n, m])), 'x']) },
    {
      shape: [1, 2, m, k],
      y: (b) => b.op('MatMul', ['x', b.op('Transpose', ['x'], { perm: ints([0, 1, 3, 2]) })]),
    },
    { shape: [1, 2, m, k], y: (b) => b.op('MatMul', ['x', b.constant(r.tensor([k]))]) },
    { shape: [1, k], y: (b) => b.op('MatMul', ['x', b.constant(r.tensor([k, n]))]) },
    { shape: [1, 1, m, k], y: (b) => b.op('MatMul', ['x', b.constant(r.tensor([1, 3, k, n]))]) },
  ]);
};

const normalise =
  (op: string): Make =>
  (r) => {
    const shape = [1, 4, r.int(2, 4), r.int(2, 4)];
    const parameter = (b: Builder, n: number, low = -1) => b.constant(r.tensor([n], low, 1.5));
    const builds: Record<string, Case['y']> = {
      BatchNormalization: (b) =>
        b.op(op, ['x', parameter(b, 4), parameter(b, 4), parameter(b, 4), parameter(b, 4, 0.5)]),
      InstanceNormalization: (b) => b.op(op, ['x', parameter(b, 4), parameter(b, 4)]),
      GroupNormalization: (b) => b.op(op, ['x', parameter(b, 2), parameter(b, 2)], { num_groups: int(2) }),
      LayerNormalization: (b) => {
        const axis = r.pick([-1, -2]);
        const dims = shape.slice(axis);
        return b.op(op, ['x', b.constant(r.tensor(dims)), b.constant(r.tensor(dims))], { axis: int(axis) });
      },
      LRN: (b) =>
        b.op(op, ['x'], { size: int(r.pick([3, 5])), alpha: float(0.5), beta: float(0.75), bias: float(1) }),
    };
    return { shape, y: builds[op]!, opset: op === 'GroupNormalization' ? 18 : 20 };
  };

const resize: Make = (r) => {
  const mode = r.pick(['nearest', 'linear']);
  const attributes = {
    mode: string(mode),
    coordinate_transformation_mode: string(
      r.pick(['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric']),
    ),
    nearest_mode: string(r.pick(['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'])),
  };
  const shape = [1, 2, r.int(3, 5), r.int(3, 5)];
  const sizes = [1, 2, r.int(2, 8), r.int(2, 8)];
  return {
    shape,
    y: (b) =>
      r.next() < 0.5
        ? b.op('Resize', ['x', '', b.floats(1, 1, 2, 1.5)], attributes)
        : b.op('Resize', ['x', '', '', b.ints(...sizes)], attributes),
  };
};

const pad: Make = (r) => ({
  shape: [1, 2, r.int(3, 5), r.int(3, 5)],
  y: (b) =>
    b.op('Pad', ['x', b.ints(0, 0, r.int(0, 2), r.int(0, 2), 0, 0, r.int(0, 2), r.int(0, 2))], {
      mode: string(r.pick(['constant', 'reflect', 'edge'])),
    }),
});

const slice: Make = (r) => {
  const shape = [1, 4, r.int(5, 6), 5];
  const y = r.pick<Case['y']>([
    (b) => b.op('Slice', ['x', b.ints(1), b.ints(3), b.ints(1)]),
    (b) => b.op('Slice', ['x', b.ints(0, 1), b.ints(100, -1), b.ints(2, 3), b.ints(2, 1)]),
    (b) => b.op('Slice', ['x', b.ints(-1), b.ints(-100), b.ints(3), b.ints(-1)]),
    (b) => b.op('Slice', ['x', b.ints(1), b.ints(4), b.ints(2)]),
    (b) => b.op('Slice', ['x', b.ints(0), b.ints(4), b.ints(1), b.ints(2)]),
  ]);
  return { shape, y };
};

/** Channel shuffle, as exporters write it. */
const shuffle: Make = () => ({
  shape: [1, 4, 3, 3],
  y: (b) => {
    const split = b.op('Reshape', ['x', b.ints(1, 2, 2, 3, 3)]);
    return b.op('Reshape', [b.op('Transpose', [split], { perm: ints([0, 2, 1, 3, 4]) }), b.ints(1, 4, 3, 3)]);
  },
});

const gate: Make = (r) => ({
  shape: [1, 4, 3, 3],
  y: (b) => {
    const pooled = b.op('GlobalAveragePool', ['x']);
    const inner = b.op('Relu', [
      b.op('Conv', [pooled, b.constant(r.tensor([2, 4, 1, 1])), b.floats(0.3, 0.4)]),
    ]);
    const outer = b.op('Sigmoid', [b.op('Conv', [inner, b.constant(r.tensor([4, 2, 1, 1]))])]);
    return b.op('Mul', ['x', outer]);
  },
});

/** A short random stack of layers, so that rules meet each other. */
const stack: Make = (r) => ({
  shape: [1, 4, 6, 6],
  gap: 0.03,
  y: (b) => {
    const weights = (k: number, n = 4) => b.constant(r.tensor([n, 4, k, k], -0.5, 0.5));
    const layers: ((x: string) => string)[] = [
      (x) => b.op('Conv', [x, weights(3)], { pads: ints([1, 1, 1, 1]), kernel_shape: ints([3, 3]) }),
      (x) => b.op('Conv', [x, weights(1)], { kernel_shape: ints([1, 1]) }),
      (x) => b.op('Tanh', [x]),
      (x) =>
        b.op('AveragePool', [x], {
          kernel_shape: ints([2, 2]),
          strides: ints([1, 1]),
          pads: ints([1, 0, 0, 1]),
        }),
      (x) =>
        b.op('Add', [
          x,
          b.op('Conv', [x, weights(3)], { pads: ints([1, 1, 1, 1]), kernel_shape: ints([3, 3]) }),
        ]),
      (x) =>
        b.op('Slice', [
          b.op('Concat', [b.op('Sigmoid', [x]), x], { axis: int(1) }),
          b.ints(2),
          b.ints(6),
          b.ints(1),
        ]),
      (x) => b.op('Mul', [x, b.op('Sigmoid', [x])]),
      (x) =>
        b.op('BatchNormalization', [
          x,
          ...[-1, -1, -1, 0.5].map((low) => b.constant(r.tensor([4], low, 1.5))),
        ]),
    ];
    return Array.from({ length: r.int(2, 4) }).reduce<string>((x) => r.pick(layers)(x), 'x');
  },
});

const cases: Record<string, Make | readonly Make[]> = {
  Conv: conv,
  ConvTranspose: convTranspose,
  Gemm: gemms,
  MatMul: matmul,
  Add: binary('Add'),
  Sum: (r) => ({
    shape: image(r, 2),
    y: (b) => b.op('Sum', ['x', b.op('Neg', ['x']), 'x', b.constant(r.tensor([1, 2, 1, 1]))]),
  }),
  Sub: binary('Sub'),
  Neg: unary('Neg'),
  Mean: (r) => ({
    shape: image(r, 2),
    y: (b) => b.op('Mean', ['x', b.op('Neg', ['x']), b.constant(r.tensor([2, 1, 1]))]),
  }),
  Mul: [binary('Mul'), gate],
  Div: binary('Div', true),
  Max: extremum('Max'),
  Min: extremum('Min'),
  Pow: [
    (r) => ({ shape: image(r), y: (b) => b.op('Pow', ['x', b.scalar(r.pick([2, 3]))]) }),
    (r) => ({ shape: image(r), y: (b) => b.op('Pow', ['x', b.scalar(1.5)]), from: 0.5 }),
    (r) => ({
      shape: [1, 2, 3, 3],
      y: (b) => b.op('Pow', [b.constant(r.tensor([1, 2, 3, 3], 0.5, 2)), 'x']),
    }),
    (r) => ({
      shape: [1, 2, 3, 3],
      y: (b) => b.op('Pow', ['x', b.constant(r.tensor([1, 2, 1, 1], 0.5, 2))]),
      from: 0.5,
    }),
  ],
  Relu: unary('Relu'),
  Clip: [
    (r) => ({ shape: image(r), y: (b) => b.op('Clip', ['x', b.scalar(-0.401), b.scalar(0.613)]) }),
    (r) => ({ shape: image(r), y: (b) => b.op('Clip', ['x', '', b.scalar(0.613)]) }),
  ],
  LeakyRelu: unary('LeakyRelu', { alpha: float(0.3) }),
  PRelu: (r) => ({ shape: image(r, 3), y: (b) => b.op('PRelu', ['x', b.constant(r.tensor([3, 1, 1]))]) }),
  ThresholdedRelu: unary('ThresholdedRelu', { alpha: float(0.513) }),
  HardSigmoid: unary('HardSigmoid', { alpha: float(0.41), beta: float(0.5) }),
  Abs: unary('Abs'),
  Celu: unary('Celu', { alpha: float(0.7) }),
  Elu: unary('Elu', { alpha: float(0.7) }),
  Erf: unary('Erf'),
  Exp: unary('Exp'),
  Gelu: [unary('Gelu'), unary('Gelu', { approximate: string('tanh') })],
  HardSwish: (r) => ({ ...unary('HardSwish')(r), gap: 0.11 }),
  Log: unary('Log', {}, 0.5),
  Mish: unary('Mish'),
  Reciprocal: unary('Reciprocal', {}, 0.5),
  Selu: unary('Selu'),
  Sigmoid: unary('Sigmoid'),
  Softplus: unary('Softplus'),
  Softsign: unary('Softsign'),
  Sqrt: unary('Sqrt', {}, 0.5),
  Swish: [unary('Swish'), unary('Swish', { alpha: float(1.702) })],
  Tanh: unary('Tanh'),
  Ceil: (r) => ({ shape: image(r), y: (b) => b.op('Add', ['x', b.op('Ceil', ['x'])]), gap: 0.0502 }),
  Floor: (r) => ({ shape: image(r), y: (b) => b.op('Add', ['x', b.op('Floor', ['x'])]), gap: 0.0502 }),
  Round: (r) => ({ shape: image(r), y: (b) => b.op('Add', ['x', b.op('Round', ['x'])]), gap: 0.0502 }),
  Sign: (r) => ({ shape: image(r), y: (b) => b.op('Add', ['x', b.op('Sign', ['x'])]) }),
  MaxPool: maxPool,
  AveragePool: [
    averagePool,
    (r) => ({
      shape: [1, 3, 4, 5],
      y: (b) =>
        b.op('AveragePool', ['x'], { kernel_shape: ints([4, 5]), count_include_pad: int(r.int(0, 1)) }),
    }),
  ],
  LpPool: lpPool,
  GlobalAveragePool: unary('GlobalAveragePool'),
  GlobalMaxPool: unary('GlobalMaxPool'),
  GlobalLpPool: (r) => ({ ...unary('GlobalLpPool', { p: int(2) })(r), gap: 0.02 }),
  ReduceMean: reduce('ReduceMean'),
  ReduceSum: reduce('ReduceSum'),
  ReduceMax: reduce('ReduceMax'),
  ReduceMin: reduce('ReduceMin'),
  ReduceL1: reduce('ReduceL1'),
  ReduceL2: reduce('ReduceL2'),
  ReduceSumSquare: reduce('ReduceSumSquare'),
  Softmax: (r) => ({ shape: image(r), y: (b) => b.op('Softmax', ['x'], { axis: int(r.pick([1, 2, -1])) }) }),
  LogSoftmax: (r) => ({
    shape: image(r),
    y: (b) => b.op('LogSoftmax', ['x'], { axis: int(r.pick([1, 2, -1])) }),
  }),
  BatchNormalization: normalise('BatchNormalization'),
  InstanceNormalization: normalise('InstanceNormalization'),
  GroupNormalization: normalise('GroupNormalization'),
  LayerNormalization: normalise('LayerNormalization'),
  LRN: normalise('LRN'),
  Identity: unary('Identity'),
  Dropout: unary('Dropout'),
  Cast: [
    unary('Cast', { to: int(1) }),
    // To integers and back: a step, flat almost everywhere.
    (r) => ({
      shape: image(r),
      gap: 0.0502,
      y: (b) => {
        const whole = b.op('Cast', [b.op('Mul', ['x', b.scalar(0.5)])], { to: int(7) });
        return b.op('Add', ['x', b.op('Cast', [whole], { to: int(1) })]);
      },
    }),
  ],
  Reshape: (r) => ({
    shape: [1, 4, 3, 2],
    y: (b) =>
      b.op('Reshape', [
        'x',
        b.ints(
          ...r.pick([
            [1, 2, 12],
            [1, 4, 6],
            [0, -1],
          ]),
        ),
      ]),
  }),
  Flatten: unary('Flatten'),
  Squeeze: (r) => ({ shape: [1, r.int(1, 3), 1, 4], y: (b) => b.op('Squeeze', ['x', b.ints(2)]) }),
  Unsqueeze: (r) => ({ shape: image(r), y: (b) => b.op('Unsqueeze', ['x', b.ints(2)]) }),
  Transpose: [
    (r) => ({
      shape: image(r),
      y: (b) =>
        b.op('Transpose', ['x'], {
          perm: ints(
            r.pick([
              [0, 2, 3, 1],
              [0, 1, 3, 2],
              [0, 3, 1, 2],
            ]),
          ),
        }),
    }),
    shuffle,
  ],
  Concat: (r) => ({
    shape: [1, 2, 4, 3],
    y: (b) =>
      b.op('Concat', [b.op('Neg', ['x']), 'x', b.constant(r.tensor([1, 2, 4, 3]))], {
        axis: int(r.pick([1, 2, -1])),
      }),
  }),
  Split: (r) => ({
    shape: [1, 4, 3, 3],
    y: (b) => {
      const first = b.op('Split', ['x', b.ints(1, 3)], { axis: int(1) }, 2);
      const second = first.replace(/0$/, '1');
      return r.next() < 0.5 ? b.op('Mul', [first, second]) : b.op('Neg', [second]);
    },
  }),
  Slice: slice,
  Pad: pad,
  Gather: [
    (r) => ({
      shape: [1, 4, 3, 3],
      y: (b) =>
        b.op('Gather', ['x', b.ints(...r.pick([[0, 2], [3, 1, 1], [-1]]))], { axis: int(r.pick([1, 1])) }),
    }),
    (r) => ({
      shape: [1, 3, 3, 4],
      y: (b) =>
        b.op('Gather', ['x', b.constant(int64Tensor([r.int(0, 2)], []))], { axis: int(r.pick([2, 3])) }),
    }),
  ],
  Expand: (r) => ({ shape: [1, 2, 3, 1], y: (b) => b.op('Expand', ['x', b.ints(1, 2, 3, r.int(2, 4))]) }),
  Tile: () => ({ shape: [1, 2, 3, 2], y: (b) => b.op('Tile', ['x', b.ints(1, 2, 1, 3)]) }),
  DepthToSpace: (r) => ({
    shape: [1, 8, 2, 3],
    y: (b) => b.op('DepthToSpace', ['x'], { blocksize: int(2), mode: string(r.pick(['DCR', 'CRD'])) }),
  }),
  SpaceToDepth: () => ({ shape: [1, 2, 4, 6], y: (b) => b.op('SpaceToDepth', ['x'], { blocksize: int(2) }) }),
  Shape: (r) => ({
    shape: image(r),
    y: (b) =>
      b.op('Mul', [
        'x',
        b.op('Cast', [b.op('Gather', [b.op('Shape', ['x']), b.constant(int64Tensor([2], []))])], {
          to: int(1),
        }),
      ]),
  }),
  ArgMax: (r) => ({
    shape: image(r, 3),
    y: (b) => b.op('Add', ['x', b.op('Cast', [b.op('ArgMax', ['x'], { axis: int(1) })], { to: int(1) })]),
  }),
  Resize: resize,
  'random stacks': [stack, stack, stack],
};

/** Straight-through gradients are not those of the function: tested in their own file. */
const elsewhere = ['QuantizeLinear', 'DequantizeLinear'];

test('every rule has a case', () => {
  expect(Object.keys(rules).filter((op) => !(op in cases) && !elsewhere.includes(op))).toEqual([]);
});

describe.each(Object.entries(cases))('%s', (name, makes) => {
  const list = typeof makes === 'function' ? [makes] : makes;
  const seeds = list.length === 1 ? 4 : 2;
  for (const [variant, make] of list.entries()) {
    for (let seed = 1; seed <= seeds; seed++) {
      for (const tail of ['constant', 'run-time'] as const) {
        test(`variant ${variant}, seed ${seed}, ${tail} gradient`, async () => {
          const r = new Random(seed * 7919 + variant * 104729 + name.length);
          const { shape, y, from, gap = 0.05, opset } = make(r);
          const b = new Builder();
          const graph = b.finish(r, shape, y(b), tail === 'run-time', opset);
          const count = shape.reduce((a, d) => a * d, 1);
          const x = r.spaced(count, gap, from);
          const { full, mean, numeric } = await gradients(graph, x);
          const largest = Math.max(maxAbs(numeric), 1e-3);
          expect(maxDifference(full, numeric)).toBeLessThanOrEqual(5e-3 * largest);
          const channels = shape[1]!;
          const plane = count / channels;
          const means = Array.from(
            { length: channels },
            (_, k) => full.slice(k * plane, (k + 1) * plane).reduce((a, v) => a + v, 0) / plane,
          );
          expect(maxDifference(mean, means)).toBeLessThanOrEqual(1e-5 * Math.max(maxAbs(full), 1e-3));
        });
      }
    }
  }
});
