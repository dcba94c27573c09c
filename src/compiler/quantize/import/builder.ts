import { CompileError, diagnostic, type Diagnostic } from '../../diagnostics.ts';
import type { Graph, Node, Tensor, ValueInfo } from '../../graph/ir.ts';
import { floatTensor } from '../../graph/tensor.ts';
import type { ImportedQuantisation, ImportedScale } from './imported.ts';

/** Operators whose results are never negative; those that keep that of their first operand, or of all. */
const rectifies = new Set(['Relu', 'Sigmoid', 'Softmax']);
const moves = new Set([
  'Pad',
  'AveragePool',
  'GlobalAveragePool',
  'MaxPool',
  'Flatten',
  'Reshape',
  'Identity',
  'Transpose',
]);
const joins = new Set(['Add', 'Concat']);

/** Rebuilds a quantised graph as a float graph, and keeps its scales on record. */
export class ImportBuilder {
  readonly nodes: Node[] = [];
  readonly activations = new Map<string, ImportedScale>();
  readonly weights = new Map<string, readonly number[]>();
  readonly diagnostics: Diagnostic[] = [];
  private readonly initializers: Map<string, Tensor>;
  private readonly floatOf = new Map<string, string>();
  private readonly quantised = new Set<string>();
  /** Tensors that cannot be negative. */
  private readonly nonNegative = new Set<string>();

  constructor(readonly graph: Graph) {
    this.initializers = new Map(graph.initializers);
  }

  /** The float tensor that a quantised or dequantised tensor stands for. */
  float(tensor: string): string {
    return this.floatOf.get(tensor) ?? tensor;
  }

  /** True for a tensor of integers. */
  isQuantised(tensor: string): boolean {
    return this.quantised.has(tensor);
  }

  /** Says which float tensor a tensor of integers stands for. */
  stands(tensor: string, float: string): void {
    this.quantised.add(tensor);
    this.floatOf.set(tensor, float);
  }

  /** Says which float tensor a dequantised tensor is. */
  is(tensor: string, float: string): void {
    this.floatOf.set(tensor, float);
  }

  constant(tensor: string | undefined): Tensor | undefined {
    return tensor === undefined ? undefined : this.initializers.get(tensor);
  }

  refuse(node: Node, what: string): void {
    this.diagnostics.push(
      diagnostic(
        'CAM402',
        `Node "${node.name}": ${what}.`,
        'Export the model with symmetric int8 weights and one scale per activation tensor.',
        { node: node.name },
      ),
    );
  }

  /** Scale and zero point of a quantised activation, re-centred to int8. */
  scale(node: Node, scale: string, zeroPoint: string | undefined): ImportedScale | undefined {
    const s = this.constant(scale);
    const z = zeroPoint ? this.constant(zeroPoint) : undefined;
    if (!s || s.data.length !== 1 || (zeroPoint && !z)) {
      this.refuse(node, 'its activation scale is not one constant number');
      return undefined;
    }
    if (!(Number(s.data[0]) > 0) || !Number.isFinite(Number(s.data[0]))) {
      this.refuse(node, `its scale ${Number(s.data[0])} is not a positive number`);
      return undefined;
    }
    if (z && z.dtype !== 'uint8' && z.dtype !== 'int8') {
      this.refuse(node, `its zero point is of type ${z.dtype}, which the hardware cannot hold`);
      return undefined;
    }
    // Without a zero point the type is uint8 and the point 0 (ONNX QuantizeLinear).
    const raw = z ? Number(z.data[0]) : 0;
    return { scale: Number(s.data[0]), zeroPoint: z?.dtype === 'int8' ? raw : raw - 128 };
  }

  /** The float tensor behind an operand [q, scale, zero point], which must be read with the scale it was written with. */
  operand(node: Node, [q, scale, zeroPoint]: readonly [string, string, string | undefined]): string {
    const float = this.float(q);
    const read = this.scale(node, scale, zeroPoint);
    const written = this.activations.get(float);
    if (read && written && (read.scale !== written.scale || read.zeroPoint !== written.zeroPoint))
      this.refuse(node, `it reads tensor "${q}" with another scale than it was written with`);
    return float;
  }

