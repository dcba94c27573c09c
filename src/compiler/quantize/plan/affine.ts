/** Batch norms and arithmetic with constants per channel: depthwise convolutions of a single tap. */
import { floatAttribute } from '../../graph/attributes.ts';
import type { Graph, Node } from '../../graph/ir.ts';
import type { StageBuilder } from './builder.ts';
import { constantOf, unsupported } from './support.ts';
import { unitGeometry, type RealWeights } from './stage.ts';

/** y = factor[k] * x + offset[k]. */
interface Affine {
  readonly factor: Float64Array;
  readonly offset: Float64Array;
}

/** A constant as one number per channel of a tensor; undefined where it differs within a channel or is not constant. */
export function perChannelConstant(graph: Graph, name: string, tensor: string): Float64Array | undefined {
  const data = constantOf(graph, name);
  const shape = graph.initializers.get(name)?.shape ?? [];
  const of = graph.values.get(tensor)?.shape ?? [];
  if (!data || of.length < 2) return undefined;
  const channels = of[1]!;
  if (data.length === 1) return new Float64Array(channels).fill(data[0]!);
  // The constant's axes are the tensor's last ones; of them only the channels may be longer than 1.
  const channelAxis = shape.length - (of.length - 1);
  const isPerChannel = data.length === channels && shape[channelAxis] === channels;
  return isPerChannel ? data : undefined;
}

/** A depthwise convolution of a single tap with these weights. */
export function depthwiseWeights(name: string, factor: Float64Array): RealWeights {
  return { name, shape: [factor.length, 1, 1, 1], groups: factor.length, data: factor };
}

function pushAffine(node: Node, build: StageBuilder, tensor: string, { factor, offset }: Affine): void {
  const input = build.resolve(tensor);
  build.describe(input);
  const name = `${node.outputs[0]!}/factor`;
  build.weights.set(name, depthwiseWeights(name, factor));
  build.push(
    node,
    { kind: 'conv', input, weights: name, bias: offset, geometry: unitGeometry },
    node.outputs[0]!,
  );
}

/** y = (x - mean) * scale / sqrt(variance + epsilon) + bias, where no convolution in front takes it up. */
export function batchNormalization(node: Node, build: StageBuilder): void {
  const [input, ...names] = node.inputs;
  const [scale, bias, mean, variance] = names.map((name) => constantOf(build.graph, name));
  if (!scale || !bias || !mean || !variance)
    return unsupported(build, node, 'its parameters are computed at run time');
  const epsilon = floatAttribute(node, 'epsilon', 1e-5);
  const factor = scale.map((s, k) => s / Math.sqrt(variance[k]! + epsilon));
  pushAffine(node, build, input!, { factor, offset: bias.map((b, k) => b - mean[k]! * factor[k]!) });
}

/** How each operator combines a constant c with the running tensor: `left` where the constant comes first. */
const combinations: Readonly<
  Record<string, (c: number, left: boolean) => { factor: number; offset: number } | undefined>
> = {
  Add: (c) => ({ factor: 1, offset: c }),
  Sub: (c, left) => ({ factor: left ? -1 : 1, offset: left ? c : -c }),
  Mul: (c) => ({ factor: c, offset: 0 }),
  Div: (c, left) => (left ? undefined : { factor: 1 / c, offset: 0 }),
};

/** A bias that comes after its matrix product is that of the dense layer. No target lies between the two: they are vectors. */
function addBias(node: Node, build: StageBuilder, tensor: string, values: Float64Array): boolean {
  const stage = build.open(tensor);
  const isVector = build.graph.values.get(tensor)?.shape.length === 2;
  if (!isVector || stage?.sum.kind !== 'conv' || stage.residual !== undefined) return false;
  if (!values.every(Number.isFinite)) return false;
  stage.sum = { ...stage.sum, bias: stage.sum.bias.map((b, o) => b + values[o]!) };
  build.fuse(stage, node, node.outputs[0]!);
  return true;
}

/** Add, Sub, Mul or Div of a tensor and a constant per channel; false where neither operand is constant. */
export function constantArithmetic(node: Node, build: StageBuilder): boolean {
  const at = node.inputs.findIndex((input) => build.graph.initializers.has(input));
  if (at < 0) return false;
  const tensor = node.inputs[1 - at]!;
  const values = perChannelConstant(build.graph, node.inputs[at]!, tensor);
  if (node.op === 'Add' && values && addBias(node, build, tensor, values)) return true;
  const parts = values && Array.from(values, (c) => combinations[node.op]!(c, at === 0));
  if (!parts?.every((p) => p !== undefined && Number.isFinite(p.factor) && Number.isFinite(p.offset))) {
    unsupported(build, node, 'its constant is not one finite number per channel');
    return true;
  }
  pushAffine(node, build, tensor, {
    factor: Float64Array.from(parts, (p) => p!.factor),
    offset: Float64Array.from(parts, (p) => p!.offset),
  });
  return true;
}
