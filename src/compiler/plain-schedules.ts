import type { Analysis } from './analyse.ts';
import { TensorIdentities } from './graph/identity.ts';
import type { QuantiseOptions } from './quantize/options.ts';
import type { EngineShape, Schedule } from './schedule/operation.ts';

/**
 * Schedules of a model without its explanation, for one calibration: what the explanation takes is told against them, and
 * they are the same for every target that leaves the inference graph as it is.
 */
export class PlainSchedules {
  readonly #identities = new TensorIdentities();
  readonly #known = new Map<string, Schedule>();

  get({ model }: Analysis, options: QuantiseOptions, shape: EngineShape, make: () => Schedule): Schedule {
    const forward = { ...model.graph, nodes: model.graph.nodes.slice(0, model.forwardNodes) };
    const inference = this.#identities.of(forward, 0).get(model.scores);
    const key = JSON.stringify([inference, options, shape]);
    const schedule = this.#known.get(key) ?? make();
    this.#known.set(key, schedule);
    return schedule;
  }
}
