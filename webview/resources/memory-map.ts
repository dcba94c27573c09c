/** The memory map: addresses of a memory upwards, time to the right; a rectangle for each tensor's life. */
import * as format from '../../src/protocol/format.ts';
import type { CompiledView, MemoryView, PlacementView } from '../../src/protocol/views.ts';
import { client } from '../shared/api.ts';
import { h, svg } from '../shared/dom.ts';

const size = { width: 1000, height: 120 };

function describe(p: PlacementView, memory: MemoryView): string {
  return (
    `${p.tensor}: ${format.bytes(p.words * memory.wordBytes)} at word ${format.count(p.address)}, ` +
    `cycles ${format.count(p.from)} to ${format.count(p.to)}`
  );
}

/** Layer that writes a tensor, so that a click selects it. */
function rectangle(p: PlacementView, memory: MemoryView, compiled: CompiledView): SVGElement {
  const x = (cycle: number): number => (cycle / compiled.cycles.total) * size.width;
  const y = (word: number): number => (word / Math.max(1, memory.depth)) * size.height;
  const rect = svg('rect', {
    class: 'life',
    attributes: {
      x: x(p.from),
      y: size.height - y(p.address + p.words),
      width: Math.max(1, x(p.to) - x(p.from)),
      height: Math.max(1, y(p.words)),
    },
    on: { click: () => void client.request('select', { layer: p.tensor }) },
  });
  rect.append(svg('title', {}, describe(p, memory)));
  return rect;
}

export function memoryMap(compiled: CompiledView): HTMLElement {
  const maps = compiled.memories.flatMap((memory) => {
    const placements = compiled.placements.filter((p) => p.memory === memory.name);
    if (placements.length === 0) return [];
    const picture = svg(
      'svg',
      {
        class: 'map figure',
        attributes: {
          viewBox: `0 0 ${size.width} ${size.height}`,
          preserveAspectRatio: 'none',
          role: 'img',
          'aria-label': `${memory.name} memory over time, ${placements.length} tensors`,
        },
      },
      ...placements.map((p) => rectangle(p, memory, compiled)),
    );
    const title = `${memory.name} memory, ${format.bytes(memory.depth * memory.wordBytes)} over ${format.cycles(compiled.cycles.total)}`;
    return [h('figure', {}, h('figcaption', {}, title[0]!.toUpperCase() + title.slice(1)), picture)];
  });
  return h('div', { class: 'maps' }, ...maps);
}
