/** The schedule as a table, for those who would rather read. */
import * as format from '../../src/protocol/format.ts';
import type { CompiledView, LayerCost } from '../../src/protocol/views.ts';
import { h } from '../shared/dom.ts';
import { phaseNames, swatch } from './patterns.ts';
import { t } from '../shared/text.ts';

interface Column {
  readonly title: string;
  readonly text: (layer: LayerCost, compiled: CompiledView) => string;
  readonly mark?: (layer: LayerCost) => Element;
  readonly name?: true;
  /** With a bar behind the figure. */
  readonly bar?: true;
}

const columns: readonly Column[] = [
  { title: t('Layer'), text: (l) => l.name, name: true },
  { title: t('Cycles'), text: (l) => format.count(l.cycles) },
  { title: t('Share'), text: (l, c) => format.percent(l.cycles / c.cycles.total), bar: true },
  { title: t('Phase'), text: (l) => phaseNames[l.phase], mark: (l) => swatch(l.phase), name: true },
  { title: t('Operator'), text: (l) => l.op, name: true },
  { title: t('Start'), text: (l) => format.count(l.start) },
  { title: 'MACs', text: (l) => format.count(l.macs) },
  { title: t('Utilisation'), text: (l) => (l.macs > 0 ? format.percent(l.utilization) : '') },
  { title: t('Read'), text: (l) => format.bytes(l.bytesRead) },
  { title: t('Written'), text: (l) => format.bytes(l.bytesWritten) },
];

/** A bar behind the share, so that the eye finds the large ones. */
function shareBar(share: number): HTMLElement {
  const bar = h('span', { class: 'share-bar', attributes: { 'aria-hidden': 'true' } });
  bar.style.width = `${share * 100}%`;
  return bar;
}

function cell(column: Column, layer: LayerCost, compiled: CompiledView, largest: number): HTMLElement {
  const { bar, name, mark, text } = column;
  return h(
    'td',
    { class: name ? 'name' : bar ? 'share' : undefined },
    bar ? shareBar(layer.cycles / largest) : undefined,
    mark?.(layer),
    text(layer, compiled),
  );
}

export function scheduleTable(
  compiled: CompiledView,
  selected: string | undefined,
  choose: (layer: LayerCost) => void,
): HTMLElement {
  const head = h(
    'tr',
    {},
    ...columns.map((c) =>
      h('th', { class: c.name ? 'name' : undefined, attributes: { scope: 'col' } }, c.title),
    ),
  );
  const largest = Math.max(...compiled.layers.map((l) => l.cycles));
  const isSelected = (layer: LayerCost): boolean =>
    layer.name === selected || layer.nodes.includes(selected ?? '');
  const entry = Math.max(0, compiled.layers.findIndex(isSelected));
  const rows = compiled.layers.map((layer, i) =>
    h(
      'tr',
      {
        attributes: {
          'aria-selected': String(isSelected(layer)),
          'data-layer': layer.name,
          tabindex: i === entry ? 0 : -1,
        },
        on: { click: () => choose(layer) },
      },
      ...columns.map((c) => cell(c, layer, compiled, largest)),
    ),
  );
  const walk = (event: KeyboardEvent): void => {
    const at = rows.indexOf(event.target as (typeof rows)[number]);
    const to: Readonly<Record<string, number>> = {
      ArrowDown: Math.min(rows.length - 1, at + 1),
      ArrowUp: Math.max(0, at - 1),
      Home: 0,
      End: rows.length - 1,
    };
    const next = to[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    rows[next]!.focus();
    choose(compiled.layers[next]!);
  };
  const body = h('tbody', { on: { keydown: walk } }, ...rows);
  return h(
    'table',
    { class: 'figures', attributes: { role: 'grid', 'aria-label': t('Layers of the schedule') } },
    h('thead', {}, head),
    body,
  );
}

/** Marks another row as selected; the focus stays where it is. */
export function selectRow(table: Element, layer: string | undefined): void {
  for (const row of table.querySelectorAll<HTMLElement>('tbody tr')) {
    const chosen = layer !== undefined && row.dataset['layer'] === layer;
    row.setAttribute('aria-selected', String(chosen));
    row.tabIndex = chosen ? 0 : -1;
    if (chosen) row.scrollIntoView({ block: 'nearest' });
  }
  if (layer === undefined) table.querySelector<HTMLElement>('tbody tr')?.setAttribute('tabindex', '0');
}
