/** The timeline: time in cycles along the top, a row for each unit of the accelerator. */
import * as format from '../../src/protocol/format.ts';
import { shortName } from '../../src/protocol/short-name.ts';
import type { CompiledView, OperationView } from '../../src/protocol/views.ts';
import { h, svg } from '../shared/dom.ts';
import type { Tooltip } from '../shared/tooltip.ts';
import { patternDefinitions, patternFill, phaseNames } from './patterns.ts';
import { reveal, shift, ticks, toPixels, zoom, type TimeWindow } from './scale.ts';
import { t } from '../shared/text.ts';

interface Unit {
  readonly name: string;
  /** When an operation keeps this unit busy, relative to its start; undefined where it does not use it. */
  readonly busy: (operation: OperationView) => readonly [from: number, to: number] | undefined;
}

const units: readonly Unit[] = [
  { name: t('Array'), busy: (o) => [0, o.issue] },
  { name: t('Output stage'), busy: (o) => [o.first, o.cycles] },
  { name: t('Image memory'), busy: (o) => (o.readsImage ? [0, o.issue] : undefined) },
  { name: t('Results'), busy: (o) => (o.writesResult ? [o.first, o.cycles] : undefined) },
];

const rowHeight = 26;
const axisHeight = 32;

export interface TimelineEvents {
  readonly chosen: (operation: number) => void;
  readonly moved: (window: TimeWindow) => void;
  /** What is said about an operation under the pointer. */
  readonly facts: (operation: OperationView) => HTMLElement | undefined;
}

