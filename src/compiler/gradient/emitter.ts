/**
 * Collects the nodes, constants and tensor descriptions that a pass adds to a graph, with unique names.
 * Operators are written in their form of opset 18, to which `simplify` raises every graph.
 */
import { makeAttribute } from '../graph/attributes.ts';
import { dataTypeCode } from '../graph/data-type-codes.ts';
import type { Attribute, DataType, Graph, Node, Tensor, ValueInfo } from '../graph/ir.ts';
import { broadcastShapes, sameShape, sizeOf, type Shape } from './shape.ts';

export interface EmitOptions {
  readonly shape: Shape;
  readonly dtype?: DataType;
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Name of the output tensor, where it matters; else made up. */
  readonly output?: string;
}

export class Emitter {
  readonly nodes: Node[] = [];
  readonly initializers = new Map<string, Tensor>();
  private readonly values: Map<string, ValueInfo>;
  private readonly names = new Set<string>();
  private readonly shared = new Map<string, string>();
  /** Put in front of new names: the forward node whose adjoint is being written. */
  scope = 'gradient';

  /** `floatType` is the type of what is emitted: that of the class scores. */
  constructor(
    readonly graph: Graph,
    public floatType: DataType = 'float32',
  ) {
    this.values = new Map(graph.values);
    for (const node of graph.nodes) {
      this.names.add(node.name);
      for (const output of node.outputs) this.names.add(output);
    }
    for (const name of graph.initializers.keys()) this.names.add(name);
    for (const input of graph.inputs) this.names.add(input.name);
  }

  /** A name nobody has. */
  fresh(hint: string): string {
    let name = hint;
    for (let i = 1; this.names.has(name); i++) name = `${hint}_${i}`;
    this.names.add(name);
    return name;
  }

  value(tensor: string): ValueInfo {
    const value = this.values.get(tensor);
    if (value) return value;
    const constant = this.constantOf(tensor);
    if (constant) return { name: tensor, dtype: constant.dtype, shape: constant.shape };
    throw new Error(`tensor ${tensor} has no shape: shape inference has not run`);
  }

  shape(tensor: string): Shape {
    return this.value(tensor).shape;
  }

  constantOf(tensor: string): Tensor | undefined {
    return this.initializers.get(tensor) ?? this.graph.initializers.get(tensor);
  }

  emit(op: string, inputs: readonly string[], options: EmitOptions): string {
    return this.emitMany(op, inputs, [options])[0]!;
  }

  /** A node with several outputs; attributes and domain are those of the first. */
  emitMany(op: string, inputs: readonly string[], outputs: readonly EmitOptions[]): string[] {
    const first = outputs[0]!;
    const name = this.fresh(`${this.scope}/${op}`);
    const tensors = outputs.map(
      (o, i) => o.output ?? this.fresh(i === 0 ? `${name}_output` : `${name}_output${i}`),
    );
    outputs.forEach((o, i) => this.describe(tensors[i]!, o.dtype ?? this.floatType, o.shape));
    const domain = first.domain ?? '';
    this.nodes.push({ name, op, domain, inputs, outputs: tensors, attributes: first.attributes ?? {} });
    return tensors;
  }

  describe(tensor: string, dtype: DataType, shape: Shape): void {
    this.names.add(tensor);
    this.values.set(tensor, { name: tensor, dtype, shape });
  }

  /** Gives a tensor made here another name, everywhere. Only when nothing more is emitted that might read it. */
  rename(from: string, to: string): void {
    const swap = (name: string) => (name === from ? to : name);
    this.nodes.forEach((n, i) => {
      if (!n.inputs.includes(from) && !n.outputs.includes(from)) return;
      this.nodes[i] = { ...n, inputs: n.inputs.map(swap), outputs: n.outputs.map(swap) };
    });
    const { dtype, shape } = this.value(from);
    this.describe(to, dtype, shape);
    this.forget(from);
  }

  /** Takes back the description of a tensor that was renamed. */
  forget(tensor: string): void {
    this.values.delete(tensor);
  }

  /** An initializer. */
  constant(hint: string, tensor: Tensor): string {
    const name = this.fresh(hint);
    this.initializers.set(name, tensor);
    this.describe(name, tensor.dtype, tensor.shape);
    return name;
  }

  /** An initializer shared by all who ask for the same contents. */
  private sharedConstant(key: string, hint: string, make: () => Tensor): string {
    let name = this.shared.get(key);
    if (name === undefined) {
      name = this.constant(`gradient/${hint}`, make());
      this.shared.set(key, name);
    }
    return name;
  }

  scalar(value: number): string {
    const dtype = this.floatType;
    const data = dtype === 'float64' ? Float64Array.of(value) : Float32Array.of(value);
    return this.sharedConstant(`${dtype} ${value}`, `scalar_${value}`, () => ({ dtype, shape: [], data }));
  }

