/** What an evaluator sees of a node. */
import { ShapeError, type TypeAndShape } from '../infer/rule.ts';
import type { Node, Tensor } from '../ir.ts';
import { toNumbers } from '../tensor.ts';

export interface EvaluationContext {
  readonly node: Node;
  readonly opset: number;
  /** undefined for an omitted input, and for one whose value does not matter (of Shape, Size and CastLike). */
  readonly inputs: readonly (Tensor | undefined)[];
  readonly shapes: readonly (readonly number[])[];
  /** Types and shapes of the outputs, already inferred. */
  readonly outputs: readonly TypeAndShape[];
}

export type Evaluator = (context: EvaluationContext) => readonly Tensor[];

/** Input `i`, which the operator requires; without it the node cannot be evaluated. */
export function input(c: EvaluationContext, i: number): Tensor {
  const tensor = c.inputs[i];
  if (!tensor) throw new ShapeError(`input ${i} of ${c.node.op} is missing`);
  return tensor;
}

/** The accessors that rules and evaluators share (`sliceRanges`, `reducedAxes`). */
export function accessors(c: EvaluationContext): {
  node: Node;
  has(i: number): boolean;
  shape(i: number): readonly number[];
  numbers(i: number): number[];
} {
  return {
    node: c.node,
    has: (i) => c.inputs[i] !== undefined,
    shape: (i) => c.shapes[i] ?? [],
    numbers: (i) => toNumbers(input(c, i)),
  };
}
