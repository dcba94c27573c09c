/** The schedule as a table, for those who would rather read. */
import * as format from '../../src/protocol/format.ts';
import type { CompiledView, LayerCost } from '../../src/protocol/views.ts';
import { h } from '../shared/dom.ts';
import { phaseNames } from './timeline.ts';

interface Column {
  readonly title: string;
  readonly text: (layer: LayerCost, compiled: CompiledView) => string;
  readonly name?: true;
}

const columns: readonly Column[] = [
  { title: 'Layer', text: (l) => l.name, name: true },
  { title: 'Operator', text: (l) => l.op, name: true },
  { title: 'Phase', text: (l) => phaseNames[l.phase], name: true },
  { title: 'Start', text: (l) => format.count(l.start) },
  { title: 'Cycles', text: (l) => format.count(l.cycles) },
  { title: 'Share', text: (l, c) => format.percent(l.cycles / c.cycles.total) },
  { title: 'MACs', text: (l) => format.count(l.macs) },
  { title: 'Utilisation', text: (l) => (l.macs > 0 ? format.percent(l.utilization) : '') },
  { title: 'Read', text: (l) => format.bytes(l.bytesRead) },
  { title: 'Written', text: (l) => format.bytes(l.bytesWritten) },
];

export function scheduleTable(
  compiled: CompiledView,
  selected: string | undefined,
  choose: (layer: LayerCost) => void,
): HTMLElement {
  const head = h(
    'tr',
    {},
    ...columns.map((c) => h('th', { class: c.name && 'name', attributes: { scope: 'col' } }, c.title)),
  );
  const rows = compiled.layers.map((layer) =>
    h(
      'tr',
      {
        attributes: {
          'aria-selected': String(layer.name === selected || layer.nodes.includes(selected ?? '')),
          'data-layer': layer.name,
        },
        on: { click: () => choose(layer) },
      },
      ...columns.map((c) => h('td', { class: c.name && 'name' }, c.text(layer, compiled))),
    ),
  );
  return h('table', { class: 'figures' }, h('thead', {}, head), h('tbody', {}, ...rows));
}