  /**
   * Records that a float tensor is rounded here. Where the rounding's clamp at zero point -128 cuts off negative
   * values, it is a ReLU that the exporter left to the clamp, and becomes one again.
   *
   * @returns the float tensor's name after that.
   */
  round(node: Node, float: string, scale: ImportedScale, output: string): string {
    const cuts = scale.zeroPoint === -128 && !this.nonNegative.has(float) && !this.isInput(float);
    const known = this.activations.get(float);
    const differs = known && (known.scale !== scale.scale || known.zeroPoint !== scale.zeroPoint);
    let name = float;
    if (cuts) {
      name = `${output}/relu`;
      this.rectify(node, float, scale, name);
    } else if (differs) {
      this.refuse(node, `tensor "${float}" is quantised twice with different scales`);
    }
    this.activations.set(name, scale);
    return name;
  }

  /** A ReLU. Operands of a Concat get one each, so that they are rounded to their common scale only once. */
  private rectify(node: Node, float: string, scale: ImportedScale, output: string): void {
    const concat = this.nodes.find((n) => n.op === 'Concat' && n.outputs[0] === float);
    const relu = (input: string, to: string) =>
      this.emit({
        ...node,
        name: to === output ? `${node.name}/relu` : to,
        op: 'Relu',
        domain: '',
        inputs: [input],
        outputs: [to],
        attributes: {},
      });
    if (!concat) return relu(float, output);
    const operands = concat.inputs.map((input, i) => {
      if (this.nonNegative.has(input)) return input;
      const to = `${output}/${i}`;
      relu(input, to);
      this.activations.set(to, scale);
      return to;
    });
    this.emit({ ...concat, name: `${node.name}/relu`, inputs: operands, outputs: [output] });
  }

  private isInput(tensor: string): boolean {
    return this.graph.inputs.some((input) => input.name === tensor);
  }

  /** A float constant from a quantised one: (q - zero point) * scale along `axis`. */
  dequantise(
    node: Node,
    name: string,
    q: Tensor,
    scale: Tensor,
    zero: Tensor | undefined,
    axis: number,
  ): void {
    const channels = scale.data.length;
    const inner = q.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    const channel = (i: number) => (channels === 1 ? 0 : Math.floor(i / inner) % channels);
    const zeroAt = (i: number) => (zero ? Number(zero.data[zero.data.length === 1 ? 0 : channel(i)]) : 0);
    const data = Float32Array.from(
      q.data as ArrayLike<number>,
      (v, i) => (v - zeroAt(i)) * Number(scale.data[channel(i)]),
    );
    const scales = Array.from(scale.data as ArrayLike<number>, Number);
    const bad = scales.findIndex((s) => !(s > 0) || !Number.isFinite(s));
    if (bad >= 0)
      return this.refuse(
        node,
        `scale ${scales[bad]} of channel ${bad} of its weights is not a positive number`,
      );
    if (q.dtype !== 'int32') {
      const centre = q.dtype === 'uint8' ? 128 : 0;
      const zeros = zero ? Array.from(zero.data as ArrayLike<number>, Number) : [0];
      if (zeros.some((z) => z !== centre))
        return this.refuse(node, 'its weights have a zero point, which the hardware cannot hold');
      this.weights.set(name, scales);
    }
    this.initializers.set(name, floatTensor(q.shape, data));
  }

  emit(node: Node): void {
    this.nodes.push(node);
    const operands = joins.has(node.op) ? node.inputs : node.inputs.slice(0, 1);
    const keeps =
      (joins.has(node.op) || moves.has(node.op)) && operands.every((i) => this.nonNegative.has(i));
    if (keeps || rectifies.has(node.op)) for (const output of node.outputs) this.nonNegative.add(output);
  }

  finish(): { graph: Graph; imported: ImportedQuantisation } {
    if (this.diagnostics.length > 0) throw new CompileError(this.diagnostics);
    const { graph } = this;
    for (const { name } of graph.outputs) {
      const float = this.float(name);
      if (float === name) continue;
      this.emit({
        name: `${name}/output`,
        op: 'Identity',
        domain: '',
        inputs: [float],
        outputs: [name],
        attributes: {},
      });
    }
    const values = new Map<string, ValueInfo>();
    for (const info of [...graph.inputs, ...graph.outputs])
      values.set(info.name, { ...info, dtype: 'float32' });
    for (const [name, { dtype, shape }] of this.initializers) values.set(name, { name, dtype, shape });
    const outputs = graph.outputs.map((o) => ({ ...o, dtype: 'float32' as const }));
    return {
      graph: { ...graph, nodes: this.nodes, initializers: this.initializers, outputs, values },
      imported: { activations: this.activations, weights: this.weights, names: this.floatOf },
    };
  }
}
