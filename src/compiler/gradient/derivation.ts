/** A derivation under way: the forward graph, the reverse walk over it, and what they emit. */
import { fail } from '../diagnostics.ts';
import { makeAttribute } from '../graph/attributes.ts';
import type { Graph, Node, Tensor } from '../graph/ir.ts';
import { isFloat } from '../graph/tensor.ts';
import { Algebra } from './algebra.ts';
import { constant } from './materialise.ts';
import { Emitter } from './emitter.ts';
import type { Gradient } from './gradient.ts';
import { camberDomain } from './operators.ts';
import type { Rule } from './rule.ts';
import { ruleOf } from './rules/index.ts';
import type { Scores } from './scores.ts';
import type { Paths } from './target.ts';
import { ReverseWalk, usesOf } from './walk.ts';

export interface Derivation {
  readonly emitter: Emitter;
  readonly algebra: Algebra;
  readonly walk: ReverseWalk;
  /** int64 [1], the class explained. */
  readonly classIndex: string;
  /** The optional graph input, int64 [1]. */
  readonly classInput: string;
}

/** Selects the class and seeds the walk. `overrides` replaces rules by operator. */
export function beginDerivation(
  graph: Graph,
  scores: Scores,
  paths: Paths,
  overrides: Readonly<Record<string, Rule>> = {},
): Derivation {
  const floatType = graph.values.get(scores.tensor)!.dtype;
  if (!isFloat(floatType)) {
    fail(
      'CAM204',
      `The class scores ${scores.tensor} are of type ${floatType}`,
      'Choose a floating-point tensor with --score.',
      { tensor: scores.tensor },
    );
  }
  const emitter = new Emitter(graph, floatType);
  const classInput = emitter.fresh('class');
  emitter.describe(classInput, 'int64', [1]);
  const classIndex = emitter.emit('SelectClass', [scores.tensor, classInput], {
    shape: [1],
    dtype: 'int64',
    domain: camberDomain,
    attributes: { single_logit: makeAttribute.int(scores.singleLogit ? 1 : 0) },
    output: emitter.fresh('class_index'),
  });
  const algebra = new Algebra(emitter, classIndex, scores.classes);
  const rule = (node: Node) => (node.domain === '' ? overrides[node.op] : undefined) ?? ruleOf(node)!;
  const walk = new ReverseWalk(graph, algebra, rule, usesOf(graph), paths);
  walk.seed(scores.tensor, seedGradient(scores, graph));
  return { emitter, algebra, walk, classIndex, classInput };
}

/** dz_c/dz: one-hot rows; for a single logit z, class 1 is z and class 0 is -z. */
function seedGradient(scores: Scores, graph: Graph): Gradient {
  const { shape } = graph.values.get(scores.tensor)!;
  if (scores.singleLogit) {
    return constant(shape, { shape: [2, ...shape.slice(1)], data: Float64Array.of(-1, 1) });
  }
  const rows = { kind: 'identity' as const, classes: scores.classes };
  return { kind: 'constant', shape, stored: shape, rows, scale: 1 };
}

/** The forward graph with all that was derived, these outputs besides its own, and the `class` input with its default. */
export function finishDerivation(
  { emitter, classInput }: Derivation,
  outputs: readonly string[],
  classDefault: number,
): Graph {
  const graph = emitter.finish(outputs);
  const initial: Tensor = { dtype: 'int64', shape: [1], data: BigInt64Array.of(BigInt(classDefault)) };
  return {
    ...graph,
    inputs: [...graph.inputs, { name: classInput, dtype: 'int64', shape: [1] }],
    initializers: new Map([...graph.initializers, [classInput, initial]]),
  };
}
