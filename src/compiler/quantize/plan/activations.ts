/** Activations that are no ReLU: looked up in a table, or a second multiplier below zero. */
import { floatAttribute, makeAttribute } from '../../graph/attributes.ts';
import type { Node } from '../../graph/ir.ts';
import type { StageBuilder } from './builder.ts';
import { constantOf, unsupported } from './support.ts';

/** Functions of one variable that a table of 256 entries stands for. */
export const lookUps = [
  'Tanh',
  'Sigmoid',
  'Elu',
  'Selu',
  'Celu',
  'Softplus',
  'Softsign',
  'HardSigmoid',
  'HardSwish',
  'Swish',
  'Gelu',
  'Mish',
  'Erf',
] as const;

/** A Clip as a function of one variable: its constant bounds as attributes. */
export function boundedActivation(node: Node, lower: number, upper: number): Node {
  return { ...node, attributes: { min: makeAttribute.float(lower), max: makeAttribute.float(upper) } };
}

/** Where a piecewise linear activation is not flat; undefined for others. */
export function kinksOf(activation: Node): readonly [lower: number, upper: number] | undefined {
  const attribute = (key: string, otherwise: number) => floatAttribute(activation, key, otherwise);
  if (activation.op === 'Clip') return [attribute('min', -Infinity), attribute('max', Infinity)];
  if (activation.op !== 'HardSigmoid') return undefined;
  const [a, b] = [attribute('alpha', 0.2), attribute('beta', 0.5)];
  const [lower, upper] = [-b / a, (1 - b) / a].sort((x, y) => x - y) as [number, number];
  return [lower, upper];
}

/** In the output stage of what it reads, where that is open; else in a copy's. */
export function lookUp(node: Node, build: StageBuilder): void {
  const [input, output] = [node.inputs[0]!, node.outputs[0]!];
  const stage = build.open(input) ?? build.copy(node, input);
  build.fuse(stage, node, output, { tensor: input, residual: stage.residual !== undefined });
  stage.activation = node;
}

export function leakyRelu(node: Node, build: StageBuilder): void {
  bend(node, build, Float64Array.of(floatAttribute(node, 'alpha', 0.01)));
}

export function pRelu(node: Node, build: StageBuilder): void {
  const slopes = constantOf(build.graph, node.inputs[1]);
  const { channels } = build.describe(build.resolve(node.inputs[0]!));
  if (!slopes) return unsupported(build, node, 'its slope is computed at run time');
  if (slopes.length !== 1 && slopes.length !== channels)
    return unsupported(build, node, 'a slope that is not one number per channel has no integer mapping');
  bend(node, build, slopes);
}

/** A slope takes the place of a residual in the output stage. */
function bend(node: Node, build: StageBuilder, slopes: Float64Array): void {
  const [input, output] = [node.inputs[0]!, node.outputs[0]!];
  const open = build.open(input);
  const stage = open && open.residual === undefined ? open : build.copy(node, input);
  build.fuse(stage, node, output, { tensor: input, residual: false });
  stage.slope = slopes;
}
