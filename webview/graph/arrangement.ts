/** The model as it is laid out: which repeats are collapsed, and the places that the worker finds for its blocks. */
import type { ModelView } from '../../src/protocol/views.ts';
import type { Bracket } from './canvas.ts';
import type { Drawn } from './figures.ts';
import { blockSize, type GraphLayout } from './layout.ts';
import { Layouter } from './layouter.ts';
import { collapse, connect, repeats, type Connections, type Repeat } from './structure.ts';

/** A graph that has been placed. */
export interface Placed extends Drawn {
  readonly layout: GraphLayout;
  readonly brackets: readonly Bracket[];
}

/** How far a bracket stands from the blocks it spans. */
const aside = 12;

function brackets(layout: GraphLayout, itemOf: readonly number[], open: readonly Repeat[]): Bracket[] {
  return open.map((repeat) => {
    const places = layout.places.slice(itemOf[repeat.from], itemOf[repeat.to - 1]! + 1);
    return {
      repeat,
      x: Math.min(...places.map((p) => p.x)) - blockSize.width / 2 - aside,
      top: Math.min(...places.map((p) => p.y)) - blockSize.height / 2,
      bottom: Math.max(...places.map((p) => p.y)) + blockSize.height / 2,
    };
  });
}

export class Arrangement {
  #model: Pick<ModelView, 'layers'> = { layers: [] };
  #connections: Connections = { before: [], after: [] };
  #pending: (Drawn & { readonly open: readonly Repeat[] }) | undefined;
  readonly #layouter: Layouter;
  repeats: readonly Repeat[] = [];

  /**
   * @param collapsed names of the collapsed repeats
   */
  constructor(
    readonly collapsed: Set<string>,
    placed: (graph: Placed) => void,
  ) {
    this.#layouter = new Layouter((layout) => {
      const { open, ...drawn } = this.#pending!;
      placed({ ...drawn, layout, brackets: brackets(layout, drawn.itemOf, open) });
    });
  }

  /** Takes another model; what was placed stays until the new one is. */
  take(model: Pick<ModelView, 'layers'>): void {
    this.#model = model;
    this.#connections = connect(model);
    this.repeats = repeats(model, this.#connections);
    this.arrange();
  }

  /** The repeat that a layer is part of. */
  repeatOf(layer: number): Repeat | undefined {
    return this.repeats.find(({ from, to }) => from <= layer && layer < to);
  }

  get allCollapsed(): boolean {
    return this.repeats.length > 0 && this.repeats.every(({ id }) => this.collapsed.has(id));
  }

  /** Places everything anew with what is collapsed now. */
  arrange(): void {
    const closed = this.repeats.filter(({ id }) => this.collapsed.has(id));
    const open = this.repeats.filter(({ id }) => !this.collapsed.has(id));
    this.#pending = { layers: this.#model.layers, ...collapse(this.#connections, closed), open };
    this.#layouter.request(this.#pending.before);
  }
}
