/** The memory map: addresses of a memory upwards, time to the right; a rectangle for each tensor's life. */
import * as format from '../../src/protocol/format.ts';
import type { CompiledView, MemoryView, ModelView, PlacementView } from '../../src/protocol/views.ts';
import { client } from '../shared/api.ts';
import { h, svg } from '../shared/dom.ts';
import type { Tooltip } from '../shared/tooltip.ts';
import { t } from '../shared/text.ts';

const size = { width: 1000, height: 140 };

/** Name under which the other views know what writes a tensor. */
const writerOf = (tensor: string, model: ModelView): string =>
  model.layers.find((l) => l.outputs.includes(tensor))?.id ?? tensor;

const bytesOf = (p: PlacementView, memory: MemoryView): string => format.bytes(p.words * memory.wordBytes);

function facts(p: PlacementView, memory: MemoryView): HTMLElement {
  const rows = [
    [t('Size'), bytesOf(p, memory)],
    [t('Words'), t('{0} to {1}', format.count(p.address), format.count(p.address + p.words - 1))],
    [t('Lives'), t('cycle {0} to {1}', format.count(p.from), format.count(p.to))],
  ] as const;
  return h(
    'div',
    { class: 'facts' },
    h('p', { class: 'title' }, p.tensor),
    h('dl', {}, ...rows.flatMap(([label, value]) => [h('dt', {}, label), h('dd', {}, value)])),
  );
}

interface Shown {
  readonly model: ModelView;
  readonly compiled: CompiledView;
  readonly tooltip: Tooltip;
}

function rectangle(p: PlacementView, memory: MemoryView, { model, compiled, tooltip }: Shown): SVGElement {
  const x = (cycle: number): number => (cycle / compiled.cycles.total) * size.width;
  const y = (word: number): number => (word / Math.max(1, memory.depth)) * size.height;
  const layer = writerOf(p.tensor, model);
  return svg('rect', {
    class: 'life',
    attributes: {
      x: x(p.from),
      y: size.height - y(p.address + p.words),
      width: Math.max(1, x(p.to) - x(p.from)),
      height: Math.max(1, y(p.words)),
      'data-layer': layer,
    },
    on: {
      click: () => void client.request('select', { layer }),
      pointermove: (event) => tooltip.over(p, event, () => facts(p, memory)),
      pointerleave: () => tooltip.hide(),
    },
  });
}

/** The same, to be read, and walked by keyboard. */
function table(placements: readonly PlacementView[], memory: MemoryView, { model }: Shown): HTMLElement {
  const titles = [t('Tensor'), t('Size'), t('From word'), t('From cycle'), t('To cycle')];
  const head = titles.map((title, i) =>
    h('th', { class: i === 0 ? 'name' : undefined, attributes: { scope: 'col' } }, title),
  );
  const rows = placements.map((p) => {
    const layer = writerOf(p.tensor, model);
    const choose = h(
      'button',
      {
        class: 'plain',
        attributes: { type: 'button', title: t('Select the layer') },
        on: { click: () => void client.request('select', { layer }) },
      },
      p.tensor,
    );
    const figures = [bytesOf(p, memory), ...[p.address, p.from, p.to].map(format.count)];
    return h(
      'tr',
      { attributes: { 'data-layer': layer } },
      h('td', { class: 'name' }, choose),
      ...figures.map((text) => h('td', {}, text)),
    );
  });
  return h(
    'details',
    {},
    h('summary', {}, t('As a table')),
    h('table', { class: 'figures' }, h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...rows)),
  );
}

export function memoryMap(shown: Shown): HTMLElement {
  const { compiled } = shown;
  const { cycles } = compiled;
  const maps = compiled.memories.flatMap((memory) => {
    const placements = compiled.placements.filter((p) => p.memory === memory.name);
    if (placements.length === 0) return [];
    const split = (cycles.inference / cycles.total) * size.width;
    const picture = svg(
      'svg',
      {
        class: 'map figure',
        attributes: {
          viewBox: `0 0 ${size.width} ${size.height}`,
          preserveAspectRatio: 'none',
          role: 'img',
          'aria-label': t(
            '{0} memory over time, {1} tensors; the table below has the same figures',
            memory.name,
            placements.length,
          ),
        },
      },
      ...placements.map((p) => rectangle(p, memory, shown)),
      svg('line', { class: 'split', attributes: { x1: split, x2: split, y1: 0, y2: size.height } }),
    );
    const name = memory.name[0]!.toUpperCase() + memory.name.slice(1);
    return [
      h(
        'figure',
        { class: 'memory-figure' },
        h('figcaption', {}, t('{0} memory', name)),
        h(
          'div',
          { class: 'map-box' },
          h('span', { class: 'top-label' }, format.bytes(memory.depth * memory.wordBytes)),
          h('span', { class: 'bottom-label' }, '0'),
          picture,
          h('span', { class: 'from-label' }, 'cycle 0'),
          h('span', { class: 'to-label' }, format.count(cycles.total)),
        ),
        table(placements, memory, shown),
      ),
    ];
  });
  return h('div', { class: 'maps' }, ...maps);
}

/** Marks what a layer writes. */
export function selectPlacement(root: Element, layer: string | undefined): void {
  for (const element of root.querySelectorAll<HTMLElement | SVGElement>('[data-layer]')) {
    const chosen = element.dataset['layer'] === layer;
    element.classList.toggle('selected', chosen);
    if (element.localName === 'tr') element.setAttribute('aria-selected', String(chosen));
  }
}
