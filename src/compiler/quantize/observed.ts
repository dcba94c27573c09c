import { planNetwork } from './plan/network.ts';
import type { QuantiseSource } from './source.ts';
import { rowMagnitudes } from './weights.ts';

/** What a calibration run must look at. */
export interface ObservedTensors {
  /** Activations by ONNX name, with their channel counts. */
  readonly activations: ReadonlyMap<string, number>;
  /** Gradient tensors by name, with their channel counts. */
  readonly gradients: ReadonlyMap<string, number>;
  /** Largest magnitude in each class's dense weights: gradients are measured in this unit. */
  readonly classMagnitude: readonly number[];
}

/** The tensors whose ranges `quantise` will ask for. */
export function observedTensors(source: QuantiseSource): ObservedTensors {
  const { forward, stages, gradient } = planNetwork(source);
  const image = source.graph.inputs[0]!.name;
  const stored = [
    image,
    ...forward.joins,
    ...stages.flatMap((stage) => [stage.output, ...stage.inner.map((t) => t.tensor)]),
  ];
  // A copy has the numbers of its source.
  const names = stored.filter((name) => source.graph.values.has(name));
  const score = stages.find((stage) => stage.output === forward.resolve(source.scores))!;
  return {
    activations: new Map(names.map((name) => [name, forward.describe(name).channels])),
    gradients: new Map(
      gradient?.stages
        .filter(({ output }) => source.graph.values.has(output))
        .map(({ output }) => [output, gradient.tensors.get(output)!.channels]),
    ),
    classMagnitude:
      score.sum.kind === 'conv'
        ? rowMagnitudes(forward.weights.get(score.sum.weights)!)
        : new Array<number>(forward.describe(score.output).channels).fill(1),
  };
}
