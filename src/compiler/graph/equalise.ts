/**
 * Cross-layer equalisation (Nagel et al., Data-Free Quantization through Weight Equalization and Bias Correction, 2019,
 * section 4.1): channels of one tensor that differ in size share one int8 scale badly, so two convolutions in a row are
 * rescaled against each other, W1 / s, b1 / s and W2 * s per channel, until both have the same range there.
 *
 * The factors are powers of two, so the network's floating-point outputs stay what they were to the last bit, and any
 * GradCAM map with them. Allowed only where nothing between the two minds the size of a value: no activation, or one
 * with f(x / s) = f(x) / s.
 */
import { intAttribute } from './attributes.ts';
import { consumers, freshName, useCounts, withInitializers, withoutKeys } from './edit.ts';
import type { Graph, Node, Tensor } from './ir.ts';
import { elementCount } from './tensor.ts';

export const name = 'equalise';
export const description =
  'Rescales convolutions in a row against each other so that channels have like ranges.';

/** Activations with f(x / s) = f(x) / s for positive s. */
const homogeneous = new Set(['Relu', 'LeakyRelu']);
/** Rounds over all pairs: a convolution in the middle of a chain belongs to two. */
const rounds = 20;

export interface SkippedPair {
  readonly first: string;
  readonly second: string;
  readonly why: string;
}

export interface Equalised {
  readonly graph: Graph;
  /** Tensors whose channels were rescaled. */
  readonly tensors: readonly string[];
  readonly skipped: readonly SkippedPair[];
}

interface Pair {
  readonly first: Node;
  readonly second: Node;
  /** Tensors between the two. */
  readonly between: readonly string[];
}

/**
 * @param kept Tensors that must keep their values: the target and what else is read out.
 */
export function equalise(graph: Graph, kept: ReadonlySet<string>): Equalised {
  const { pairs, skipped } = findPairs(graph, kept);
  const data = new Map<Node, Float32Array>();
  const biases = new Map<Node, Float32Array>();
  for (const node of new Set(pairs.flatMap((p) => [p.first, p.second]))) {
    data.set(node, (graph.initializers.get(node.inputs[1]!)!.data as Float32Array).slice());
    const bias = graph.initializers.get(node.inputs[2] ?? '');
    if (bias) biases.set(node, (bias.data as Float32Array).slice());
  }
  const changed = new Set<Pair>();
  for (let round = 0; round < rounds; round++) {
    let moved = false;
    for (const pair of pairs) {
      if (!balance(pair, graph, data, biases)) continue;
      changed.add(pair);
      moved = true;
    }
    if (!moved) break;
  }
  if (changed.size === 0) return { graph, tensors: [], skipped };
  const touched = new Set([...changed].flatMap((p) => [p.first, p.second]));
  return {
    graph: replaceWeights(graph, touched, data, biases),
    tensors: [...changed].flatMap((p) => p.between),
    skipped,
  };
}

function findPairs(graph: Graph, kept: ReadonlySet<string>): { pairs: Pair[]; skipped: SkippedPair[] } {
  const uses = useCounts(graph);
  const readers = consumers(graph);
  const pairs: Pair[] = [];
  const skipped: SkippedPair[] = [];
  for (const first of graph.nodes) {
    if (!isConv(first, graph)) continue;
    const between: string[] = [];
    let why: string | undefined;
    let node: Node | undefined = first;
    do {
      const tensor: string = node.outputs[0]!;
      between.push(tensor);
      if (kept.has(tensor)) why ??= `tensor "${tensor}" is read out`;
      node = uses.get(tensor) === 1 ? readers.get(tensor)?.[0] : undefined;
      if (node?.op === 'Clip') why ??= `node "${node.name}" clamps all channels at the same bound`;
    } while (node && (homogeneous.has(node.op) || node.op === 'Clip'));
    if (!node || !isConv(node, graph) || node.inputs[0] !== between.at(-1)) continue;
    if (why === undefined) pairs.push({ first, second: node, between });
    else skipped.push({ first: first.name, second: node.name, why });
  }
  return { pairs, skipped };
}

