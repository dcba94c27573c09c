/** The properties of the selected layer, beside the graph. */
import * as format from '../../src/protocol/format.ts';
import { nodeFacts } from '../../src/protocol/layer-facts.ts';
import type { LayerView, TensorView } from '../../src/protocol/views.ts';
import { client } from '../shared/api.ts';
import { h } from '../shared/dom.ts';
import { factsElement } from '../shared/facts.ts';
import type { FullState } from '../shared/model-view.ts';
import { button } from '../shared/toolkit.ts';
import { t } from '../shared/text.ts';

export interface DetailsHost {
  /** Selects the layer of this name. */
  readonly go: (layer: string) => void;
  readonly close: () => void;
  readonly setTarget: (layer: LayerView) => void;
}

const tensorType = ({ dtype, shape }: TensorView): string => `${dtype} ${format.shape(shape)}`;

function list(title: string, rows: readonly HTMLElement[]): HTMLElement | undefined {
  if (rows.length === 0) return undefined;
  return h('section', { attributes: { 'aria-label': title } }, h('h3', {}, title), h('ul', {}, ...rows));
}

const pair = (label: string, value: string): HTMLElement =>
  h('li', {}, h('span', { class: 'label' }, label), ' ', h('span', { class: 'value' }, value));

export class Details {
  readonly #body = h('div', { class: 'body' });
  readonly element: HTMLElement;

  constructor(private readonly host: DetailsHost) {
    const close = button({
      label: t('Close details'),
      icon: 'close',
      appearance: 'icon',
      onClick: host.close,
    });
    this.element = h(
      'aside',
      { class: 'details', attributes: { 'aria-label': t('Layer details'), hidden: true } },
      h('div', { class: 'title-row' }, h('h2', {}, t('Details')), close),
      this.#body,
    );
  }

  get shown(): boolean {
    return !this.element.hidden;
  }

  show(layer: LayerView | undefined, state: FullState): void {
    this.element.hidden = false;
    if (!layer) {
      this.#body.replaceChildren(h('p', { class: 'none' }, t('Select a layer to see its properties.')));
      return;
    }
    const { model, compiled, stale } = state;
    const targetable = layer.outputs.some((o) => model.targets.includes(o));
    this.#body.replaceChildren(
      factsElement(nodeFacts(layer, compiled), stale),
      h(
        'div',
        { class: 'actions' },
        targetable
          ? button({
              label: t('Set as GradCAM target'),
              icon: 'target',
              onClick: () => this.host.setTarget(layer),
            })
          : undefined,
        button({
          label: t('Reveal in text'),
          icon: 'code',
          onClick: () => void client.request('run', { command: 'revealInText', layer: layer.id }),
        }),
      ),
      ...this.#lists(layer, state),
    );
  }

  hide(): void {
    this.element.hidden = true;
  }

  #lists(layer: LayerView, { model }: FullState): (HTMLElement | string)[] {
    const constants = new Map(layer.constants.map((c) => [c.name, c]));
    const link = (tensor: string, layers: readonly LayerView[]): HTMLElement[] =>
      layers.map(({ id }) =>
        h(
          'li',
          {},
          h(
            'button',
            {
              class: 'plain',
              attributes: { type: 'button', title: tensor },
              on: { click: () => this.host.go(id) },
            },
            id,
          ),
        ),
      );
    const inputs = layer.inputs
      .filter((input) => !constants.has(input))
      .flatMap((input) => {
        const sources = model.layers.filter((l) => l.outputs.includes(input));
        return sources.length > 0 ? link(input, sources) : [h('li', {}, input)];
      });
    const readers = layer.outputs.flatMap((output) => {
      const found = model.layers.filter((l) => l.inputs.includes(output));
      return found.length > 0 ? link(output, found) : [h('li', {}, output)];
    });
    return [
      list(
        t('Attributes'),
        layer.attributes.map(([name, value]) => pair(name, value)),
      ),
      list(
        t('Weights and constants'),
        layer.constants.map((c) => pair(c.name, tensorType(c))),
      ),
      list(t('From'), inputs),
      list('To', readers),
    ].filter((section) => section !== undefined);
  }
}
