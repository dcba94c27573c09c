import type { Graph } from '../../graph/ir.ts';
import type { QuantiseSource } from '../source.ts';
import type { StageBuilder } from './builder.ts';
import { planForward } from './forward.ts';
import { planGradient, type GradientPlan } from './gradient.ts';
import type { Stage } from './stage.ts';

/** The whole network as stages. */
export interface NetworkPlan {
  readonly forward: StageBuilder;
  readonly stages: readonly Stage[];
  readonly gradient?: GradientPlan;
}

/** Plans inference and, where asked for, gradient. */
export function planNetwork({ graph, scores, explanation }: QuantiseSource): NetworkPlan {
  const forward = planForward(graph, scores);
  const stages = forward.finish();
  if (!explanation) return { forward, stages };
  const gradient = planGradient(graph, explanation.alpha, forwardTensors(graph, stages), forward.weights);
  return { forward, stages, gradient };
}

/** Every tensor name of the inference graph, stored or not. */
function forwardTensors(graph: Graph, stages: readonly Stage[]): Set<string> {
  const nodes = new Set(stages.flatMap((stage) => stage.nodes));
  const inside = graph.nodes.filter((node) => nodes.has(node.name));
  return new Set([...graph.inputs.map((i) => i.name), ...inside.flatMap((node) => node.outputs)]);
}
