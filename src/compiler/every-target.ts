/** The gradients of every target of a model at once: one graph that has them all, for measuring them together. */
import type { Analysis } from './analyse.ts';
import { deriveGradCam, explainable, type StaticGradCam } from './gradient/derive.ts';
import { targetsOf } from './gradient/target.ts';
import { TensorIdentities } from './graph/identity.ts';
import type { ObservedTensors } from './quantize/observed.ts';

export interface EveryTarget {
  readonly model: StaticGradCam;
  /** All gradient tensors, those computed in the same way once; no activations. */
  readonly observed: ObservedTensors;
}

/** @throws CompileError as `analyse` */
export function everyTarget({ simplified, model: own, observed }: Analysis): EveryTarget {
  const { graph } = simplified;
  const { paths } = explainable(graph, own.scores);
  const targets = targetsOf(graph, paths).filter((tensor) => paths.obstacles(tensor).length === 0);
  const model = deriveGradCam(graph, { targets, score: own.scores, notes: simplified });
  const identities = new TensorIdentities().of(model.graph, model.forwardNodes);
  const gradients = new Map<string, number>();
  const seen = new Set<number>();
  for (const [tensor, identity] of identities) {
    const { dtype, shape } = model.graph.values.get(tensor)!;
    if (dtype !== 'float32' || shape.length < 2 || shape[0] !== 1 || seen.has(identity)) continue;
    seen.add(identity);
    gradients.set(tensor, shape[1]!);
  }
  return { model, observed: { ...observed, activations: new Map(), gradients } };
}
