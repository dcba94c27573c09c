/** Pools by maximum. */
import { intsAttribute } from '../../graph/attributes.ts';
import type { Node } from '../../graph/ir.ts';
import type { WindowGeometry } from '../network.ts';
import type { StageBuilder } from './builder.ts';
import { geometryOf, unsupported } from './support.ts';
import { unitGeometry } from './stage.ts';

export function maxPool(node: Node, build: StageBuilder): void {
  if (node.outputs[1]) return unsupported(build, node, 'the Indices of a MaxPool have no integer mapping');
  const geometry = geometryOf(build.graph, node, intsAttribute(node, 'kernel_shape') ?? []);
  if (!geometry) return unsupported(build, node, 'only two-dimensional pooling has a hardware mapping');
  pool(node, build, geometry);
}

export function globalMaxPool(node: Node, build: StageBuilder): void {
  const { height, width } = build.describe(build.resolve(node.inputs[0]!));
  pool(node, build, { ...unitGeometry, kernel: [height, width] });
}

function pool(node: Node, build: StageBuilder, geometry: WindowGeometry): void {
  const source = node.inputs[0]!;
  // The image is read in runs of pixels: a pool needs them one by one.
  const isImage = build.resolve(source) === build.graph.inputs[0]!.name;
  const input = isImage ? build.copy(node, source).output : build.resolve(source);
  build.push(node, { kind: 'maxPool', input, geometry }, node.outputs[0]!);
}
