/** Derivatives of smooth activations, from x and y = f(x), in standard operators. One entry per function. */
import { floatAttribute, stringAttribute } from '../../graph/attributes.ts';
import type { Node } from '../../graph/ir.ts';
import type { Emitter } from '../emitter.ts';

type Operand = string | number;

/** Arithmetic on tensors and numbers, as formulas are written. */
class Formula {
  constructor(private readonly e: Emitter) {}
  add = (a: Operand, b: Operand) => this.e.binary('Add', a, b);
  sub = (a: Operand, b: Operand) => this.e.binary('Sub', a, b);
  mul = (a: Operand, b: Operand) => this.e.binary('Mul', a, b);
  div = (a: Operand, b: Operand) => this.e.binary('Div', a, b);
  f = (op: string, x: string) => this.e.unary(op, x);
  where(condition: string, a: Operand, b: Operand): string {
    const [x, y] = [a, b].map((v) => (typeof v === 'number' ? this.e.scalar(v) : v)) as [string, string];
    return this.e.emit('Where', [condition, x, y], { shape: this.e.shape(condition) });
  }
  greater = (a: string, b: number) => this.e.binary('Greater', a, b, 'bool');
}

type Derivative = (o: Formula, x: string, y: string, node: Node) => string;

const sqrt2 = Math.SQRT2;
const gaussian: (o: Formula, x: string) => string = (o, x) =>
  o.mul(o.f('Exp', o.mul(o.mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));

/** d/dx of x/2 (1 + tanh u) with u = sqrt(2/pi) (x + 0.044715 x^3). */
const geluTanh: Derivative = (o, x) => {
  const [c, a] = [Math.sqrt(2 / Math.PI), 0.044715];
  const squared = o.mul(x, x);
  const t = o.f('Tanh', o.mul(o.mul(x, o.add(o.mul(squared, a), 1)), c));
  const slope = o.mul(o.add(o.mul(squared, 3 * a), 1), c);
  const inner = o.mul(o.mul(x, o.sub(1, o.mul(t, t))), slope);
  return o.mul(o.add(o.add(t, 1), inner), 0.5);
};

export const derivatives: Readonly<Record<string, Derivative>> = {
  Abs: (o, x) => o.f('Sign', x),
  Exp: (_, __, y) => y,
  Log: (o, x) => o.f('Reciprocal', x),
  Sqrt: (o, _, y) => o.div(0.5, y),
  Reciprocal: (o, _, y) => o.mul(o.mul(y, y), -1),
  Sigmoid: (o, _, y) => o.mul(y, o.sub(1, y)),
  Tanh: (o, _, y) => o.sub(1, o.mul(y, y)),
  Erf: (o, x) => o.mul(o.f('Exp', o.mul(o.mul(x, x), -1)), 2 / Math.sqrt(Math.PI)),
  Softplus: (o, x) => o.f('Sigmoid', x),
  Softsign: (o, x) => {
    const reciprocal = o.f('Reciprocal', o.add(o.f('Abs', x), 1));
    return o.mul(reciprocal, reciprocal);
  },
  Elu: (o, x, y, node) => o.where(o.greater(x, 0), 1, o.add(y, floatAttribute(node, 'alpha', 1))),
  Celu: (o, x, y, node) => o.where(o.greater(x, 0), 1, o.add(o.div(y, floatAttribute(node, 'alpha', 1)), 1)),
  Selu(o, x, y, node) {
    const alpha = floatAttribute(node, 'alpha', 1.67326319217681884765625);
    const gamma = floatAttribute(node, 'gamma', 1.05070102214813232421875);
    return o.where(o.greater(x, 0), gamma, o.add(y, alpha * gamma));
  },
  /** x HardSigmoid(x) with alpha = 1/6, beta = 1/2. */
  HardSwish: (o, x) => o.where(o.greater(x, 3), 1, o.where(o.greater(x, -3), o.add(o.mul(x, 1 / 3), 0.5), 0)),
  /** x tanh(softplus x): t + x sigmoid(x) (1 - t^2). */
  Mish(o, x) {
    const t = o.f('Tanh', o.f('Softplus', x));
    return o.add(t, o.mul(o.mul(x, o.f('Sigmoid', x)), o.sub(1, o.mul(t, t))));
  },
  /** x sigmoid(a x): s + a y (1 - s). */
  Swish(o, x, y, node) {
    const alpha = floatAttribute(node, 'alpha', 1);
    const s = o.f('Sigmoid', alpha === 1 ? x : o.mul(x, alpha));
    return o.add(s, o.mul(o.mul(y, o.sub(1, s)), alpha));
  },
  /** x Phi(x): Phi(x) + x phi(x). */
  Gelu(o, x, y, node) {
    if (stringAttribute(node, 'approximate', 'none') === 'tanh') return geluTanh(o, x, y, node);
    const phi = o.mul(o.add(o.f('Erf', o.mul(x, 1 / sqrt2)), 1), 0.5);
    return o.add(phi, o.mul(x, gaussian(o, x)));
  },
};

/** f'(x) of the activation whose adjoint this node is. */
export function derivative(e: Emitter, node: Node, x: string, y: string): string {
  const name = stringAttribute(node, 'function', '');
  const rule = derivatives[name];
  if (!rule) throw new Error(`no derivative of ${name}`);
  return rule(new Formula(e), x, y, node);
}
