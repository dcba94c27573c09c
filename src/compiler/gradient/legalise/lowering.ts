/** How each structured adjoint operator is written in standard ONNX. */
import {
  floatAttribute,
  intAttribute,
  intsAttribute,
  makeAttribute,
  stringAttribute,
} from '../../graph/attributes.ts';
import type { Node } from '../../graph/ir.ts';
import { arrayOf, sliceArray, transposeArray } from '../array.ts';
import type { Emitter } from '../emitter.ts';
import type { AdjointOperator } from '../operators.ts';
import { sizeOf, type Shape } from '../shape.ts';
import { tapMatrix } from '../window.ts';
import { derivative } from './derivatives.ts';
import { transposedConv, windowIn } from './windows.ts';
import { maxPoolBackward } from './max-pool.ts';

/** Emits standard nodes for a node and gives the tensor that holds its result. */
export type Lowering = (e: Emitter, node: Node, shape: Shape) => string;

/** class < 0 means the class of the highest score, the first of equal ones. */
const selectClass: Lowering = (e, node) => {
  const [scores, wanted] = node.inputs as [string, string];
  const int64 = { shape: [1], dtype: 'int64' as const };
  const flat = e.reshape(scores, [1, sizeOf(e.shape(scores))]);
  const best = intAttribute(node, 'single_logit', 0)
    ? e.reshape(e.cast(e.binary('Greater', flat, 0, 'bool'), 'int64'), [1])
    : e.emit('ArgMax', [flat], {
        ...int64,
        attributes: { axis: makeAttribute.int(1), keepdims: makeAttribute.int(0) },
      });
  const automatic = e.emit('Less', [wanted, e.int64([0])], { shape: [1], dtype: 'bool' });
  return e.emit('Where', [automatic, best, wanted], int64);
};

const seed: Lowering = (e, node, shape) => {
  const classes = e.int64(Array.from({ length: shape[1]! }, (_, i) => i));
  const hit = e.emit('Equal', [classes, node.inputs[0]!], { shape: [shape[1]!], dtype: 'bool' });
  return e.reshape(e.cast(hit, e.floatType), shape);
};

/** One Gather; the scale goes into the table. */
const denseRow: Lowering = (e, node, shape) => {
  const [table, index] = node.inputs as [string, string];
  const scale = floatAttribute(node, 'scale', 1);
  const rows = e.constantOf(table)!;
  const scaled =
    scale === 1
      ? table
      : e.floats(
          `${table}/scaled`,
          rows.shape,
          arrayOf(rows).data.map((x) => x * scale),
        );
  return e.emit('Gather', [scaled, index], { shape, attributes: { axis: makeAttribute.int(0) } });
};

const convBackward: Lowering = (e, node, shape) =>
  transposedConv(e, node.inputs[0]!, node.inputs[1]!, windowIn(node), intAttribute(node, 'group', 1), shape);

/** Rows and columns separate: two small matrix products with 0/1 matrices. */
const borderSums: Lowering = (e, node) => {
  const dY = node.inputs[0]!;
  const [rows, columns] = tapMatrix(windowIn(node), intsAttribute(node, 'input_shape')!, e.shape(dY));
  const left = e.floats(`${node.name}/rows`, rows!.shape, rows!.data);
  const right = transposeArray(columns!, [1, 0]);
  return e.matmul(e.matmul(left, dY), e.floats(`${node.name}/columns`, right.shape, right.data));
};

/** A matrix product per group with the kernels laid out [O/g kh kw, K/g]. */
const convMean: Lowering = (e, node, shape) => {
  const [sums, weights] = node.inputs as [string, string];
  const w = arrayOf(e.constantOf(weights)!);
  const group = intAttribute(node, 'group', 1);
  const scale = floatAttribute(node, 'scale', 1);
  const [perGroup, inputs] = [w.shape[0]! / group, w.shape[1]!];
  const depth = perGroup * sizeOf(w.shape.slice(2));
  const matrix = new Float64Array(group * depth * inputs);
  for (let g = 0; g < group; g++) {
    const laid = transposeArray(sliceArray(w, 0, g * perGroup, perGroup), [0, 2, 3, 1]);
    matrix.set(
      laid.data.map((x) => x * scale),
      g * depth * inputs,
    );
  }
  const name = e.floats(`${weights}/mean`, [group, depth, inputs], matrix);
  return e.reshape(e.matmul(e.reshape(sums, [group, 1, depth]), name), shape);
};

