/** One row of the heat maps: the picture, float map, fixed-point map, their difference, and what was answered. */
import type { ErrorData } from '../../src/protocol/requests.ts';
import type { EngineAnswer, HeatMapRow, PictureView } from '../../src/protocol/views.ts';
import { h } from '../shared/dom.ts';
import { diagnosticList } from '../shared/states.ts';
import { progressRing } from '../shared/toolkit.ts';
import { difference } from './maps.ts';
import { paint, type ColourMap } from './paint.ts';
import { decimal, probability } from './text.ts';

export interface Look {
  readonly colours: ColourMap;
  readonly opacity: number;
  readonly size: number;
}

const maximum = (answer: EngineAnswer): number => Math.max(0, ...answer.map.values);

async function loadPicture(source: string | undefined): Promise<HTMLImageElement | undefined> {
  if (source === undefined) return undefined;
  const image = new Image();
  image.src = source;
  await image.decode();
  return image;
}

export class Row {
  readonly element: HTMLElement;
  #answer: HeatMapRow | undefined;
  #picture: HTMLImageElement | undefined;
  readonly #cells = h('div', { class: 'cells' });

  constructor(readonly view: PictureView) {
    const caption = view.caption === undefined ? undefined : h('span', { class: 'caption' }, view.caption);
    this.element = h(
      'section',
      { class: 'row', attributes: { 'aria-label': view.title, 'data-picture': view.title } },
      h('h2', {}, view.title, caption),
      this.#cells,
    );
    this.#cells.append(progressRing());
  }

  async show(answer: HeatMapRow, look: Look): Promise<void> {
    this.#picture = await loadPicture(answer.image);
    this.#answer = answer;
    this.element.classList.remove('stale');
    this.draw(look);
  }

  /** Old maps stay, dimmed, until new ones are there. */
  dim(): void {
    this.element.classList.add('stale');
  }

  fail(error: ErrorData): void {
    this.#answer = undefined;
    this.element.classList.remove('stale');
    const problems =
      error.diagnostics.length > 0 ? diagnosticList(error.diagnostics) : h('p', {}, error.message);
    this.#cells.replaceChildren(problems);
  }

  draw(look: Look): void {
    const answer = this.#answer;
    if (!answer) return;
    const { float, fixed } = answer;
    this.#cells.style.setProperty('--size', `${look.size}px`);
    const cells = [this.#canvas('Picture', look)];
    if (float) cells.push(this.#map('Float', float, look));
    if (fixed) cells.push(this.#map('Fixed point', fixed, look));
    if (float && fixed) {
      const map = difference(float.map, fixed.map);
      const agreement =
        answer.correlation === undefined
          ? 'correlation undefined'
          : `correlation ${decimal(answer.correlation, 4)}`;
      cells.push(
        this.#canvas('Difference', look, {
          map,
          max: 1,
          note: `${agreement}, at most ${probability(Math.max(...map.values))} of the maximum`,
        }),
      );
    }
    const problems = answer.diagnostics.length > 0 ? [diagnosticList(answer.diagnostics)] : [];
    this.#cells.replaceChildren(...cells, ...problems);
  }

  #map(title: string, answer: EngineAnswer, look: Look): HTMLElement {
    const max = maximum(answer);
    const name = answer.label ?? `class ${answer.class}`;
    const sure = answer.probability === undefined ? '' : `, ${probability(answer.probability)}`;
    const note = `${name}, score ${decimal(answer.score, 2)}${sure}${max === 0 ? ', map all zero' : ''}`;
    return this.#canvas(title, look, { map: answer.map, max, note });
  }

  #canvas(
    title: string,
    { colours, opacity, size }: Look,
    over?: { map: EngineAnswer['map']; max: number; note: string },
  ): HTMLElement {
    const label = `${title}${over ? `: ${over.note}` : ''}`;
    const canvas = h('canvas', {
      attributes: { width: size, height: size, role: 'img', 'aria-label': label },
    });
    // The difference is read as a map of its own, not over the picture.
    const alone = title === 'Difference';
    paint(canvas, {
      ...(alone ? {} : { picture: this.#picture }),
      ...(over ? { map: over.map, max: over.max } : { max: 0 }),
      colours,
      opacity: alone ? 1 : opacity,
    });
    return h(
      'figure',
      { class: 'cell figure' },
      canvas,
      h('figcaption', {}, h('span', { class: 'engine' }, title), over?.note),
    );
  }
}
