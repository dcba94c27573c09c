/**
 * The reverse walk. It pulls: asked for the gradient of a target, it asks the rules of the target's consumers,
 * they ask for the gradients of their outputs, and so up to the class scores. Each gradient is computed once, and
 * one that nobody needs is never computed.
 */
import type { Graph, Node, Tensor } from '../graph/ir.ts';
import type { Algebra } from './algebra.ts';
import { isUniform, zero, type Gradient } from './gradient.ts';
import type { Rule, RuleContext } from './rule.ts';
import type { Shape } from './shape.ts';

export interface Use {
  readonly node: Node;
  readonly input: number;
}

/** Who reads each tensor. */
export function usesOf(graph: Graph): Map<string, Use[]> {
  const uses = new Map<string, Use[]>();
  for (const node of graph.nodes) {
    node.inputs.forEach((tensor, input) => {
      if (tensor === '') return;
      const list = uses.get(tensor);
      if (list) list.push({ node, input });
      else uses.set(tensor, [{ node, input }]);
    });
  }
  return uses;
}

export class ReverseWalk {
  private readonly full = new Map<string, Gradient>();
  private scores = '';
  private readonly means = new Map<string, Gradient>();
  /** Nodes where the mean could not be pushed further, by the tensor whose mean was wanted. */
  readonly blockers = new Map<string, Node[]>();

  constructor(
    private readonly graph: Graph,
    private readonly algebra: Algebra,
    private readonly rules: (node: Node) => Rule,
    private readonly uses: ReadonlyMap<string, readonly Use[]>,
    /** Tensors whose every path leads to the scores only through rules, and whose gradient is not zero by structure. */
    private readonly reaches: (tensor: string) => boolean,
  ) {}

  /** Sets the gradient of the scores themselves. */
  seed(tensor: string, gradient: Gradient): void {
    this.scores = tensor;
    this.full.set(tensor, gradient);
  }

  /** dz_c/dX. */
  gradient(tensor: string): Gradient {
    let g = this.full.get(tensor);
    if (!g) {
      const shape = this.algebra.emitter.shape(tensor);
      const parts = this.consumers(tensor).map(({ node, input }) =>
        this.scoped(node, (c, r) => r.gradient(c, input)),
      );
      g = this.algebra.sum(parts, shape);
      this.full.set(tensor, g);
    }
    return g;
  }

  /** The mean of dz_c/dX over each of `groups` groups, [1, groups]; pushed towards the scores as far as it goes. */
  mean(tensor: string, groups: number): Gradient {
    const key = `${groups} ${tensor}`;
    let g = this.means.get(key);
    if (!g) {
      if (tensor === this.scores) g = this.algebra.meanOver(this.gradient(tensor), groups);
      else
        g = this.algebra.sum(
          this.consumers(tensor).map((use) => this.meanThrough(tensor, use, groups)),
          [1, groups],
        );
      this.means.set(key, g);
    }
    return g;
  }

  private meanThrough(tensor: string, { node, input }: Use, groups: number): Gradient {
    return this.scoped(node, (context, rule) => {
      const pushed = rule.mean?.(context, input, groups);
      if (pushed) return pushed;
      const full = rule.gradient(context, input);
      if (!isUniform(full)) this.blockers.set(tensor, [...(this.blockers.get(tensor) ?? []), node]);
      return this.algebra.meanOver(full, groups);
    });
  }

  private consumers(tensor: string): readonly Use[] {
    return (this.uses.get(tensor) ?? []).filter(({ node }) =>
      node.outputs.some((o) => o !== '' && this.reaches(o)),
    );
  }

  /** Runs a rule. What it asks for is computed before it emits, so names are scoped anew after each answer. */
  private scoped<T>(node: Node, run: (context: RuleContext, rule: Rule) => T): T {
    const { emitter } = this.algebra;
    const scope = `${node.name}/grad`;
    const outer = emitter.scope;
    const within = <V>(answer: () => V): V => {
      const value = answer();
      emitter.scope = scope;
      return value;
    };
    const output = (i = 0) => node.outputs[i]!;
    const context: RuleContext = {
      graph: this.graph,
      node,
      algebra: this.algebra,
      emitter,
      shape: (i) => emitter.shape(node.inputs[i]!),
      outputShape: (i) => emitter.shape(output(i)),
      constant: (i): Tensor | undefined => (node.inputs[i] ? emitter.constantOf(node.inputs[i]) : undefined),
      gradient: (i) => within(() => this.outputGradient(output(i))),
      mean: (groups, i) => within(() => this.outputMean(output(i), groups)),
    };
    emitter.scope = scope;
    try {
      return run(context, this.rules(node));
    } finally {
      emitter.scope = outer;
    }
  }

  private outputGradient(tensor: string): Gradient {
    return this.reaches(tensor) ? this.gradient(tensor) : zero(this.shape(tensor));
  }

  private outputMean(tensor: string, groups: number): Gradient {
    return this.reaches(tensor) ? this.mean(tensor, groups) : zero([1, groups]);
  }

  private shape(tensor: string): Shape {
    return this.algebra.emitter.shape(tensor);
  }
}
