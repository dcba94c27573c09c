/** The graph: blocks and edges in a viewport, with pointer and keyboard. */
import type { FullState } from '../shared/model-view.ts';
import { client } from '../shared/api.ts';
import { h, svg } from '../shared/dom.ts';
import { button } from '../shared/toolkit.ts';
import { blockElement, drawing } from './block.ts';
import { updateHeader } from './header.ts';
import { Hover } from './hover.ts';
import { blockSize, layoutModel, type Block, type GraphLayout } from './layout.ts';
import { neighbour, search, type Direction } from './navigation.ts';
import { PanZoom, type Camera } from './pan-zoom.ts';

const directions = new Set<string>(['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End']);

const curve = (points: readonly { x: number; y: number }[]): string => {
  const [first, ...rest] = points;
  if (!first) return '';
  return `M${first.x} ${first.y}${rest.map((p) => `L${p.x} ${p.y}`).join('')}`;
};

export interface Remembered {
  camera?: Camera;
  selected?: string;
}

export class GraphView {
  readonly #header = h('header', { class: 'header' });
  readonly #blocks = h('div', {
    class: 'blocks',
    attributes: { role: 'listbox', tabindex: 0, 'aria-label': 'Layers', 'aria-describedby': 'keys' },
  });
  readonly #edges = svg('svg', { class: 'edges', attributes: { 'aria-hidden': 'true' } });
  readonly #world = h('div', { class: 'world' }, this.#edges, this.#blocks);
  readonly #viewport = h('div', { class: 'viewport' }, this.#world);
  readonly #search = h('input', {
    class: 'search',
    attributes: { type: 'search', placeholder: 'Search layers (/)', 'aria-label': 'Search layers' },
  });
  readonly #found = h('span', { class: 'visually-hidden', attributes: { 'aria-live': 'polite' } });
  readonly #hover = new Hover(() => this.#state!);
  readonly #panZoom = new PanZoom(this.#viewport, (camera) => this.#move(camera));
  readonly #drawn = new Map<number, HTMLElement>();
  readonly element: HTMLElement;
  #state: FullState | undefined;
  #layout: GraphLayout = { blocks: [], edges: [], width: 0, height: 0 };
  #revision: number | undefined;
  #drawnFrom: unknown[] = [];
  #selected = -1;
  #width = 0;
  #frame: number | undefined;

  constructor(private readonly memory: { value: Remembered; save: () => void }) {
    const fit = (): void => this.#panZoom.fit(this.#layout.width, this.#layout.height);
    const tools = h(
      'div',
      { class: 'tools', attributes: { role: 'toolbar', 'aria-label': 'Graph' } },
      this.#search,
      button({
        label: 'Zoom out',
        icon: 'zoom-out',
        appearance: 'icon',
        onClick: () => this.#panZoom.zoomBy(1 / 1.25),
      }),
      button({
        label: 'Zoom in',
        icon: 'zoom-in',
        appearance: 'icon',
        onClick: () => this.#panZoom.zoomBy(1.25),
      }),
      button({ label: 'Fit', icon: 'screen-full', appearance: 'icon', onClick: fit }),
    );
    const keys = h(
      'p',
      { class: 'visually-hidden', attributes: { id: 'keys' } },
      'Arrow keys follow the edges, Enter shows details, T sets the GradCAM target, slash searches.',
    );
    const stage = h('div', { class: 'stage' }, this.#viewport, this.#hover.element, tools);
    this.element = h('div', { class: 'view graph' }, this.#header, stage, keys, this.#found);
    this.#listen();
    new ResizeObserver(() => this.#resized()).observe(this.#viewport);
  }

  update(state: FullState): void {
    this.#state = state;
    updateHeader(this.#header, state);
    if (state.revision !== this.#revision) {
      this.#revision = state.revision;
      this.#place();
    }
    const from = [state.revision, state.compiled, state.diagnostics];
    if (from.some((value, i) => value !== this.#drawnFrom[i])) {
      this.#drawnFrom = from;
      this.#redraw();
    }
  }

  /** Selects a layer that was picked elsewhere. */
  select(layer: string | undefined): void {
    const index = this.#layout.blocks.findIndex((b) => b.layer.id === layer);
    if (index !== this.#selected) this.#choose(index, { tell: false });
  }

  #place(): void {
    const model = this.#state!.model;
    this.#layout = layoutModel(model);
    const { width, height, edges } = this.#layout;
    this.#edges.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.#edges.setAttribute('width', String(width));
    this.#edges.setAttribute('height', String(height));
    this.#edges.replaceChildren(svg('path', { attributes: { d: edges.map(curve).join('') } }));
    const { camera, selected } = this.memory.value;
    this.#selected = this.#layout.blocks.findIndex((b) => b.layer.id === selected);
    if (camera) this.#panZoom.set(camera);
    else this.#home();
  }

  /** Where a model opens: its top, at a size that can be read. */
  #home(): void {
    const { clientWidth } = this.#viewport;
    const zoom = Math.max(0.6, Math.min(1, clientWidth / this.#layout.width));
    const top = this.#layout.blocks[0];
    const middle = this.#layout.width * zoom <= clientWidth ? this.#layout.width / 2 : (top?.x ?? 0);
    // Below the toolbar.
    this.#panZoom.set({ x: clientWidth / 2 - middle * zoom, y: 24, zoom });
  }

  #redraw(): void {
    for (const element of this.#drawn.values()) element.remove();
    this.#drawn.clear();
    this.#cull();
    this.#mark();
  }

  #resized(): void {
    const before = this.#width;
    this.#width = this.#viewport.clientWidth;
    if (before > 0 && this.#width > 0 && before !== this.#width) this.#panZoom.resized(this.#width - before);
    else this.#cull();
  }

  /** Draws a moved camera with the next frame; several moves within one frame are drawn once. */
  #move(camera: Camera): void {
    this.#hover.hide();
    this.memory.value = { ...this.memory.value, camera };
    this.memory.save();
    if (this.#frame !== undefined) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = undefined;
      const { x, y, zoom } = this.#panZoom.camera;
      this.#world.style.transform = `translate(${x}px, ${y}px) scale(${zoom})`;
      this.#cull();
      this.#mark();
    });
  }

  /** Keeps in the document only the blocks in or near the viewport, and the selected one. */
  #cull(): void {
    const state = this.#state;
    if (!state) return;
    const { x, y, zoom } = this.#panZoom.camera;
    const margin = 200;
    const left = (-x - margin) / zoom;
    const top = (-y - margin) / zoom;
    const right = (this.#viewport.clientWidth - x + margin) / zoom;
    const bottom = (this.#viewport.clientHeight - y + margin) / zoom;
    let draw: ReturnType<typeof drawing> | undefined;
    this.#layout.blocks.forEach((block, index) => {
      const seen = block.x > left && block.x < right && block.y > top && block.y < bottom;
      const wanted = seen || index === this.#selected;
      const present = this.#drawn.get(index);
      if (wanted && !present) {
        draw ??= drawing(state.compiled, state.diagnostics);
        const element = blockElement(block, index, this.#layout.blocks.length, draw);
        this.#drawn.set(index, element);
        this.#blocks.append(element);
      } else if (!wanted && present) {
        present.remove();
        this.#drawn.delete(index);
      }
    });
  }

  #choose(index: number, { tell = true } = {}): void {
    const block = this.#layout.blocks[index];
    this.#selected = block ? index : -1;
    this.memory.value = { ...this.memory.value, selected: block?.layer.id };
    this.memory.save();
    if (block) {
      const { width, height } = blockSize;
      this.#panZoom.reveal(block.x - width / 2, block.y - height / 2, width, height);
    }
    this.#cull();
    this.#mark();
    if (tell) void client.request('select', { layer: block?.layer.id });
  }

  #mark(): void {
    for (const [index, element] of this.#drawn) {
      element.setAttribute('aria-selected', String(index === this.#selected));
    }
    if (this.#selected >= 0) this.#blocks.setAttribute('aria-activedescendant', `block-${this.#selected}`);
    else this.#blocks.removeAttribute('aria-activedescendant');
  }

  #blockAt(target: EventTarget | null): [Block, number, HTMLElement] | undefined {
    const element = (target as Element | null)?.closest<HTMLElement>('.block');
    const index = element ? Number(element.id.slice('block-'.length)) : -1;
    const block = this.#layout.blocks[index];
    return element && block ? [block, index, element] : undefined;
  }

  #listen(): void {
    this.#viewport.addEventListener('pointerover', (event) => {
      const at = this.#blockAt(event.target);
      if (at) this.#hover.rest(at[0].layer, at[2]);
      else this.#hover.leave();
    });
    this.#viewport.addEventListener('pointerleave', () => this.#hover.leave());
    this.#viewport.addEventListener('click', (event) => {
      const at = this.#blockAt(event.target);
      if (at) this.#choose(at[1]);
    });
    this.#blocks.addEventListener('focus', () => {
      if (this.#selected < 0 && this.#layout.blocks.length > 0) this.#choose(0, { tell: false });
    });
    this.element.addEventListener('keydown', (event) => this.#key(event));
    this.#search.addEventListener('input', () => this.#find());
    this.#search.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.#find(true);
      if (event.key === 'Escape') this.#blocks.focus();
    });
  }

  #find(next = false): void {
    const found = search(this.#layout.blocks, this.#search.value);
    this.#found.textContent = this.#search.value === '' ? '' : `${found.length} layers found`;
    const after = next ? found.find((i) => i > this.#selected) : undefined;
    const index = after ?? found[0];
    if (index !== undefined) this.#choose(index);
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') return this.#hover.hide();
    if (event.key === '/' && event.target !== this.#search) {
      event.preventDefault();
      return this.#search.focus();
    }
    if (event.target !== this.#blocks) return;
    const { key } = event;
    if (directions.has(key)) {
      event.preventDefault();
      const pinned = this.#hover.shown;
      const next = neighbour(this.#layout.blocks, this.#selected, key as Direction);
      if (next !== undefined) this.#choose(next);
      if (pinned) this.#details();
    } else if (key === 'Enter') this.#details();
    else if (key === 't') this.#setTarget();
    else if (key === '+' || key === '=') this.#panZoom.zoomBy(1.25);
    else if (key === '-') this.#panZoom.zoomBy(1 / 1.25);
    else if (key === '0') this.#panZoom.fit(this.#layout.width, this.#layout.height);
  }

  #details(): void {
    const block = this.#layout.blocks[this.#selected];
    const element = this.#drawn.get(this.#selected);
    if (block && element) this.#hover.pin(block.layer, element);
  }

  #setTarget(): void {
    const { layer } = this.#layout.blocks[this.#selected] ?? {};
    const tensor = layer?.outputs.find((o) => this.#state!.model.targets.includes(o));
    if (tensor !== undefined) void client.request('setTarget', { tensor });
    else if (layer) this.#found.textContent = `${layer.id} cannot be a GradCAM target`;
  }
}
