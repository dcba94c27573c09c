import { fail } from '../../diagnostics.ts';
import type { Graph } from '../../graph/ir.ts';
import type { QuantiseSource } from '../source.ts';
import type { StageBuilder } from './builder.ts';
import { planForward } from './forward.ts';
import { planGradient, type GradientPlan } from './gradient.ts';
import type { Stage } from './stage.ts';
import { nodesBefore } from './support.ts';

/** The whole network as stages. */
export interface NetworkPlan {
  readonly forward: StageBuilder;
  readonly stages: readonly Stage[];
  readonly gradient?: GradientPlan;
}

/** Plans inference and, where asked for, gradient. */
export function planNetwork({ graph, scores, explanation, imported }: QuantiseSource): NetworkPlan {
  const forward = planForward(graph, scores, imported);
  const stages = forward.finish();
  if (forward.views.has(forward.resolve(scores)) || forward.joins.has(forward.resolve(scores))) {
    fail(
      'CAM501',
      `The class scores "${scores}" are part of a Concat, which has no integer mapping.`,
      'Choose other scores with --score, or use the float engine and `export`.',
      { tensor: scores },
    );
  }
  if (!explanation) return { forward, stages };
  const gradient = planGradient(graph, explanation.alpha, forwardTensors(graph, scores), forward);
  return { forward, stages, gradient };
}

/** Every tensor name of the inference graph, stored or not. */
function forwardTensors(graph: Graph, scores: string): Set<string> {
  const nodes = nodesBefore(graph, scores);
  return new Set([...graph.inputs.map((i) => i.name), ...nodes.flatMap((node) => node.outputs)]);
}
