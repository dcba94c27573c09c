import { makeAttribute } from './attributes.ts';
import { consumers, producers } from './edit.ts';
import { evaluateNode } from './evaluate.ts';
import { scalarFunctions } from './evaluate/activations.ts';
import type { Attribute, Graph, Node, Tensor, ValueInfo } from './ir.ts';
import type { Pass } from './pass.ts';
import { elementCount } from './tensor.ts';

/**
 * Replaces the arithmetic that exporters write for SiLU (Swish), HardSwish, HardSigmoid, GELU and Mish by the one
 * operator. Recognition is by value, not by pattern: any element-wise sub-graph with one input, one output and
 * scalar constants is evaluated at sample points and compared with each known activation, so that the order of
 * factors, or a division written as a multiplication, does not matter.
 *
 * Operators newer than the graph's opset (Swish, Gelu) are written out again by the writer (`expand-activations`).
 * Tensors that must survive (graph outputs, kept targets) are never swallowed. Needs inferred shapes.
 */
export const recogniseActivations: Pass = {
  name: 'recognise-activations',
  description: 'Replaces the arithmetic of SiLU, HardSwish, GELU and Mish by one operator.',
  run(graph: Graph): Graph {
    const context: Context = {
      graph,
      producer: producers(graph),
      readers: consumers(graph),
      outputs: new Set(graph.outputs.map((o) => o.name)),
      order: new Map(graph.nodes.map((n, i) => [n, i])),
    };
    const removed = new Set<Node>();
    const replaced = new Map<Node, Node>();
    // From the last node up, so that an activation is found whole before its parts are.
    for (const node of [...graph.nodes].reverse()) {
      if (!roots.has(node.op) || node.domain !== '' || removed.has(node)) continue;
      const found = recognise(node, context);
      if (!found) continue;
      found.cone.forEach((n) => removed.add(n));
      replaced.set(node, found.node);
    }
    if (replaced.size === 0) return graph;
    const nodes = graph.nodes.flatMap((n) => replaced.get(n) ?? (removed.has(n) ? [] : [n]));
    const made = new Set(nodes.flatMap((n) => n.outputs));
    const keep = (name: string): boolean => made.has(name) || !context.producer.has(name);
    return { ...graph, nodes, values: new Map([...graph.values].filter(([name]) => keep(name))) };
  },
};

interface Context {
  readonly graph: Graph;
  readonly producer: ReadonlyMap<string, Node>;
  readonly readers: ReadonlyMap<string, readonly Node[]>;
  readonly outputs: ReadonlySet<string>;
  /** Position of each node. */
  readonly order: ReadonlyMap<Node, number>;
}

/** What the last node of a compound activation can be. */
const roots = new Set(['Mul', 'Div']);

const elementwise = new Set([
  'Add',
  'Sub',
  'Mul',
  'Sum',
  'Div',
  'Pow',
  'Clip',
  'Min',
  'Max',
  ...Object.keys(scalarFunctions),
]);

/** Most nodes of a compound activation; the longest known, GELU by tanh, has 9. */
const maxCone = 12;

/** Dense where activations bend, and far out, where a clipped look-alike would differ. */
const samples = Float32Array.from([
  ...Array.from({ length: 97 }, (_, i) => (i - 48) / 6 + 0.01),
  ...[-3000, -300, -30, -12, 12, 30, 300, 3000],
]);