  int64(values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    const hint = `int64_${values.slice(0, 4).join('_')}`;
    return this.sharedConstant(`int64 ${values.join(' ')}`, hint, () => ({
      dtype: 'int64',
      shape: [values.length],
      data,
    }));
  }

  floats(hint: string, shape: Shape, data: ArrayLike<number>): string {
    const dtype = this.floatType;
    const typed = dtype === 'float64' ? Float64Array.from(data) : Float32Array.from(data);
    return this.constant(hint, { dtype, shape, data: typed });
  }

  /** An element-wise operator of two operands (tensor names, or numbers for scalar constants), broadcasting. */
  binary(op: string, a: string | number, b: string | number, dtype?: DataType): string {
    const [x, y] = [a, b].map((v) => (typeof v === 'number' ? this.scalar(v) : v)) as [string, string];
    const shape = broadcastShapes(this.shape(x), this.shape(y));
    if (!shape) throw new Error(`${op}: [${this.shape(x)}] and [${this.shape(y)}] do not broadcast`);
    return this.emit(op, [x, y], { shape, dtype: dtype ?? this.floatType });
  }

  unary(op: string, x: string, attributes: Readonly<Record<string, Attribute>> = {}): string {
    return this.emit(op, [x], { shape: this.shape(x), attributes });
  }

  cast(x: string, dtype: DataType): string {
    if (this.value(x).dtype === dtype) return x;
    return this.emit('Cast', [x], {
      shape: this.shape(x),
      dtype,
      attributes: { to: makeAttribute.int(dataTypeCode(dtype)) },
    });
  }

  reshape(x: string, shape: Shape): string {
    if (sameShape(this.shape(x), shape)) return x;
    if (sizeOf(shape) !== sizeOf(this.shape(x)))
      throw new Error(`cannot reshape [${this.shape(x)}] to [${shape}]`);
    const constant = this.constantOf(x);
    if (constant) return this.constant(`${x}/reshaped`, { ...constant, shape });
    return this.emit('Reshape', [x, this.int64(shape)], { shape, dtype: this.value(x).dtype });
  }

  transpose(x: string, perm: readonly number[]): string {
    if (perm.every((p, i) => p === i)) return x;
    const shape = perm.map((p) => this.shape(x)[p]!);
    return this.emit('Transpose', [x], { shape, attributes: { perm: makeAttribute.ints(perm) } });
  }

  expand(x: string, shape: Shape): string {
    if (sameShape(this.shape(x), shape)) return x;
    return this.emit('Expand', [x, this.int64(shape)], { shape });
  }

  matmul(a: string, b: string): string {
    const [x, y] = [this.shape(a), this.shape(b)];
    const batch = broadcastShapes(x.slice(0, -2), y.slice(0, -2))!;
    return this.emit('MatMul', [a, b], { shape: [...batch, x[x.length - 2]!, y[y.length - 1]!] });
  }

  reduce(
    op: 'ReduceSum' | 'ReduceMean' | 'ReduceMax',
    x: string,
    axes: readonly number[],
    keep = true,
  ): string {
    const from = this.shape(x);
    const shape = keep
      ? from.map((d, i) => (axes.includes(i) ? 1 : d))
      : from.filter((_, i) => !axes.includes(i));
    return this.emit(op, [x, this.int64(axes)], {
      shape,
      attributes: { keepdims: makeAttribute.int(keep ? 1 : 0) },
    });
  }

  /** Elements start, start + step, ... (count of them) of one axis; step > 0. */
  slice(x: string, axis: number, start: number, count: number, step = 1): string {
    const from = this.shape(x);
    if (start === 0 && count === from[axis] && step === 1) return x;
    const shape = from.map((d, i) => (i === axis ? count : d));
    const ranges = [[start], [start + (count - 1) * step + 1], [axis], [step]].map((v) => this.int64(v));
    return this.emit('Slice', [x, ...ranges], { shape });
  }

  /** Zeros around. */
  pad(x: string, begin: readonly number[], end: readonly number[]): string {
    if ([...begin, ...end].every((p) => p === 0)) return x;
    const shape = this.shape(x).map((d, i) => d + begin[i]! + end[i]!);
    return this.emit('Pad', [x, this.int64([...begin, ...end])], { shape });
  }

  /** The graph with all that was emitted appended, and these outputs besides its own. */
  finish(outputs: readonly string[] = []): Graph {
    const { graph } = this;
    return {
      ...graph,
      nodes: [...graph.nodes, ...this.nodes],
      initializers: new Map([...graph.initializers, ...this.initializers]),
      values: this.values,
      outputs: [...graph.outputs, ...outputs.map((name) => this.value(name))],
    };
  }
}
