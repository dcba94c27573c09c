/**
 * What the rules choose where a function has no derivative. The expected values are those of torch autograd
 * (max_pool2d: first maximum of a window, row-major; amax, maximum: shared; relu, hardtanh: 0 at the bound).
 */
import { expect, test } from 'vitest';
import { makeAttribute } from '../../../src/compiler/graph/attributes.ts';
import { floatTensor } from '../../../src/compiler/graph/tensor.ts';
import { Builder, gradients, Random } from './support.ts';

const { int, ints } = makeAttribute;

/** dz/dx where z is the sum of the operator's outputs. */
async function slopes(shape: number[], x: number[], y: (b: Builder) => string): Promise<number[]> {
  const b = new Builder();
  const total = b.op('ReduceSum', [y(b)], { keepdims: int(1) });
  const graph = b.finish(new Random(1), shape, total, false);
  const weights = graph.initializers.get(graph.nodes.at(-1)!.inputs[1]!)!.data;
  const { full } = await gradients(graph, Float32Array.from(x));
  return Array.from(full, (g) => Math.round((g / Number(weights[1])) * 1e6) / 1e6 + 0);
}

const pool = (attributes: Parameters<Builder['op']>[2]) => (b: Builder) => b.op('MaxPool', ['x'], attributes);

test.each<[string, number[], number[], (b: Builder) => string, number[]]>([
  ['MaxPool, one window', [1, 1, 2, 2], [3, 3, 3, 3], pool({ kernel_shape: ints([2, 2]) }), [1, 0, 0, 0]],
  ['MaxPool, overlapping windows', [1, 1, 1, 3], [5, 5, 5], pool({ kernel_shape: ints([1, 2]) }), [1, 1, 0]],
  [
    'MaxPool, padding is never the maximum',
    [1, 1, 1, 2],
    [-4, -4],
    pool({ kernel_shape: ints([1, 3]), pads: ints([0, 1, 0, 1]) }),
    [2, 0],
  ],
  ['GlobalMaxPool', [1, 2, 1, 2], [7, 7, 1, 2], (b) => b.op('GlobalMaxPool', ['x']), [1, 0, 0, 1]],
  ['ReduceMax', [1, 1, 1, 3], [4, 4, 1], (b) => b.op('ReduceMax', ['x', b.ints(3)]), [0.5, 0.5, 0]],
  ['Max of two', [1, 1, 1, 2], [2, 3], (b) => b.op('Max', ['x', b.constant(floatTensor([], [2]))]), [0.5, 1]],
  ['Relu at 0', [1, 1, 1, 3], [-1, 0, 1], (b) => b.op('Relu', ['x']), [0, 0, 1]],
  [
    'Clip at its bounds',
    [1, 1, 1, 3],
    [0, 3, 6],
    (b) => b.op('Clip', ['x', b.scalar(0), b.scalar(6)]),
    [0, 1, 0],
  ],
  ['Abs at 0', [1, 1, 1, 3], [-2, 0, 2], (b) => b.op('Abs', ['x']), [-1, 0, 1]],
  ['ReduceL2 of zeros', [1, 1, 1, 2], [0, 0], (b) => b.op('ReduceL2', ['x', b.ints(3)]), [0, 0]],
])('%s', async (_, shape, x, y, expected) => {
  expect(await slopes(shape, x, y)).toEqual(expected);
});
