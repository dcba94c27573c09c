/** The graph's toolbar: search, colour, collapse, zoom. */
import { h } from '../shared/dom.ts';
import { button, dropdown } from '../shared/toolkit.ts';
import { metrics, type Metric } from './figures.ts';
import { t } from '../shared/text.ts';

export interface ToolActions {
  readonly find: (text: string, step: -1 | 0 | 1) => void;
  readonly leaveSearch: () => void;
  readonly colour: (metric: Metric) => void;
  readonly collapse: () => void;
  readonly zoom: (factor: number) => void;
  readonly fit: () => void;
  readonly details: () => void;
}

const titles = Object.entries(metrics).map(([metric, { title }]) => [metric as Metric, title] as const);

export class Tools {
  readonly search = h('input', {
    class: 'search',
    attributes: { type: 'search', placeholder: t('Search layers (/)'), 'aria-label': t('Search layers') },
  });
  readonly #found = h('span', { class: 'found', attributes: { role: 'status' } });
  readonly #collapse: HTMLElement;
  readonly element: HTMLElement;

  constructor(actions: ToolActions, metric: Metric) {
    const tool = (label: string, icon: string, onClick: () => void): HTMLElement =>
      button({ label, icon, appearance: 'icon', onClick });
    this.#collapse = tool(t('Collapse or expand repeated blocks (c)'), 'layers', actions.collapse);
    this.element = h(
      'div',
      { class: 'tools', attributes: { role: 'toolbar', 'aria-label': t('Graph') } },
      this.search,
      this.#found,
      dropdown(t('Colour by'), titles, metric, actions.colour),
      this.#collapse,
      tool(t('Zoom out (-)'), 'zoom-out', () => actions.zoom(1 / 1.25)),
      tool(t('Zoom in (+)'), 'zoom-in', () => actions.zoom(1.25)),
      tool(t('Fit (0)'), 'screen-full', actions.fit),
      tool(t('Layer details (Enter)'), 'list-flat', actions.details),
    );
    this.search.addEventListener('input', () => actions.find(this.search.value, 0));
    this.search.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') actions.find(this.search.value, event.shiftKey ? -1 : 1);
      if (event.key === 'Escape') actions.leaveSearch();
    });
  }

  /** `2 of 9` */
  tell(at: number, count: number): void {
    this.#found.textContent =
      this.search.value === '' ? '' : count === 0 ? t('not found') : t('{0} of {1}', at + 1, count);
  }

  /** The collapse button stands only where something repeats. */
  offerCollapse(offered: boolean): void {
    this.#collapse.hidden = !offered;
  }
}
