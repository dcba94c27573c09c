import { makeAttribute } from './attributes.ts';
import { consumers, freshName, withInitializers } from './edit.ts';
import { evaluateNode } from './evaluate.ts';
import type { Graph, Node, Tensor } from './ir.ts';
import type { Pass } from './pass.ts';
import { elementCount, int64Tensor, strides } from './tensor.ts';

/**
 * Merges chains of Reshape, Flatten, Squeeze, Unsqueeze and Transpose into one node: a Reshape where the elements
 * keep their order (nothing where they keep their shape, too: `remove-identity` takes an Identity), a Transpose
 * where it says the same, and for the channel shuffle of ShuffleNet (Reshape, Transpose, Reshape) a Gather of
 * channels.
 *
 * What a chain does is found by sending the element numbers 0, 1, 2, ... through it, not by its form. Tensors that
 * others read, graph outputs and kept targets end a chain. Needs inferred shapes.
 */
export const mergeRelayouts: Pass = {
  name: 'merge-relayouts',
  description: 'Merges chains of Reshape and Transpose; recognises channel shuffle.',
  run(graph: Graph): Graph {
    const readers = consumers(graph);
    const outputs = new Set(graph.outputs.map((o) => o.name));
    const removed = new Set<Node>();
    const replaced = new Map<Node, Node>();
    const added = new Map<string, Tensor>();
    let traced = 0;
    const merge = (chain: readonly Node[]): boolean => {
      traced += chain.length * elementCount(graph.values.get(chain[0]!.inputs[0]!)?.shape ?? []);
      if (traced > maxTraced) return false;
      const merged = mergeChain(chain, graph, added);
      if (!merged) return false;
      chain.forEach((n) => removed.add(n));
      replaced.set(chain.at(-1)!, merged);
      return true;
    };
    for (const head of graph.nodes) {
      if (removed.has(head) || !isRelayout(head, graph)) continue;
      const chain = [head];
      for (;;) {
        const output = chain.at(-1)!.outputs[0]!;
        const next = outputs.has(output) ? undefined : readers.get(output);
        if (next?.length !== 1 || !isRelayout(next[0]!, graph)) break;
        chain.push(next[0]!);
      }
      // The longest part of the chain, from its head, that comes down to one node.
      for (let length = chain.length; length > 1; length--) if (merge(chain.slice(0, length))) break;
    }
    if (replaced.size === 0) return graph;
    const nodes = graph.nodes.flatMap((n) => replaced.get(n) ?? (removed.has(n) ? [] : [n]));
    const gone = new Set([...removed].filter((n) => !replaced.has(n)).flatMap((n) => n.outputs));
    const values = new Map([...graph.values].filter(([name]) => !gone.has(name)));
    return withInitializers({ ...graph, nodes, values }, added);
  },
};

const relayouts = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose']);

function isRelayout(node: Node, graph: Graph): boolean {
  return relayouts.has(node.op) && node.domain === '' && !graph.initializers.has(node.inputs[0] ?? '');
}

/** Beyond this, in one chain and in all, the element numbers would take noticeable time and memory. */
const maxElements = 1 << 22;
const maxTraced = 1 << 25;

function mergeChain(chain: readonly Node[], graph: Graph, added: Map<string, Tensor>): Node | undefined {
  const last = chain.at(-1)!;
  const input = chain[0]!.inputs[0]!;
  const from = graph.values.get(input)?.shape;
  const to = graph.values.get(last.outputs[0]!)?.shape;
  if (!from || !to || elementCount(from) > maxElements) return undefined;
  const order = trace(chain, from, graph);
  if (!order) return undefined;
  const constant = (suffix: string, values: readonly number[]): string => {
    const taken = { has: (name: string) => graph.values.has(name) || added.has(name) };
    const name = freshName(`${last.name}_${suffix}`, taken);
    added.set(name, int64Tensor(values));
    return name;
  };
  if (order.every((v, i) => v === i)) {
    if (sameShape(from, to)) return { ...last, op: 'Identity', inputs: [input], attributes: {} };
    return { ...last, op: 'Reshape', inputs: [input, constant('shape', to)], attributes: {} };
  }
  const perm = transposition(order, from, to);
  if (perm)
    return { ...last, op: 'Transpose', inputs: [input], attributes: { perm: makeAttribute.ints(perm) } };
  const channels = channelOrder(order, from, to);
  if (!channels) return undefined;
  const attributes = { axis: makeAttribute.int(1) };
  return { ...last, op: 'Gather', inputs: [input, constant('channels', channels)], attributes };
}

/** Which element of the chain's input stands at each place of its output. */
function trace(chain: readonly Node[], from: readonly number[], graph: Graph): Int32Array | undefined {
  const data = new Int32Array(elementCount(from)).map((_, i) => i);
  const input = chain[0]!.inputs[0]!;
  const known = new Map<string, Tensor>([[input, { dtype: 'int32', shape: from, data }]]);
  for (const node of chain) {
    const constant = (name: string): Tensor | undefined => known.get(name) ?? graph.initializers.get(name);
    const result = evaluateNode(node, graph.opset, graph.values, constant);
    if (!result) return undefined;
    known.set(node.outputs[0]!, result[0]!);
  }
  return known.get(chain.at(-1)!.outputs[0]!)!.data as Int32Array;
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((d, i) => d === b[i]);
}

function transposition(
  order: Int32Array,
  from: readonly number[],
  to: readonly number[],
): number[] | undefined {
  if (from.length !== to.length || from.length > 5) return undefined;
  const step = strides(from);
  return permutations(from.length).find((perm) => {
    const moved = perm.map((axis) => step[axis]!);
    return (
      sameShape(
        perm.map((axis) => from[axis]!),
        to,
      ) && counts(order, to, moved)
    );
  });
}

/** True where `order` holds the offsets of a view with these strides. */
function counts(order: Int32Array, shape: readonly number[], step: readonly number[]): boolean {
  const walk = (axis: number, at: number, offset: number): boolean => {
    if (axis === shape.length) return order[at] === offset;
    const inner = elementCount(shape.slice(axis + 1));
    for (let i = 0; i < shape[axis]!; i++)
      if (!walk(axis + 1, at + i * inner, offset + i * step[axis]!)) return false;
    return true;
  };
  return walk(0, 0, 0);
}

function permutations(n: number): number[][] {
  if (n === 0) return [[]];
  return permutations(n - 1).flatMap((p) =>
    Array.from({ length: n }, (_, at) => [...p.slice(0, at), n - 1, ...p.slice(at)]),
  );
}

/** The source channel of each channel, where whole channels move and nothing else does. */
function channelOrder(
  order: Int32Array,
  from: readonly number[],
  to: readonly number[],
): number[] | undefined {
  if (from.length < 3 || !sameShape(from, to) || from[0] !== 1) return undefined;
  const size = elementCount(from.slice(2));
  const channels = Array.from({ length: from[1]! }, (_, k) => order[k * size]! / size);
  return order.every((v, i) => v === channels[Math.floor(i / size)]! * size + (i % size))
    ? channels
    : undefined;
}
