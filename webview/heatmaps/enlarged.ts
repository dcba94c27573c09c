/** One cell large, over the panel. Arrow keys go to the neighbours, Escape back. */
import { h } from '../shared/dom.ts';
import { button } from '../shared/toolkit.ts';
import type { Look, Row } from './row.ts';
import { t } from '../shared/text.ts';

const pixels = 768;

export class Enlarged {
  readonly #canvas = h('canvas', { attributes: { role: 'img' } });
  readonly #text = h('p', { attributes: { 'aria-live': 'polite' } });
  readonly element = h('dialog', { class: 'enlarged', attributes: { 'aria-label': t('Enlarged heat map') } });
  #at: { row: number; cell: number } = { row: 0, cell: 0 };

  constructor(
    private readonly rows: () => readonly Row[],
    private readonly look: () => Look,
    save: (canvas: HTMLCanvasElement, name: string) => void,
  ) {
    const bar = h(
      'div',
      { class: 'bar' },
      this.#text,
      button({
        label: t('Save as PNG'),
        icon: 'save',
        appearance: 'icon',
        onClick: () => save(this.#canvas, this.#name()),
      }),
      button({
        label: t('Back (Escape)'),
        icon: 'close',
        appearance: 'icon',
        onClick: () => this.element.close(),
      }),
    );
    this.element.append(bar, this.#canvas);
    this.element.addEventListener('keydown', (event) => this.#key(event));
    this.element.addEventListener('click', (event) => {
      if (event.target === this.element) this.element.close();
    });
  }

  show(row: Row, cell: number): void {
    this.#at = { row: this.rows().indexOf(row), cell };
    this.draw();
    if (!this.element.open) this.element.showModal();
  }

  draw(): void {
    const row = this.rows()[this.#at.row];
    const cell = row?.cells[this.#at.cell];
    if (!row || !cell?.draw) {
      this.element.close();
      return;
    }
    this.#canvas.width = pixels;
    this.#canvas.height = Math.round(pixels * cell.aspect);
    cell.draw(this.#canvas, this.look());
    const text = [row.view.title, cell.title, ...cell.notes].join(' · ');
    this.#text.textContent = text;
    this.#canvas.setAttribute('aria-label', text);
  }

  #name(): string {
    const row = this.rows()[this.#at.row];
    return `${row?.view.title ?? 'heat-map'}-${row?.cells[this.#at.cell]?.title ?? ''}`
      .toLowerCase()
      .replaceAll(' ', '-');
  }

  #key(event: KeyboardEvent): void {
    const steps: Readonly<Record<string, readonly [row: number, cell: number]>> = {
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const next = { row: this.#at.row + step[0], cell: this.#at.cell + step[1] };
    if (!this.rows()[next.row]?.cells[next.cell]?.draw) return;
    this.#at = next;
    this.draw();
  }
}
