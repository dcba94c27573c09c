import { intAttribute, makeAttribute } from './attributes.ts';
import { dataTypeCode, dataTypeFromCode } from './data-type-codes.ts';
import { freshName, renameInputs } from './edit.ts';
import type { Attribute, DataType, Graph, Node, Tensor, ValueInfo } from './ir.ts';
import type { Pass } from './pass.ts';

/**
 * Lets a float16 or bfloat16 model compute in float32: its weights are widened, and Casts at the graph's inputs and
 * outputs keep its interface. Later stages so meet one floating-point type, and gradients are not rounded to
 * 11 bits. Scores differ from the original's by its own rounding. Needs inferred shapes.
 */
export const float32Inside: Pass = {
  name: 'float32-inside',
  description: 'Computes half-precision models in float32; casts keep the interface.',
  run(graph: Graph): Graph {
    const made = new Set(graph.nodes.flatMap((n) => n.outputs));
    const isComputed = graph.outputs.every((o) => made.has(o.name));
    if (!isComputed || ![...graph.values.values()].some((v) => isHalf(v.dtype))) return graph;
    const values = new Map([...graph.values].map(([name, v]) => [name, { ...v, dtype: widened(v.dtype) }]));
    const boundary = new Boundary(graph, values);
    const before = graph.inputs.flatMap((input) => (isHalf(input.dtype) ? [boundary.input(input)] : []));
    const outputs = graph.outputs.flatMap((output) =>
      isHalf(output.dtype) ? [boundary.output(output)] : [],
    );
    const inner = graph.nodes.map((node) => boundary.rename(widenNode(node)));
    const initializers = new Map(
      [...graph.initializers].map(([name, tensor]) => [name, widenTensor(tensor)]),
    );
    return { ...graph, nodes: [...before, ...inner, ...outputs], initializers, values };
  },
};

function isHalf(dtype: DataType): boolean {
  return dtype === 'float16' || dtype === 'bfloat16';
}

function widened(dtype: DataType): DataType {
  return isHalf(dtype) ? 'float32' : dtype;
}

/** Half-precision data is held as float32 already: only its type changes. */
function widenTensor(tensor: Tensor): Tensor {
  return isHalf(tensor.dtype) ? { ...tensor, dtype: 'float32' } : tensor;
}

/** Attributes that name or hold a type: Cast `to`, DequantizeLinear `output_dtype`, ConstantOfShape `value`. */
function widenNode(node: Node): Node {
  const attributes = Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => {
    if (attribute.kind === 'tensor') return [name, makeAttribute.tensor(widenTensor(attribute.value))];
    const dtype =
      name === 'to' || name === 'output_dtype' ? dataTypeFromCode(intAttribute(node, name, 0)) : undefined;
    return [name, dtype && isHalf(dtype) ? makeAttribute.int(dataTypeCode('float32')) : attribute];
  });
  return { ...node, attributes: Object.fromEntries(attributes) };
}

/** The casts between the graph's interface and its inside. */
class Boundary {
  private readonly names = new Map<string, string>();

  constructor(
    private readonly graph: Graph,
    private readonly values: Map<string, ValueInfo>,
  ) {}

  input(input: ValueInfo): Node {
    return this.cast(input, input.name, this.inside(input), 'float32');
  }

  output(output: ValueInfo): Node {
    return this.cast(output, this.inside(output), output.name, output.dtype);
  }

  rename(node: Node): Node {
    const renamed = renameInputs(node, this.names);
    return { ...renamed, outputs: renamed.outputs.map((o) => this.names.get(o) ?? o) };
  }

  /** The float32 twin of an interface tensor, which itself keeps its type. */
  private inside(value: ValueInfo): string {
    const name = freshName(`${value.name}_float32`, this.values);
    this.values.set(name, { ...value, name, dtype: 'float32' });
    this.values.set(value.name, value);
    this.names.set(value.name, name);
    return name;
  }

  private cast(owner: ValueInfo, from: string, to: string, dtype: DataType): Node {
    const taken = new Set(this.graph.nodes.map((n) => n.name));
    return {
      name: freshName(`${owner.name}_to_${dtype}`, taken),
      op: 'Cast',
      domain: '',
      inputs: [from],
      outputs: [to],
      attributes: { to: makeAttribute.int(dataTypeCode(dtype)) },
    };
  }
}
