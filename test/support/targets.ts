/** Every activation of a network that a map can be taken on, and the networks whose targets are all tried. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Graph } from '../../src/compiler/graph/ir.ts';
import { inferKnownShapes } from '../../src/compiler/graph/infer.ts';
import { pathsTo, targetsOf } from '../../src/compiler/gradient/target.ts';
import { preprocessingPresets } from '../../src/compiler/input/preprocessing.ts';
import { trainedModel } from './cifar.ts';
import { sharedModels } from './shared.ts';

/** Networks of the shared models folder, trained and quantised, with how many targets and residual blocks they have. */
export const targetNetworks = [
  {
    name: 'ResNet18-w16',
    targets: 46,
    blocks: 8,
    bytes: () => trainedModel('tiny_resnet18_w16_cifar10'),
    preprocessing: preprocessingPresets.cifar10,
  },
  {
    name: 'ResNet-8',
    targets: 21,
    blocks: 3,
    bytes: () => trainedModel('mlperf_tiny_resnet8_cifar10'),
    preprocessing: preprocessingPresets.raw,
  },
  {
    name: 'ResNet-8 QDQ',
    targets: 21,
    blocks: 3,
    bytes: () => readFileSync(join(sharedModels()!, 'quantised/mlperf_tiny_resnet8_cifar10/model_qdq.onnx')),
    preprocessing: preprocessingPresets.raw,
  },
];

/**
 * All 4-D activations of the file on the way to the scores, those before batch norms and inside fused stages included.
 * Not among them: other encodings of a tensor (QuantizeLinear, DequantizeLinear) and tensors that differ from their
 * source by a margin of padding only.
 */
export function everyTarget(graph: Graph): string[] {
  const known = inferKnownShapes(graph).graph;
  const area = (tensor: string | undefined) => String(known.values.get(tensor ?? '')?.shape);
  const other = known.nodes.filter(
    ({ op, inputs, outputs }) =>
      op === 'QuantizeLinear' ||
      op === 'DequantizeLinear' ||
      (op === 'Pad' && area(inputs[0]) !== area(outputs[0])),
  );
  const left = new Set(other.flatMap(({ outputs }) => outputs));
  return targetsOf(known, pathsTo(known, known.outputs[0]!.name)).filter((tensor) => !left.has(tensor));
}

/** Outputs of residual blocks, deepest first: what the last layer's target is among. */
export function blockOutputs({ nodes }: Graph): string[] {
  const encodes = (op: string) => op === 'QuantizeLinear' || op === 'DequantizeLinear';
  const added = new Set<string>();
  const found: string[] = [];
  for (const { op, inputs, outputs } of nodes) {
    if (op === 'Add' || (encodes(op) && added.has(inputs[0]!))) added.add(outputs[0]!);
    else if (op === 'Relu' && added.has(inputs[0]!)) found.push(outputs[0]!);
  }
  return found.reverse();
}
