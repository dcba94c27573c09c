import { floatAttribute, stringAttribute } from './attributes.ts';
import { freshName } from './edit.ts';
import type { Graph, Node, Tensor, ValueInfo } from './ir.ts';
import type { Pass } from './pass.ts';
import { floatTensor } from './tensor.ts';

/**
 * Writes Swish (opset 24) and Gelu (opset 20) out in operators of the graph's opset, where that is older. The
 * counterpart of `recognise-activations`, run by the writer.
 */
export const expandActivations: Pass = {
  name: 'expand-activations',
  description: 'Writes Swish and Gelu out where the opset does not have them.',
  run(graph: Graph): Graph {
    const isNew = (n: Node): boolean => n.domain === '' && graph.opset < (introduced[n.op] ?? 0);
    if (!graph.nodes.some(isNew)) return graph;
    const builder = new Builder(graph);
    const nodes = graph.nodes.flatMap((node) => (isNew(node) ? expansions[node.op]!(node, builder) : [node]));
    const values = new Map([...graph.values, ...builder.values]);
    return {
      ...graph,
      nodes,
      values,
      initializers: new Map([...graph.initializers, ...builder.initializers]),
    };
  },
};

const introduced: Readonly<Record<string, number>> = { Swish: 24, Gelu: 20 };

class Builder {
  readonly values = new Map<string, ValueInfo>();
  readonly initializers = new Map<string, Tensor>();
  private readonly nodeNames: Set<string>;

  constructor(private readonly graph: Graph) {
    this.nodeNames = new Set(graph.nodes.map((n) => n.name));
  }

  scalar(owner: Node, value: number): string {
    const name = this.fresh(`${owner.name}_constant`);
    const { dtype } = this.graph.values.get(owner.outputs[0]!)!;
    const tensor: Tensor = { ...floatTensor([], [value]), dtype };
    this.initializers.set(name, tensor);
    this.values.set(name, { name, ...tensor });
    return name;
  }

  /** A node on intermediate tensors of the owner's shape; its output is the owner's where `last`. */
  node(owner: Node, op: string, inputs: readonly string[], last = false): Node {
    const like = this.graph.values.get(owner.outputs[0]!)!;
    const output = last ? owner.outputs[0]! : this.fresh(`${owner.outputs[0]!}_${op.toLowerCase()}`);
    if (!last) this.values.set(output, { ...like, name: output });
    const name = freshName(
      last ? owner.name : `${owner.name}_${op.toLowerCase()}`,
      last ? new Set() : this.nodeNames,
    );
    this.nodeNames.add(name);
    return { name, op, domain: '', inputs, outputs: [output], attributes: {} };
  }

  private fresh(stem: string): string {
    const { values, initializers } = this.graph;
    const has = (name: string): boolean =>
      values.has(name) || initializers.has(name) || this.values.has(name);
    return freshName(stem, { has });
  }
}

const expansions: Readonly<Record<string, (node: Node, b: Builder) => Node[]>> = {
  /** x sigmoid(alpha x). */
  Swish(node, b) {
    const [x] = node.inputs as [string];
    const alpha = floatAttribute(node, 'alpha', 1);
    const scaled = alpha === 1 ? undefined : b.node(node, 'Mul', [x, b.scalar(node, alpha)]);
    const gate = b.node(node, 'Sigmoid', [scaled?.outputs[0] ?? x]);
    return [...(scaled ? [scaled] : []), gate, b.node(node, 'Mul', [x, gate.outputs[0]!], true)];
  },
  /** 0.5 x (1 + erf(x / sqrt 2)), or its tanh approximation. */
  Gelu(node, b) {
    const [x] = node.inputs as [string];
    const nodes: Node[] = [];
    const add = (op: string, ...inputs: string[]): string => {
      const made = b.node(node, op, inputs);
      nodes.push(made);
      return made.outputs[0]!;
    };
    let inner: string;
    if (stringAttribute(node, 'approximate', 'none') === 'tanh') {
      const cube = add('Mul', add('Mul', x, x), x);
      const sum = add('Add', x, add('Mul', cube, b.scalar(node, 0.044715)));
      inner = add('Tanh', add('Mul', sum, b.scalar(node, Math.sqrt(2 / Math.PI))));
    } else {
      inner = add('Erf', add('Mul', x, b.scalar(node, Math.SQRT1_2)));
    }
    const half = add('Mul', x, b.scalar(node, 0.5));
    const gate = add('Add', inner, b.scalar(node, 1));
    return [...nodes, b.node(node, 'Mul', [half, gate], true)];
  },
};
