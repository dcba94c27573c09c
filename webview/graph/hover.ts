/** The hover of a block, on resting the pointer. */
import { nodeFacts } from '../../src/protocol/layer-facts.ts';
import type { LayerView, ModelState } from '../../src/protocol/views.ts';
import { h } from '../shared/dom.ts';
import { factsElement } from '../shared/facts.ts';

const delay = 400;

/** Where a block stands in the viewport. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
}

export class Hover {
  readonly element = h('div', { class: 'hover', attributes: { role: 'tooltip', id: 'hover', hidden: true } });
  #timer: ReturnType<typeof setTimeout> | undefined;
  #resting: LayerView | undefined;

  constructor(private readonly state: () => ModelState) {}

  /** Shows the hover after the pointer has rested. */
  rest(layer: LayerView, box: () => Box): void {
    if (this.#resting === layer) return;
    this.#resting = layer;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#show(layer, box()), delay);
  }

  leave(): void {
    this.#resting = undefined;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.hide(), 150);
  }

  hide(): void {
    this.#resting = undefined;
    clearTimeout(this.#timer);
    this.element.hidden = true;
  }

  #show(layer: LayerView, box: Box): void {
    const { compiled, stale } = this.state();
    this.element.replaceChildren(factsElement(nodeFacts(layer, compiled), stale));
    this.element.hidden = false;
    const { clientWidth, clientHeight } = this.element.offsetParent!;
    const { offsetWidth, offsetHeight } = this.element;
    const beside = box.right + 8;
    const left = beside + offsetWidth <= clientWidth ? beside : Math.max(8, box.left - offsetWidth - 8);
    const top = Math.min(box.top, clientHeight - offsetHeight - 8);
    this.element.style.transform = `translate(${left}px, ${Math.max(8, top)}px)`;
  }
}
