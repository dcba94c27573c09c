import { floatAttribute, intAttribute, makeAttribute } from './attributes.ts';
import { freshName, producers, withInitializers } from './edit.ts';
import type { Graph, Node, Tensor, ValueInfo } from './ir.ts';
import { allocate } from './tensor.ts';

export const name = 'both-classes';
export const description = 'Gives a single logit z the two scores that it stands for: [-z, z].';

/**
 * Class 0 of a single logit has the score -z, class 1 has z. A dense layer that computes z gets its row twice, once
 * negated: that costs no rounding. Any other z is read by a dense layer of two weights.
 *
 * @param exact False where the layer's own numbers must stay (a model that came quantised rounds z).
 * @returns the graph, whose outputs stay as they are, and the tensor [1, 2].
 */
export function bothClasses(graph: Graph, logit: string, exact: boolean): { graph: Graph; scores: string } {
  const value = graph.values.get(logit)!;
  const scores = freshName(`${logit}/both`, graph.values);
  const parts = (exact ? twice(graph, logit, scores) : undefined) ?? behind(value, scores);
  const values: [string, ValueInfo][] = parts.values.map((v) => [v.name, v]);
  const added = withInitializers(graph, parts.initializers);
  return {
    graph: {
      ...added,
      nodes: [...graph.nodes, ...parts.nodes],
      values: new Map([...added.values, ...values]),
    },
    scores,
  };
}

interface Parts {
  readonly nodes: readonly Node[];
  readonly initializers: readonly (readonly [string, Tensor])[];
  readonly values: readonly ValueInfo[];
}

function dense(name: string, inputs: readonly string[], output: string): Node {
  return {
    name,
    op: 'Gemm',
    domain: '',
    inputs,
    outputs: [output],
    attributes: { transB: makeAttribute.int(1) },
  };
}

/** The same dense layer with the row -w, -b in front of w, b. Undefined where z is computed by something else. */
function twice(graph: Graph, logit: string, scores: string): Parts | undefined {
  const node = producers(graph).get(logit);
  if (node?.op !== 'Gemm' || node.domain !== '' || intAttribute(node, 'transA', 0) !== 0) return undefined;
  const [input, weightName, biasName] = node.inputs;
  const weights = graph.initializers.get(weightName!);
  const bias = biasName ? graph.initializers.get(biasName) : undefined;
  if (!weights || (biasName && !bias)) return undefined;
  const [w, b] = [`${scores}/weights`, `${scores}/bias`];
  const negated = (tensor: Tensor, shape: readonly number[], factor: number): Tensor => {
    const data = allocate(tensor.dtype as 'float32', 2 * tensor.data.length) as Float32Array;
    (tensor.data as Float32Array).forEach((v, i) => {
      data[i] = -factor * v;
      data[tensor.data.length + i] = factor * v;
    });
    return { dtype: tensor.dtype, shape, data };
  };
  // A single row reads the same whether it is stored transposed or not.
  const rows = negated(weights, [2, weights.data.length], floatAttribute(node, 'alpha', 1));
  const both = bias && negated(bias, [2], floatAttribute(node, 'beta', 1));
  return {
    nodes: [dense(`${node.name}/both`, [input!, w, ...(both ? [b] : [])], scores)],
    initializers: [[w, rows], ...(both ? [[b, both] as const] : [])],
    values: [{ name: scores, dtype: weights.dtype, shape: [1, 2] }],
  };
}

/** A dense layer of the weights -1 and 1 behind z. */
function behind({ name: logit, dtype, shape }: ValueInfo, scores: string): Parts {
  const w = `${scores}/weights`;
  const data = allocate(dtype as 'float32', 2) as Float32Array;
  data.set([-1, 1]);
  const flat = shape.length === 2 ? logit : `${scores}/flat`;
  const flatten: Node = {
    name: `${scores}/flatten`,
    op: 'Flatten',
    domain: '',
    inputs: [logit],
    outputs: [flat],
    attributes: { axis: makeAttribute.int(1) },
  };
  return {
    nodes: [...(flat === logit ? [] : [flatten]), dense(`${scores}/dense`, [flat, w], scores)],
    initializers: [[w, { dtype, shape: [2, 1], data }]],
    values: [
      { name: scores, dtype, shape: [1, 2] },
      ...(flat === logit ? [] : [{ name: flat, dtype, shape: [1, 1] }]),
    ],
  };
}
