/** `camber.If`: what is left of an ONNX If after reading. Inputs: condition, the outputs of one branch, of the other. */
import type { Node, Tensor } from './ir.ts';

export const choiceDomain = 'camber';
export const choiceOperator = 'If';

export function isChoice(node: Pick<Node, 'op' | 'domain'>): boolean {
  return node.domain === choiceDomain && node.op === choiceOperator;
}

/** The tensors that a choice gives, in the order of its outputs; undefined where its condition is not known. */
export function chosen(node: Node, constant: (name: string) => Tensor | undefined): string[] | undefined {
  const condition = constant(node.inputs[0] ?? '');
  if (!condition) return undefined;
  const first = Number(condition.data[0]) !== 0 ? 1 : 1 + node.outputs.length;
  return node.outputs.map((_, i) => node.inputs[first + i] ?? '');
}