interface Candidate {
  readonly op: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

const candidates: readonly Candidate[] = [
  { op: 'HardSwish', attributes: {} },
  { op: 'HardSigmoid', attributes: { alpha: makeAttribute.float(1 / 6), beta: makeAttribute.float(0.5) } },
  { op: 'Gelu', attributes: {} },
  { op: 'Gelu', attributes: { approximate: makeAttribute.string('tanh') } },
  { op: 'Mish', attributes: {} },
];

function recognise(root: Node, context: Context): { node: Node; cone: readonly Node[] } | undefined {
  const { graph, producer, order } = context;
  const cone = new Set([root]);
  let frontier = new Set(variableInputs(root, graph));
  while (cone.size <= maxCone && frontier.size > 0) {
    if (frontier.size === 1 && cone.size > 1) {
      const [input] = frontier;
      const match = matches(root, [...cone], input!, context);
      if (match) {
        const node = { ...root, op: match.op, attributes: match.attributes, inputs: [input!] };
        return { node, cone: [...cone] };
      }
    }
    // The latest made tensor goes next: everything that reads it is already inside, or it must stay.
    const next = [...frontier]
      .map((name) => producer.get(name))
      .filter((n) => n !== undefined)
      .sort((a, b) => order.get(b)! - order.get(a)!)[0];
    if (!next || !isInner(next, cone, context)) return undefined;
    cone.add(next);
    frontier = new Set([...frontier].filter((name) => !next.outputs.includes(name)));
    for (const name of variableInputs(next, graph)) frontier.add(name);
  }
  return undefined;
}

function variableInputs(node: Node, graph: Graph): string[] {
  return node.inputs.filter((i) => i !== '' && !graph.initializers.has(i));
}

function isInner(node: Node, cone: ReadonlySet<Node>, { graph, readers, outputs }: Context): boolean {
  const output = node.outputs[0] ?? '';
  if (node.domain !== '' || !elementwise.has(node.op) || outputs.has(output)) return false;
  if (!node.inputs.every((i) => isScalar(graph.initializers.get(i)))) return false;
  return (readers.get(output) ?? []).every((reader) => cone.has(reader));
}

/** True for a constant of one element, and for what is no constant at all. */
function isScalar(tensor: Tensor | undefined): boolean {
  return tensor === undefined || tensor.data.length === 1;
}

function matches(root: Node, cone: readonly Node[], input: string, context: Context): Candidate | undefined {
  const { graph } = context;
  const shape = graph.values.get(input)?.shape;
  const result = graph.values.get(root.outputs[0]!);
  if (!shape || result?.dtype !== 'float32' || elementCount(shape) !== elementCount(result.shape))
    return undefined;
  if (!root.inputs.every((i) => isScalar(graph.initializers.get(i)))) return undefined;
  const found = evaluateCone(root, cone, input, context);
  return found && [...candidates, swishLike(found)].find((c) => c && agrees(c, found));
}

/** The values of the sub-graph at the sample points, or undefined where it cannot be evaluated. */
function evaluateCone(
  root: Node,
  cone: readonly Node[],
  input: string,
  { graph, order }: Context,
): Float32Array | undefined {
  const known = new Map<string, Tensor>([
    [input, { dtype: 'float32', shape: [samples.length], data: samples }],
  ]);
  const values = new Map<string, ValueInfo>();
  const constant = (name: string): Tensor | undefined => known.get(name) ?? graph.initializers.get(name);
  for (const node of [...cone].sort((a, b) => order.get(a)! - order.get(b)!)) {
    const output = node.outputs[0]!;
    values.set(output, { name: output, dtype: 'float32', shape: [samples.length] });
    const result = evaluateNode({ ...node, outputs: [output] }, graph.opset, values, constant);
    if (!result) return undefined;
    known.set(output, result[0]!);
  }
  return known.get(root.outputs[0]!)?.data as Float32Array | undefined;
}

/** x sigmoid(alpha x) with the alpha that fits at one point (GELU's quick form has 1.702). */
function swishLike(values: Float32Array): Candidate | undefined {
  const at = samples.findIndex((x) => x > 1);
  const ratio = values[at]! / samples[at]!;
  if (!(ratio > 0 && ratio < 1)) return undefined;
  const fitted = Math.log(ratio / (1 - ratio)) / samples[at]!;
  const alpha = Math.abs(fitted - 1) < 1e-5 ? 1 : fitted;
  return { op: 'Swish', attributes: alpha === 1 ? {} : { alpha: makeAttribute.float(alpha) } };
}

/** float32 arithmetic of a dozen operators on values up to 8: a few 1e-6. The nearest two functions differ by 1e-4. */
function agrees({ op, attributes }: Candidate, values: Float32Array): boolean {
  const node: Node = { name: '', op, domain: '', inputs: [], outputs: [], attributes };
  return samples.every(
    (x, i) => Math.abs(scalarFunctions[op]!(x, node) - values[i]!) <= 4e-6 * Math.max(1, Math.abs(x)),
  );
}
