/** What a gradient rule is, and what it may ask for. */
import type { Graph, Node, Tensor } from '../graph/ir.ts';
import type { Algebra } from './algebra.ts';
import type { Emitter } from './emitter.ts';
import type { Gradient } from './gradient.ts';
import type { Shape } from './shape.ts';

/**
 * The adjoint of one operator. `gradient` gives what this node adds to dz/d(input). `mean`, where there is one,
 * gives the group means of the same (see `Algebra.meanOver`) without computing it at full size, or undefined
 * where this node's attributes or operands do not allow that.
 */
export interface Rule {
  /** Why this node cannot be differentiated with respect to this input, where it cannot. */
  refuses?(facts: NodeFacts, input: number): string | undefined;
  /** True where no gradient passes at all (steps, shapes, indices): the node is no way to the scores. */
  flat?(facts: NodeFacts): boolean;
  gradient(context: RuleContext, input: number): Gradient;
  mean?(context: RuleContext, input: number, groups: number): Gradient | undefined;
}

/** What is known of a node before anything is derived. */
export interface NodeFacts {
  readonly graph: Graph;
  readonly node: Node;
  shape(input: number): Shape;
  outputShape(output?: number): Shape;
  /** An input's value, where it is a constant. */
  constant(input: number): Tensor | undefined;
  /** True where an input does not depend on the image; it may be known by name only. */
  fixed(input: number): boolean;
}

/** One node as its rule sees it. Gradients of outputs are computed only when asked for. */
export interface RuleContext extends NodeFacts {
  readonly algebra: Algebra;
  readonly emitter: Emitter;
  /** dz/d(output). */
  gradient(output?: number): Gradient;
  /** Its mean over groups, [1, groups]. */
  mean(groups: number, output?: number): Gradient;
}
