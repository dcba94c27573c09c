/** Products of two run-time tensors, element by element or with one factor per channel (a squeeze-and-excitation gate). */
import type { Node } from '../../graph/ir.ts';
import type { StageBuilder } from './builder.ts';
import { unitGeometry, type PlanTensor } from './stage.ts';
import { unsupported } from './support.ts';

const isVector = ({ height, width }: PlanTensor) => height * width === 1;
const isSamePlane = (a: PlanTensor, b: PlanTensor) => a.height === b.height && a.width === b.width;
const shapes =
  'only a product of tensors of one shape, or with one factor per channel, has an integer mapping';

/** Forward: the gate, where one operand is one, is the factor. */
export function product(node: Node, build: StageBuilder): void {
  const [a, b] = node.inputs.map((input) => build.describe(build.resolve(input))) as [PlanTensor, PlanTensor];
  // A factor has no zero point: of two that came quantised the one without.
  const isShifted = ({ name }: PlanTensor) => (build.givenZeroPoint(name) ?? 0) !== 0;
  const swaps = isVector(a) === isVector(b) ? isShifted(b) && !isShifted(a) : isVector(a);
  const [input, factor] = swaps ? [b, a] : [a, b];
  if (input.channels !== factor.channels || !(isSamePlane(input, factor) || isVector(factor)))
    return unsupported(build, node, shapes);
  if (![input, factor].every(({ name }) => build.isStored(name)))
    return unsupported(build, node, 'it multiplies the image, which has no integer mapping');
  if (isShifted(factor)) {
    const given = build.givenZeroPoint(factor.name);
    return unsupported(
      build,
      node,
      `its factor "${factor.name}" came quantised with the zero point ${given} (re-centred to int8); only 0 is exact`,
    );
  }
  build.push(
    node,
    { kind: 'product', input: input.name, factor: build.factor(node, factor.name) },
    node.outputs[0]!,
  );
}

/** Backward: dY times the other operand, which inference has kept. False where neither operand is one of inference's. */
export function productBackward(node: Node, build: StageBuilder, forward: StageBuilder): boolean {
  const kept = node.inputs.map((input) => forward.resolve(build.resolve(input)));
  const at = kept.findIndex((tensor) => forward.isStored(tensor));
  if (at < 0) return false;
  const gradient = build.describe(build.resolve(node.inputs[1 - at]!));
  const factor = forward.describe(kept[at]!);
  if (forward.isStored(gradient.name) || gradient.channels !== factor.channels) {
    unsupported(build, node, shapes);
    return true;
  }
  let input = gradient.name;
  const { channels, height, width } = factor;
  if (isVector(gradient) && !isVector(factor)) {
    input = `${node.outputs[0]!}/spread`;
    build.tensors.set(input, { name: input, channels, height, width });
    const spread = { name: `${node.name}/spread`, op: 'Rescale' };
    const everywhere = { ...unitGeometry, strides: [0, 0] as const };
    build.push(spread, { kind: 'windowSum', input: gradient.name, geometry: everywhere }, input);
  } else if (!isSamePlane(gradient, factor) && !isVector(factor)) {
    unsupported(build, node, shapes);
    return true;
  }
  build.push(
    node,
    { kind: 'product', input, factor: forward.lateFactor(node, factor.name) },
    node.outputs[0]!,
  );
  return true;
}
