import { intAttribute, makeAttribute } from '../../graph/attributes.ts';
import type { Graph, Node } from '../../graph/ir.ts';
import { ImportBuilder } from './builder.ts';
import type { ImportedQuantisation } from './imported.ts';

export const name = 'import-quantised';
export const description =
  'Reads a quantised model (QDQ or QLinear operators) as a float graph with scales on record';

type Rule = (node: Node, build: ImportBuilder) => void;

/** ONNX QuantizeLinear, DequantizeLinear, QLinearConv, QLinearMatMul; ONNX Runtime's com.microsoft operators. */
const rules: Readonly<Record<string, Rule>> = {
  QuantizeLinear: quantizeLinear,
  DequantizeLinear: dequantizeLinear,
  QLinearConv: qLinearConv,
  QLinearMatMul: qLinearMatMul,
  QLinearAdd: qLinearAdd,
  QGemm: qGemm,
  QLinearAveragePool: qLinearPool('AveragePool'),
  QLinearGlobalAveragePool: qLinearPool('GlobalAveragePool'),
  QLinearConcat: qLinearConcat,
};

/**
 * Takes the quantisation out of a graph. A graph without quantised operators comes back as it is.
 *
 * @throws CompileError with one CAM402 per node whose numbers the hardware cannot hold.
 */
export function importQuantised(graph: Graph): { graph: Graph; imported?: ImportedQuantisation } {
  if (!graph.nodes.some((node) => node.op in rules)) return { graph };
  const build = new ImportBuilder(graph);
  for (const node of graph.nodes) {
    const rule = rules[node.op];
    if (rule) rule(node, build);
    else pass(node, build);
  }
  return build.finish();
}

/** Any other operator works on the float tensors; one that moves quantised data keeps its scale. */
function pass(node: Node, build: ImportBuilder): void {
  const inputs = node.inputs.map((input) => build.float(input));
  build.emit({ ...node, inputs });
  const scale = build.activations.get(inputs[0] ?? '');
  if (!scale || !build.isQuantised(node.inputs[0]!)) return;
  for (const output of node.outputs) {
    build.activations.set(output, scale);
    build.stands(output, output);
  }
}

function quantizeLinear(node: Node, build: ImportBuilder): void {
  const [x, s, z] = node.inputs;
  const scale = build.scale(node, s!, z);
  if (!scale) return;
  build.stands(node.outputs[0]!, build.round(node, build.float(x!), scale, node.outputs[0]!));
}

function dequantizeLinear(node: Node, build: ImportBuilder): void {
  const [q, s, z] = node.inputs;
  const [output] = node.outputs;
  const constant = build.constant(q);
  const scale = build.constant(s);
  if (constant && scale) {
    const axis = intAttribute(node, 'axis', 1);
    build.dequantise(
      node,
      output!,
      constant,
      scale,
      build.constant(z),
      axis < 0 ? axis + constant.shape.length : axis,
    );
    return;
  }
  build.is(output!, build.operand(node, [q!, s!, z]));
}

/** The float constant of quantised weights [q, scale, zero point] among a node's inputs. */
function weightsOf(
  node: Node,
  build: ImportBuilder,
  [q, s, z]: readonly string[],
  axis: number,
): string | undefined {
  const [data, scale] = [build.constant(q), build.constant(s)];
  if (!data || !scale) {
    build.refuse(node, 'its weights are computed at run time');
    return undefined;
  }
  const name = `${q}/${node.name}/float`;
  build.dequantise(node, name, data, scale, build.constant(z), axis);
  return name;
}

/** The float constant of an int32 bias on the scale input scale * weight scale. */
function biasOf(
  node: Node,
  build: ImportBuilder,
  bias: string | undefined,
  input: string,
  weightScale: string,
): string[] {
  const data = bias ? build.constant(bias) : undefined;
  const [x, w] = [build.constant(input), build.constant(weightScale)];
  if (!bias || !data || !x || !w) return [];
  const products = Float64Array.from(w.data as ArrayLike<number>, (s) => Number(s) * Number(x.data[0]));
  const name = `${bias}/${node.name}/float`;
  build.dequantise(
    node,
    name,
    data,
    { dtype: 'float64', shape: [products.length], data: products },
    undefined,
    0,
  );
  return [name];
}

