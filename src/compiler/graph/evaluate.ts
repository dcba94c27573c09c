/** Evaluation of single nodes on constants: what constant folding and shape inference need, and no more. */
import { chosen, isChoice } from './branches.ts';
import { layoutEvaluators } from './evaluate/layout.ts';
import { arithmeticEvaluators } from './evaluate/arithmetic.ts';
import type { Evaluator } from './evaluate/evaluator.ts';
import { ShapeError } from './infer/rule.ts';
import type { Node, Tensor, ValueInfo } from './ir.ts';

const evaluators: Readonly<Record<string, Evaluator>> = { ...layoutEvaluators, ...arithmeticEvaluators };

/** Inputs of which only the type or the shape matters, by operator: their values need not be known. */
const valueIgnored: Readonly<Record<string, number>> = { Shape: 0, Size: 0, CastLike: 1 };

/**
 * The outputs of a node, or undefined where its inputs are not all known or its operator is not one that is
 * folded. `values` must hold the node's output types and shapes.
 */
export function evaluateNode(
  node: Node,
  opset: number,
  values: ReadonlyMap<string, ValueInfo>,
  constant: (name: string) => Tensor | undefined,
): readonly Tensor[] | undefined {
  if (isChoice(node)) {
    const tensors = chosen(node, constant)?.map(constant);
    return tensors?.every((t) => t !== undefined) ? tensors : undefined;
  }
  const evaluator =
    node.domain === '' && Object.hasOwn(evaluators, node.op) ? evaluators[node.op] : undefined;
  if (!evaluator) return undefined;
  const inputs: (Tensor | undefined)[] = [];
  for (const [i, name] of node.inputs.entries()) {
    const needed = name !== '' && valueIgnored[node.op] !== i;
    const tensor = needed ? constant(name) : undefined;
    if (needed && !tensor) return undefined;
    inputs.push(tensor);
  }
  const outputs = node.outputs.map((name) => values.get(name));
  if (outputs.some((o) => o === undefined || o.dtype === 'string')) return undefined;
  try {
    return evaluator({
      node,
      opset,
      inputs,
      shapes: node.inputs.map((name) => values.get(name)?.shape ?? []),
      outputs: outputs as ValueInfo[],
    });
  } catch (error) {
    if (error instanceof ShapeError) return undefined;
    throw error;
  }
}
