/** Small networks with a product of two run-time tensors in the middle. */
import { makeAttribute } from '../../src/compiler/graph/attributes.ts';
import { Builder, Random } from '../compiler/gradient/support.ts';

const shape = [1, 3, 9, 9];
export const channels = 8;
export const pads = { pads: makeAttribute.ints([1, 1, 1, 1]) };

export type Gate = (b: Builder, r: Random, features: string) => string;

/** What is multiplied with what: `features` is [1, 8, 9, 9]. */
export const gates: Record<string, Gate> = {
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

/** Convolution, ReLU, the product, convolution to 6 channels, ReLU, average, dense; and the tensors on the way. */
export function gatedNetwork(gate: Gate, width: number = channels) {
  const [b, r] = [new Builder(), new Random(3)];
  const features = b.op('Relu', [b.op('Conv', ['x', b.constant(r.tensor([channels, 3, 3, 3]))], pads)]);
  const gated = gate(b, r, features);
  const last = b.op('Relu', [b.op('Conv', [gated, b.constant(r.tensor([6, width, 3, 3]))], pads)]);
  const flat = b.op('Flatten', [b.op('GlobalAveragePool', [last])], { axis: makeAttribute.int(1) });
  const scores = b.op('Gemm', [flat, b.constant(r.tensor([4, 6]))], { transB: makeAttribute.int(1) });
  return { graph: b.graph(shape, scores, 20), features, gated, last };
}

const random = new Random(8);
export const pictures = Array.from({ length: 4 }, () => random.tensor(shape).data as Float32Array);