/** Emits the float node of a QLinear operator, rounded to its output scale. */
function emitRounded(
  node: Node,
  build: ImportBuilder,
  op: string,
  inputs: string[],
  [s, z]: readonly (string | undefined)[],
): void {
  const output = `${node.outputs[0]!}/real`;
  build.emit({ ...node, op, domain: '', inputs, outputs: [output] });
  const scale = build.scale(node, s!, z);
  if (scale) build.stands(node.outputs[0]!, build.round(node, output, scale, node.outputs[0]!));
}

function qLinearConv(node: Node, build: ImportBuilder): void {
  const [x, xs, xz, w, ws, wz, ys, yz, bias] = node.inputs;
  const weights = weightsOf(node, build, [w!, ws!, wz!], 0);
  if (!weights) return;
  emitRounded(
    node,
    build,
    'Conv',
    [build.operand(node, [x!, xs!, xz!]), weights, ...biasOf(node, build, bias, xs!, ws!)],
    [ys, yz],
  );
}

function qLinearMatMul(node: Node, build: ImportBuilder): void {
  const [a, as, az, b, bs, bz, ys, yz] = node.inputs;
  const weights = weightsOf(node, build, [b!, bs!, bz!], 1);
  if (weights) emitRounded(node, build, 'MatMul', [build.operand(node, [a!, as!, az!]), weights], [ys, yz]);
}

function qLinearAdd(node: Node, build: ImportBuilder): void {
  const [a, as, az, b, bs, bz, ys, yz] = node.inputs;
  const operands = [build.operand(node, [a!, as!, az!]), build.operand(node, [b!, bs!, bz!])];
  emitRounded({ ...node, attributes: {} }, build, 'Add', operands, [ys, yz]);
}

/** Its own scale and zero point come first, then each operand with its. */
function qLinearConcat(node: Node, build: ImportBuilder): void {
  const [ys, yz, ...triples] = node.inputs;
  const operands: string[] = [];
  for (let i = 0; i + 2 < triples.length; i += 3) {
    const [x, xs, xz] = triples.slice(i);
    if (build.constant(x)) return build.refuse(node, 'one of its operands is constant');
    operands.push(build.operand(node, [x!, xs!, xz!]));
  }
  emitRounded(node, build, 'Concat', operands, [ys, yz]);
}

/** QGemm without an output scale gives floats. */
function qGemm(node: Node, build: ImportBuilder): void {
  const [a, as, az, b, bs, bz, bias, ys, yz] = node.inputs;
  const axis = intAttribute(node, 'transB', 0) === 1 ? 0 : 1;
  const weights = weightsOf(node, build, [b!, bs!, bz!], axis);
  if (!weights) return;
  const inputs = [build.operand(node, [a!, as!, az!]), weights, ...biasOf(node, build, bias, as!, bs!)];
  const gemm = { ...node, attributes: { ...node.attributes, beta: makeAttribute.float(1) } };
  if (ys) emitRounded(gemm, build, 'Gemm', inputs, [ys, yz]);
  else build.emit({ ...gemm, op: 'Gemm', domain: '', inputs });
}

function qLinearPool(op: string): Rule {
  return (node, build) => {
    const [x, xs, xz, ys, yz] = node.inputs;
    if (intAttribute(node, 'channels_last', 0) === 1)
      return build.refuse(node, 'channels_last has no integer mapping');
    const attributes = Object.fromEntries(
      Object.entries(node.attributes).filter(([key]) => key !== 'channels_last'),
    );
    emitRounded({ ...node, attributes }, build, op, [build.operand(node, [x!, xs!, xz!])], [ys, yz]);
  };
}