const mask: Lowering = (e, node, shape) => {
  const [g, x] = node.inputs as [string, string];
  const [lower, upper] = [floatAttribute(node, 'lower', -Infinity), floatAttribute(node, 'upper', Infinity)];
  const tests = [
    ...(lower > -Infinity ? [e.binary('Greater', x, lower, 'bool')] : []),
    ...(upper < Infinity ? [e.binary('Less', x, upper, 'bool')] : []),
  ];
  if (tests.length === 0) return g;
  const inside = tests.length === 1 ? tests[0]! : e.binary('And', tests[0]!, tests[1]!, 'bool');
  return e.emit('Where', [inside, g, e.scalar(0)], { shape });
};

const slope: Lowering = (e, node, shape) => {
  const [g, x, slopes] = node.inputs as [string, string, string];
  const positive = e.binary('Greater', x, 0, 'bool');
  return e.emit('Where', [positive, g, e.binary('Mul', g, slopes)], { shape });
};

const spread: Lowering = (e, node, shape) => {
  const [g] = node.inputs as [string];
  const scale = floatAttribute(node, 'scale', 1);
  const scaled = scale === 1 ? g : e.binary('Mul', g, scale);
  return e.expand(e.reshape(scaled, [1, shape[1]!, 1, 1]), shape);
};

/** The number of taps that count for each output, [1, 1, Ho, Wo]. */
function tapCounts(node: Node, input: Shape, output: Shape): Float64Array {
  const w = windowIn(node);
  const divisor = stringAttribute(node, 'divisor', 'inside');
  const size = output.slice(2).reduce((n, d) => n * d, 1);
  if (divisor === 'one') return new Float64Array(size).fill(1);
  // "padded" counts the declared padding as input; a ceil_mode window reaching beyond even that is cut there.
  const grown =
    divisor === 'padded'
      ? [1, 1, ...input.slice(2).map((d, i) => d + w.padsBegin[i]! + w.padsEnd[i]!)]
      : input;
  const shifted = divisor === 'padded' ? { ...w, padsBegin: w.padsBegin.map(() => 0) } : w;
  const counts = tapMatrix(shifted, grown, output).map((m) => {
    const [taps, n] = m.shape as [number, number];
    return Array.from({ length: n }, (_, o) =>
      Array.from({ length: taps }, (_, t) => m.data[t * n + o]!).reduce((a, b) => a + b),
    );
  });
  return counts.reduce(
    (all, axis) => Float64Array.from([...all].flatMap((a) => axis.map((b) => a * b))),
    Float64Array.of(1),
  );
}

/** dY divided by its window's count, then a depth-wise transposed convolution with ones. */
const averagePoolBackward: Lowering = (e, node, shape) => {
  const dY = node.inputs[0]!;
  const output = e.shape(dY);
  const counts = tapCounts(node, shape, output);
  const even = counts.every((n) => n === counts[0]);
  const shares = even
    ? dY
    : e.binary(
        'Mul',
        dY,
        e.floats(
          `${node.name}/shares`,
          [1, 1, ...output.slice(2)],
          counts.map((n) => 1 / n),
        ),
      );
  const w = windowIn(node);
  const channels = shape[1]!;
  const kernel = new Float64Array(channels * sizeOf(w.kernel)).fill(even ? 1 / counts[0]! : 1);
  const weights = e.floats(`${node.name}/ones`, [channels, 1, ...w.kernel], kernel);
  return transposedConv(e, shares, weights, w, channels, shape);
};

const activationBackward: Lowering = (e, node) => {
  const [g, x, y] = node.inputs as [string, string, string];
  return e.binary('Mul', g, derivative(e, node, x, y));
};

/** L = ReLU(sum_k alpha_k (A_k - shift_k)): a 1x1 convolution whose weights are alpha. */
const heatMap: Lowering = (e, node, shape) => {
  const [alpha, a, shift] = node.inputs as [string, string, string | undefined];
  const channels = e.shape(a)[1]!;
  const inputs = [a, e.reshape(alpha, [1, channels, 1, 1])];
  if (shift) {
    const less = arrayOf(e.constantOf(shift)!).data.map((x) => -x);
    inputs.push(e.reshape(e.matmul(alpha, e.floats(`${shift}/negative`, [channels, 1], less)), [1]));
  }
  const sum = e.emit('Conv', inputs, { shape, attributes: { kernel_shape: makeAttribute.ints([1, 1]) } });
  return e.cast(e.unary('Relu', sum), 'float32');
};

export const lowerings: Readonly<Record<AdjointOperator, Lowering>> = {
  SelectClass: selectClass,
  Seed: seed,
  DenseRow: denseRow,
  ConvBackward: convBackward,
  BorderSums: borderSums,
  ConvMean: convMean,
  Mask: mask,
  Slope: slope,
  ActivationBackward: activationBackward,
  Spread: spread,
  MaxPoolBackward: maxPoolBackward,
  AveragePoolBackward: averagePoolBackward,
  HeatMap: heatMap,
};
