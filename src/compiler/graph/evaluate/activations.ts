/**
 * Element-wise functions of one variable, as the ONNX operator specification defines them, in double precision.
 * One table for constant folding, for recognising compound activations, and for whoever tabulates an activation.
 */
import { floatAttribute, stringAttribute } from '../attributes.ts';
import type { Node } from '../ir.ts';

/** f(x) of an operator with its attributes. */
export type ScalarFunction = (x: number, node: Node) => number;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** log(1 + e^x) without overflow. */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** The error function: its Maclaurin series near 0, Lentz's continued fraction of erfc beyond; 1e-15 absolute. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let k = 60; k > 0; k--) fraction = k / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * (a + fraction)));
}

function gelu(x: number, node: Node): number {
  if (stringAttribute(node, 'approximate', 'none') === 'tanh') {
    return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
  }
  return 0.5 * x * (1 + erf(x / Math.SQRT2));
}

function hardSigmoid(x: number, alpha: number, beta: number): number {
  return Math.max(0, Math.min(1, alpha * x + beta));
}

function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
}

const selu = { alpha: 1.6732632423543772, gamma: 1.0507009873554805 };

export const scalarFunctions: Readonly<Record<string, ScalarFunction>> = {
  Abs: Math.abs,
  Ceil: Math.ceil,
  Celu: (x, n) => {
    const alpha = floatAttribute(n, 'alpha', 1);
    return Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha));
  },
  Elu: (x, n) => (x < 0 ? floatAttribute(n, 'alpha', 1) * Math.expm1(x) : x),
  Erf: erf,
  Exp: Math.exp,
  Floor: Math.floor,
  Gelu: gelu,
  HardSigmoid: (x, n) => hardSigmoid(x, floatAttribute(n, 'alpha', 0.2), floatAttribute(n, 'beta', 0.5)),
  HardSwish: (x) => x * hardSigmoid(x, 1 / 6, 0.5),
  LeakyRelu: (x, n) => (x < 0 ? floatAttribute(n, 'alpha', 0.01) * x : x),
  Log: Math.log,
  Mish: (x) => x * Math.tanh(softplus(x)),
  Neg: (x) => -x,
  Reciprocal: (x) => 1 / x,
  Relu: (x) => Math.max(0, x),
  Round: roundHalfEven,
  Selu: (x, n) => {
    const gamma = floatAttribute(n, 'gamma', selu.gamma);
    return gamma * (x > 0 ? x : floatAttribute(n, 'alpha', selu.alpha) * Math.expm1(x));
  },
  Sigmoid: sigmoid,
  Sign: Math.sign,
  Softplus: softplus,
  Softsign: (x) => x / (1 + Math.abs(x)),
  Sqrt: Math.sqrt,
  Swish: (x, n) => x * sigmoid(floatAttribute(n, 'alpha', 1) * x),
  Tanh: Math.tanh,
  ThresholdedRelu: (x, n) => (x > floatAttribute(n, 'alpha', 1) ? x : 0),
};