export class Timeline {
  readonly #svg = svg('svg', { class: 'timeline', attributes: { 'aria-hidden': 'true' } });
  readonly #area = h(
    'div',
    {
      class: 'area',
      attributes: {
        tabindex: 0,
        role: 'application',
        'aria-label': t('Timeline of operations. Arrow keys step through them, plus and minus zoom.'),
      },
    },
    this.#svg,
  );
  readonly #spoken = h('p', { class: 'visually-hidden', attributes: { 'aria-live': 'polite' } });
  readonly element = h(
    'div',
    { class: 'timeline-box' },
    h('div', { class: 'units' }, ...units.map((u) => h('div', { class: 'unit' }, u.name))),
    this.#area,
    this.#spoken,
  );
  #compiled: CompiledView | undefined;
  #window: TimeWindow = { from: 0, to: 1 };
  #selected: number | undefined;

  #frame: number | undefined;

  constructor(
    private readonly events: TimelineEvents,
    private readonly tooltip: Tooltip,
  ) {
    this.#area.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    this.#area.addEventListener('pointerdown', (event) => this.#drag(event));
    this.#area.addEventListener('keydown', (event) => this.#key(event));
    this.#area.addEventListener('pointermove', (event) => this.#rest(event));
    this.#area.addEventListener('pointerleave', () => this.tooltip.hide());
    new ResizeObserver(() => this.#draw()).observe(this.#area);
  }

  get #whole(): TimeWindow {
    return { from: 0, to: Math.max(1, this.#compiled?.cycles.total ?? 1) };
  }

  show(compiled: CompiledView, window: TimeWindow | undefined): void {
    this.#compiled = compiled;
    this.#window = shift(window ?? this.#whole, this.#whole, 0);
    if (this.#window.to > this.#whole.to) this.#window = this.#whole;
    this.#draw();
  }

  /** Shows an interval, with a little room on both sides. */
  zoomTo(from: number, to: number): void {
    const room = Math.max(10, (to - from) * 0.1);
    this.#set({ from: Math.max(0, from - room), to: Math.min(this.#whole.to, to + room) });
  }

  select(operation: number | undefined): void {
    this.#selected = operation;
    const chosen = this.#compiled?.operations[operation ?? -1];
    if (chosen) this.#window = reveal(this.#window, this.#whole, chosen.start, chosen.start + chosen.cycles);
    this.#draw();
  }

  /** Several moves within one frame are drawn once. */
  #set(window: TimeWindow): void {
    this.#window = window;
    this.events.moved(window);
    this.tooltip.hide();
    if (this.#frame !== undefined) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#draw();
    });
  }

  #draw(): void {
    const compiled = this.#compiled;
    const width = this.#area.clientWidth;
    if (!compiled || width === 0) return;
    const height = axisHeight + units.length * rowHeight;
    this.#svg.setAttribute('width', String(width));
    this.#svg.setAttribute('height', String(height));
    const x = (cycle: number): number => toPixels(this.#window, width, cycle);
    const axis = ticks(this.#window, width / 110).flatMap((t) => [
      svg('line', { class: 'tick', attributes: { x1: x(t), x2: x(t), y1: axisHeight - 14, y2: height } }),
      svg('text', { class: 'tick-label', attributes: { x: x(t) + 3, y: axisHeight - 5 } }, format.count(t)),
    ]);
    const split = x(compiled.cycles.inference);
    const end = svg('line', { class: 'split', attributes: { x1: split, x2: split, y1: 0, y2: height } });
    // The explanation is the point: said where it begins, on the side that has room.
    const room = width - split;
    const said = svg('text', {
      class: 'split-label',
      attributes: { x: split + (room < 140 ? -5 : 5), y: 10, 'text-anchor': room < 140 ? 'end' : 'start' },
    });
    said.textContent = t('explanation: {0}', format.cycles(compiled.cycles.explanation));
    const bars = this.#bars(compiled, x, width);
    this.#svg.replaceChildren(patternDefinitions('timeline'), ...axis, ...bars, end, said);
  }

  #bars(compiled: CompiledView, x: (cycle: number) => number, width: number): SVGElement[] {
    /** Where the last bar of each row ends: what would lie within the same pixel is not drawn again. */
    const drawn = units.map(() => -Infinity);
    return compiled.operations.flatMap((operation, index) => {
      const [left, right] = [x(operation.start), x(operation.start + operation.cycles)];
      if (right < 0 || left > width) return [];
      return units.flatMap((unit, row) => {
        const busy = unit.busy(operation);
        if (!busy) return [];
        const [from, to] = [x(operation.start + busy[0]), x(operation.start + busy[1])];
        const selected = index === this.#selected;
        if (to < drawn[row]! + 0.5 && !selected) return [];
        drawn[row] = to;
        const attributes = {
          fill: patternFill('timeline', operation.phase),
          x: from,
          y: axisHeight + row * rowHeight + 3,
          // A sliver must stay visible: the explanation often is one.
          width: Math.max(1, to - from - (to - from > 6 ? 1 : 0)),
          height: rowHeight - 6,
          'data-operation': index,
        };
        const bar = svg('rect', {
          class: `bar ${operation.phase}${selected ? ' selected' : ''}`,
          attributes,
        });
        if (row !== 0 || to - from < 60) return [bar];
        const label = svg('text', {
          class: 'bar-label',
          attributes: { x: Math.max(from, 0) + 4, y: axisHeight + rowHeight / 2 + 4 },
        });
        const name = operation.layer;
        // The operator is the last part of an exporter's name.
        label.textContent = shortName(name, name.slice(name.lastIndexOf('/') + 1)).slice(
          0,
          Math.floor((Math.min(to, width) - Math.max(from, 0)) / 8),
        );
        return [bar, label];
      });
    });
  }

  #describe(operation: OperationView): string {
    const share = format.percent(operation.cycles / this.#whole.to);
    return t(
      '{0}, {1}, {2} ({3}), from cycle {4}',
      operation.layer,
      phaseNames[operation.phase],
      format.cycles(operation.cycles),
      share,
      format.count(operation.start),
    );
  }

  #rest(event: PointerEvent): void {
    const index = (event.target as Element).getAttribute('data-operation');
    const operation = index === null ? undefined : this.#compiled?.operations[Number(index)];
    if (!operation || event.buttons !== 0) return this.tooltip.hide();
    this.tooltip.over(operation, event, () => this.events.facts(operation));
  }

  #at(event: MouseEvent): number {
    const box = this.#area.getBoundingClientRect();
    const { from, to } = this.#window;
    return from + ((event.clientX - box.left) / box.width) * (to - from);
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    const { from, to } = this.#window;
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      const pixels = event.deltaX !== 0 ? event.deltaX : event.deltaY;
      this.#set(shift(this.#window, this.#whole, (pixels / this.#area.clientWidth) * (to - from)));
      return;
    }
    this.#set(zoom(this.#window, this.#whole, Math.exp(event.deltaY / 300), this.#at(event)));
  }

  #drag(down: PointerEvent): void {
    if (down.button !== 0) return;
    const start = this.#window;
    const perPixel = (start.to - start.from) / this.#area.clientWidth;
    let moved = false;
    const move = (event: PointerEvent): void => {
      const by = event.clientX - down.clientX;
      moved ||= Math.abs(by) > 3;
      if (moved) this.#set(shift(start, this.#whole, -by * perPixel));
    };
    const up = (): void => {
      window.removeEventListener('pointermove', move);
      window.removeEventListener('pointerup', up);
      const index = (down.target as Element).getAttribute('data-operation');
      if (!moved && index !== null) this.#choose(Number(index));
    };
    window.addEventListener('pointermove', move);
    window.addEventListener('pointerup', up);
  }

  #choose(index: number): void {
    const operation = this.#compiled?.operations[index];
    if (!operation) return;
    this.select(index);
    this.#spoken.textContent = this.#describe(operation);
    this.events.chosen(index);
  }

  #key(event: KeyboardEvent): void {
    const last = (this.#compiled?.operations.length ?? 0) - 1;
    const at = this.#selected ?? -1;
    const middle = (this.#window.from + this.#window.to) / 2;
    const steps: Readonly<Record<string, () => void>> = {
      ArrowRight: () => this.#choose(Math.min(last, at + 1)),
      ArrowLeft: () => this.#choose(Math.max(0, at - 1)),
      Home: () => this.#choose(0),
      End: () => this.#choose(last),
      '+': () => this.#set(zoom(this.#window, this.#whole, 0.7, middle)),
      '=': () => this.#set(zoom(this.#window, this.#whole, 0.7, middle)),
      '-': () => this.#set(zoom(this.#window, this.#whole, 1 / 0.7, middle)),
      '0': () => this.#set(this.#whole),
    };
    const step = steps[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    step();
  }
}
