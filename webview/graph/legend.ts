/** What the colours and marks stand for. */
import { h } from '../shared/dom.ts';
import { colourOf, metrics, type Drawing } from './figures.ts';
import { t } from '../shared/text.ts';

const steps = Array.from({ length: 17 }, (_, i) => i / 16);

export class Legend {
  readonly #scale = h('span', { class: 'scale', attributes: { 'aria-hidden': 'true' } });
  readonly #title = h('span');
  readonly #zero = h('span', {}, '0');
  readonly #most = h('span', { class: 'figure' });
  readonly #marks = h('span', { class: 'marks' });
  readonly element = h(
    'div',
    { class: 'legend', attributes: { role: 'note', 'aria-label': t('Legend') } },
    this.#title,
    this.#zero,
    this.#scale,
    this.#most,
    this.#marks,
  );

  constructor() {
    this.#scale.style.background = `linear-gradient(to right, ${steps.map((s) => colourOf(s, 1)).join()})`;
  }

  update({ metric, most, values, target, backward }: Drawing): void {
    const { title, short } = metrics[metric];
    const known = values.some((value) => value !== undefined);
    this.#title.textContent = known ? title : t('{0}: not known yet', title);
    this.#most.textContent = short(most);
    for (const part of [this.#zero, this.#scale, this.#most]) part.hidden = !known;
    const mark = (kind: string, text: string): HTMLElement =>
      h('span', { class: 'mark' }, h('span', { class: `swatch ${kind}` }), text);
    this.#marks.replaceChildren(
      ...(target < 0 ? [] : [mark('target', t('target'))]),
      ...(backward.size === 0 ? [] : [mark('backward', t('backward path'))]),
    );
  }
}
