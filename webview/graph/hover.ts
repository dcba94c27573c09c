/** The hover of a block: on resting the pointer, or pinned by Enter. */
import { nodeFacts } from '../../src/protocol/layer-facts.ts';
import type { LayerView, ModelState } from '../../src/protocol/views.ts';
import { h } from '../shared/dom.ts';
import { factsElement } from '../shared/facts.ts';

const delay = 400;

export class Hover {
  readonly element = h('div', { class: 'hover', attributes: { role: 'tooltip', id: 'hover', hidden: true } });
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pinned = false;

  constructor(private readonly state: () => ModelState) {}

  /** Shows the hover after the pointer has rested. */
  rest(layer: LayerView, block: HTMLElement): void {
    if (this.#pinned) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.show(layer, block), delay);
  }

  leave(): void {
    if (this.#pinned) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.hide(), 150);
  }

  /** Shows it now, until `hide`. */
  pin(layer: LayerView, block: HTMLElement): void {
    this.#pinned = true;
    this.show(layer, block);
  }

  show(layer: LayerView, block: HTMLElement): void {
    clearTimeout(this.#timer);
    const { compiled, stale } = this.state();
    this.element.replaceChildren(factsElement(nodeFacts(layer, compiled), stale));
    this.element.hidden = false;
    const bounds = this.element.offsetParent!.getBoundingClientRect();
    const at = block.getBoundingClientRect();
    const beside = at.right - bounds.left + 8;
    const fits = beside + this.element.offsetWidth <= bounds.width;
    const left = fits ? beside : Math.max(8, at.left - bounds.left - this.element.offsetWidth - 8);
    const top = Math.min(at.top - bounds.top, bounds.height - this.element.offsetHeight - 8);
    this.element.style.transform = `translate(${left}px, ${Math.max(8, top)}px)`;
  }

  hide(): void {
    clearTimeout(this.#timer);
    this.#pinned = false;
    this.element.hidden = true;
  }

  get shown(): boolean {
    return !this.element.hidden;
  }
}
