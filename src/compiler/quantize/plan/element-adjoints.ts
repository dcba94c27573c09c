/** Adjoints of maximum pools and activations: element by element, from what inference has kept. */
import { floatAttribute, intsAttribute } from '../../graph/attributes.ts';
import type { Node } from '../../graph/ir.ts';
import type { StageBuilder } from './builder.ts';
import { constantOf, geometryOf, unsupported } from './support.ts';
import { kinksOf } from './activations.ts';
import { derivativeOf, type Stage, winnersOf } from './stage.ts';

/** Numbers of taps that a byte holds. */
const mostTaps = 256;

export function maxPoolBackward(node: Node, build: StageBuilder, forward: StageBuilder): void {
  const kernel = intsAttribute(node, 'kernel_shape') ?? [];
  const output = node.outputs[0]!;
  const [height, width] = build.graph.values.get(output)!.shape.slice(2);
  const geometry = geometryOf(build.graph, { ...node, inputs: [output] }, kernel);
  const source = forward.resolve(node.inputs[1]!);
  const pool = forward
    .finish()
    .find(
      ({ sum }) =>
        sum.kind === 'maxPool' &&
        sum.input === source &&
        sum.geometry.kernel.join() === kernel.join() &&
        isSameWindow(sum.geometry, geometry, [height!, width!]),
    );
  if (!geometry || !pool)
    return unsupported(build, node, 'only two-dimensional pooling of a stored tensor has an integer adjoint');
  if (kernel[0]! * kernel[1]! > mostTaps) {
    return unsupported(
      build,
      node,
      `the place of a maximum among ${kernel[0]! * kernel[1]!} does not fit a byte (at most ${mostTaps})`,
    );
  }
  const input = build.resolve(node.inputs[0]!);
  const winners = winnersOf(pool.output);
  build.push(node, { kind: 'maxPoolBackward', input, winners, geometry }, output);
}

type Window = NonNullable<ReturnType<typeof geometryOf>>;

/** Strides beyond a window that covers everything decide nothing. */
function isSameWindow(a: Window, b: Window | undefined, [height, width]: readonly [number, number]): boolean {
  if (!b) return false;
  const isGlobal = a.kernel[0] === height && a.kernel[1] === width;
  return (
    a.pads[0] === b.pads[0] &&
    a.pads[1] === b.pads[1] &&
    a.dilations.join() === b.dilations.join() &&
    (isGlobal || a.strides.join() === b.strides.join())
  );
}

/** The inference stage that looks up the activation whose adjoint a node is; others may read the same tensor. */
function lookUpOf(adjoint: Node, forward: StageBuilder): Stage | undefined {
  const isIts = (activation: Node) =>
    adjoint.op === 'Mask'
      ? hasBounds(activation, floatAttribute(adjoint, 'lower', 0), floatAttribute(adjoint, 'upper', Infinity))
      : activation.outputs[0] === adjoint.inputs[2];
  return forward
    .finish()
    .find(({ activation }) => activation?.inputs[0] === adjoint.inputs[1] && isIts(activation!));
}

/** Bounds have gone through float32. */
function hasBounds(activation: Node, lower: number, upper: number): boolean {
  const kinks = kinksOf(activation);
  return (
    kinks !== undefined &&
    Math.fround(kinks[0]) === Math.fround(lower) &&
    Math.fround(kinks[1]) === Math.fround(upper)
  );
}

export function isLookedUp(adjoint: Node, forward: StageBuilder): boolean {
  return lookUpOf(adjoint, forward) !== undefined;
}

/** g times the derivative, which inference has looked up beside the value. */
export function activationBackward(node: Node, build: StageBuilder, forward: StageBuilder): void {
  const stage = lookUpOf(node, forward);
  if (!stage) return unsupported(build, node, 'its activation has no look-up table');
  const input = build.resolve(node.inputs[0]!);
  // A hard sigmoid's derivative is its mask times its slope, which the gradient multiplies by in a node of its own.
  const factor =
    stage.activation!.op === 'HardSigmoid' ? 1 / floatAttribute(stage.activation!, 'alpha', 0.2) : 1;
  const { channels, height, width } = build.describe(input);
  build.tensors.set(node.outputs[0]!, { name: node.outputs[0]!, channels, height, width });
  build.push(node, { kind: 'product', input, factor: derivativeOf(stage.output) }, node.outputs[0]!, factor);
}

/** g where the activation's input is positive, else the slope times g. */
export function slope(node: Node, build: StageBuilder): void {
  const slopes = constantOf(build.graph, node.inputs[2]);
  const { channels } = build.describe(build.resolve(node.inputs[0]!));
  if (!slopes || (slopes.length !== 1 && slopes.length !== channels))
    return unsupported(build, node, 'a slope that is not one number per channel has no integer mapping');
  const open = build.open(node.inputs[0]!);
  const stage = open && open.residual === undefined ? open : build.copy(node, node.inputs[0]!);
  build.fuse(stage, node, node.outputs[0]!);
  stage.mask = node.inputs[1]!;
  stage.slope = slopes;
}