function isConv(node: Node, graph: Graph): boolean {
  const constant = (input: string | undefined) =>
    input !== undefined && graph.initializers.get(input)?.dtype === 'float32';
  if (node.op !== 'Conv' || node.domain !== '' || !constant(node.inputs[1])) return false;
  return !node.inputs[2] || constant(node.inputs[2]);
}

/** For each channel between the two: where in the weights it is written, and where it is read. */
function balance(
  { first, second }: Pair,
  graph: Graph,
  data: ReadonlyMap<Node, Float32Array>,
  biases: ReadonlyMap<Node, Float32Array>,
): boolean {
  const [w1, w2] = [data.get(first)!, data.get(second)!];
  const [shape1, shape2] = [first, second].map((n) => graph.initializers.get(n.inputs[1]!)!.shape) as [
    readonly number[],
    readonly number[],
  ];
  const channels = shape1[0]!;
  const row = elementCount(shape1.slice(1));
  const reads = readRuns(shape2, intAttribute(second, 'group', 1));
  let moved = false;
  for (let k = 0; k < channels; k++) {
    const [written, read] = [rangeOf(w1, [[k * row, row]]), rangeOf(w2, reads(k))];
    if (written === 0 || read === 0) continue;
    // s = sqrt(r1 r2) / r2, to the nearest power of two.
    const s = 2 ** Math.round(Math.log2(written / read) / 2);
    if (s === 1) continue;
    moved = true;
    scale(w1, [[k * row, row]], 1 / s);
    scale(w2, reads(k), s);
    const bias = biases.get(first);
    if (bias) bias[k]! /= s;
  }
  return moved;
}

type Run = readonly [start: number, length: number];

/** Where weights [O, I/g, ...] read input channel k. */
function readRuns(shape: readonly number[], groups: number): (channel: number) => Run[] {
  const [outputs, inputs] = shape as [number, number];
  const taps = elementCount(shape.slice(2));
  const perGroup = outputs / groups;
  return (channel) => {
    const [group, column] = [Math.floor(channel / inputs), channel % inputs];
    return Array.from({ length: perGroup }, (_, o) => [
      ((group * perGroup + o) * inputs + column) * taps,
      taps,
    ]);
  };
}

function rangeOf(values: Float32Array, runs: readonly Run[]): number {
  let most = 0;
  for (const [start, length] of runs) {
    for (let i = start; i < start + length; i++) most = Math.max(most, Math.abs(values[i]!));
  }
  return most;
}

function scale(values: Float32Array, runs: readonly Run[], factor: number): void {
  for (const [start, length] of runs) {
    for (let i = start; i < start + length; i++) values[i]! *= factor;
  }
}

/** Weights get names of their own: an initializer may serve other nodes too. */
function replaceWeights(
  graph: Graph,
  touched: ReadonlySet<Node>,
  data: ReadonlyMap<Node, Float32Array>,
  biases: ReadonlyMap<Node, Float32Array>,
): Graph {
  const added = new Map<string, Tensor>();
  const replace = (input: string, values: Float32Array) => {
    const taken = { has: (n: string) => graph.values.has(n) || added.has(n) };
    const fresh = freshName(`${input}_equalised`, taken);
    added.set(fresh, { dtype: 'float32', shape: graph.initializers.get(input)!.shape, data: values });
    return fresh;
  };
  const nodes = graph.nodes.map((node) => {
    if (!touched.has(node)) return node;
    const [input, weights, bias] = node.inputs;
    const inputs = [input!, replace(weights!, data.get(node)!)];
    if (bias) inputs.push(replace(bias, biases.get(node)!));
    return { ...node, inputs };
  });
  const read = new Set(nodes.flatMap((n) => n.inputs));
  const unread = new Set([...graph.initializers.keys()].filter((name) => !read.has(name)));
  const kept = {
    initializers: withoutKeys(graph.initializers, unread),
    values: withoutKeys(graph.values, unread),
  };
  return withInitializers({ ...graph, ...kept, nodes }, added);
}
