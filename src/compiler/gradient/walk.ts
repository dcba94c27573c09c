/**
 * The reverse walk. It pulls: asked for the gradient of a target, it asks the rules of the target's consumers,
 * they ask for the gradients of their outputs, and so up to the class scores. Each gradient is computed once, and
 * one that nobody needs is never computed.
 */
import type { Graph, Node, Tensor } from '../graph/ir.ts';
import type { Algebra } from './algebra.ts';
import { isUniform, zero, type Gradient } from './gradient.ts';
import type { Rule, RuleContext } from './rule.ts';
import type { Paths } from './target.ts';
import { sizeOf, type Shape } from './shape.ts';

export interface Use {
  readonly node: Node;
  readonly input: number;
}

/** What became of the mean of a tensor's gradient at one of its consumers. */
interface MeanStepTaken {
  readonly node: Node;
  readonly how: 'absorbed' | 'stopped';
}
type MeanStep = MeanStepTaken | { readonly node: Node; readonly how: 'passed'; readonly to: string };

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
  /** Position of each tensor's node in the graph. */
  private readonly order = new Map<string, number>();
  private readonly means = new Map<string, Gradient>();
  private readonly steps = new Map<string, MeanStep[]>();

  constructor(
    private readonly graph: Graph,
    private readonly algebra: Algebra,
    private readonly rules: (node: Node) => Rule,
    private readonly uses: ReadonlyMap<string, readonly Use[]>,
    private readonly paths: Pick<Paths, 'reaches' | 'fixed' | 'carries'>,
  ) {
    graph.nodes.forEach((node, i) => node.outputs.forEach((o) => this.order.set(o, i)));
  }

  /** Sets the gradient of the scores themselves. */
  seed(tensor: string, gradient: Gradient): void {
    this.scores = tensor;
    this.full.set(tensor, gradient);
  }

  /** dz_c/dX. What it depends on is computed first, from the scores down, so that depth costs no stack. */
  gradient(tensor: string): Gradient {
    for (const t of this.dependencies(tensor)) this.full.set(t, this.sumOverUses(t));
    return this.full.get(tensor)!;
  }

  private sumOverUses(tensor: string): Gradient {
    const parts = this.consumers(tensor).map(({ node, input }) =>
      this.scoped(node, (c, rule) => rule.gradient(c, input)),
    );
    return this.algebra.sum(parts, this.shape(tensor));
  }

  /** The tensor and all between it and the scores whose gradient is not known yet, those nearest to the scores first. */
  private dependencies(tensor: string): string[] {
    const found = new Set<string>();
    const waiting = [tensor];
    for (let t = waiting.pop(); t !== undefined; t = waiting.pop()) {
      if (found.has(t) || this.full.has(t)) continue;
      found.add(t);
      for (const { node } of this.consumers(t))
        waiting.push(...node.outputs.filter((o) => this.paths.reaches(o)));
    }
    return [...found].sort((a, b) => (this.order.get(b) ?? -1) - (this.order.get(a) ?? -1));
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
      const asked: string[] = [];
      const watching: RuleContext = {
        ...context,
        mean: (n, output = 0) => {
          asked.push(node.outputs[output]!);
          return context.mean(n, output);
        },
      };
      const pushed = rule.mean?.(watching, input, groups);
      if (pushed) {
        if (asked.length === 0) this.record(tensor, { node, how: 'absorbed' });
        for (const to of asked) this.record(tensor, { node, how: 'passed', to });
        return pushed;
      }
      const full = rule.gradient(context, input);
      this.record(tensor, {
        node,
        how: isUniform(full) || sizeOf(full.shape) === groups ? 'absorbed' : 'stopped',
      });
      return this.algebra.meanOver(full, groups);
    });
  }

  private record(tensor: string, step: MeanStep): void {
    this.steps.set(tensor, [...(this.steps.get(tensor) ?? []), step]);
  }

  /**
   * How far the mean of a tensor's gradient moved: `pushed` unless every way stops at a node before it met an
   * operator that changes the plane or takes the mean in (a convolution, a pool, a dense layer); `stops` are the
   * nodes at whose inputs a mean was taken of a gradient computed element by element.
   */
  meanReport(tensor: string): { pushed: boolean; stops: readonly Node[] } {
    const stops = new Set<Node>();
    let pushed = false;
    const visit = (t: string) => {
      for (const step of this.steps.get(t) ?? []) {
        if (step.how === 'stopped') stops.add(step.node);
        if (step.how === 'absorbed') pushed = true;
        if (step.how === 'passed') {
          pushed ||= sizeOf(this.shape(step.to)) !== sizeOf(this.shape(t)) || step.to === this.scores;
          visit(step.to);
        }
      }
    };
    visit(tensor);
    return { pushed: pushed || stops.size === 0, stops: [...stops] };
  }

  private consumers(tensor: string): readonly Use[] {
    return (this.uses.get(tensor) ?? []).filter(({ node }) =>
      node.outputs.some((o) => o !== '' && this.paths.reaches(o)),
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
      fixed: (i) => node.inputs[i] === undefined || this.paths.fixed(node.inputs[i]),
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
    return this.paths.reaches(tensor) ? this.gradient(tensor) : zero(this.shape(tensor));
  }

  private outputMean(tensor: string, groups: number): Gradient {
    return this.paths.reaches(tensor) ? this.mean(tensor, groups) : zero([1, groups]);
  }

  private shape(tensor: string): Shape {
    return this.algebra.emitter.shape(tensor);
  }
}
