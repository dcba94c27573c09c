/** What has been measured of a model on the same pictures, for every target. */
import type { Analysis } from '../compiler/analyse.ts';
import { TensorIdentities } from '../compiler/graph/identity.ts';
import type { CalibrationTable, ChannelRanges, TensorStatistics } from '../compiler/quantize/calibration.ts';
import type { ObservedTensors } from '../compiler/quantize/observed.ts';

/** Activations do not depend on the target; gradients are found again by how they are computed. */
export class Measured {
  readonly #activations = new Map<string, TensorStatistics>();
  readonly #gradients = new Map<number, ChannelRanges>();
  readonly #identities = new TensorIdentities();
  #topClasses: number | undefined;

  /** What of an analysis has not been measured; undefined where all has. */
  missing(analysis: Analysis): ObservedTensors | undefined {
    const { observed } = analysis;
    const ranges = this.#rangesOf(analysis);
    const activations = new Map([...observed.activations].filter(([name]) => !this.#activations.has(name)));
    const gradients = new Map([...observed.gradients].filter(([name, k]) => ranges(name, k) === undefined));
    if (activations.size === 0 && gradients.size === 0 && this.#topClasses !== undefined) return undefined;
    return { ...observed, activations, gradients };
  }

  add(analysis: Pick<Analysis, 'model'>, { activations, gradients, topClasses }: CalibrationTable): void {
    const identities = this.identitiesOf(analysis);
    for (const [name, statistics] of activations) this.#activations.set(name, statistics);
    for (const [name, ranges] of gradients) this.#gradients.set(identities.get(name)!, ranges);
    this.#topClasses = topClasses;
  }

  /** The table of an analysis of which nothing is missing. */
  table(analysis: Analysis, pictures: number): CalibrationTable {
    const ranges = this.#rangesOf(analysis);
    const { activations, gradients } = analysis.observed;
    return {
      pictures,
      topClasses: this.#topClasses!,
      activations: new Map([...activations.keys()].map((name) => [name, this.#activations.get(name)!])),
      gradients: new Map([...gradients].map(([name, k]) => [name, ranges(name, k)!])),
    };
  }

  /** Numbers of a model's gradient tensors: equal ones mean equal values. */
  identitiesOf({ model }: Pick<Analysis, 'model'>): ReadonlyMap<string, number> {
    return this.#identities.of(model.graph, model.forwardNodes);
  }

  #rangesOf(analysis: Analysis): (name: string, channels: number) => ChannelRanges | undefined {
    const identities = this.identitiesOf(analysis);
    return (name, channels) => {
      const found = this.#gradients.get(identities.get(name)!);
      return found?.minimum.length === channels ? found : undefined;
    };
  }
}
