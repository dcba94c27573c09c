/** The graph: what is drawn where, and what pointer and keyboard do with it. */
import { client } from '../shared/api.ts';
import { h } from '../shared/dom.ts';
import type { FullState } from '../shared/model-view.ts';
import type { LayerView } from '../../src/protocol/views.ts';
import { Arrangement, type Placed } from './arrangement.ts';
import { blockElement, contextOf, type BlockContent } from './block.ts';
import { farZoom, SceneCanvas, type Scene } from './canvas.ts';
import { Details } from './details.ts';
import { drawing, type Drawing, type Metric } from './figures.ts';
import { updateHeader } from './header.ts';
import { Hover, type Box } from './hover.ts';
import { blockSize } from './layout.ts';
import { Legend } from './legend.ts';
import { Minimap } from './minimap.ts';
import { neighbour, search, type Direction } from './navigation.ts';
import { PanZoom, type Camera } from './pan-zoom.ts';
import { onThemeChanged, themeColours } from './theme.ts';
import { Tools } from './tools.ts';
import { t } from '../shared/text.ts';

const directions = new Set<string>(['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End']);
/** Blocks so far outside the view are drawn already, in pixels. */
const overscan = 200;

export interface Remembered {
  camera?: Camera;
  selected?: string;
  collapsed?: readonly string[];
  details?: boolean;
}

/** What is remembered for this view, and the colour that is remembered for all. */
export interface Memory {
  value: Remembered;
  colour: Metric;
  readonly save: () => void;
}

export class GraphView {
  readonly #header = h('header', { class: 'header' });
  readonly #blocks = h('div', {
    class: 'blocks',
    attributes: { role: 'listbox', tabindex: 0, 'aria-label': t('Layers'), 'aria-describedby': 'keys' },
  });
  readonly #brackets = h('div', { class: 'brackets' });
  readonly #world = h('div', { class: 'world' }, this.#brackets, this.#blocks);
  readonly #canvas = new SceneCanvas();
  readonly #viewport = h('div', { class: 'viewport' }, this.#canvas.element, this.#world);
  readonly #minimap = new Minimap((_, y) => this.#centre(y));
  readonly #legend = new Legend();
  readonly #said = h('span', { class: 'visually-hidden', attributes: { 'aria-live': 'polite' } });
  readonly #hover = new Hover(() => this.#state!);
  readonly #panZoom = new PanZoom(this.#viewport, () => this.#moved());
  readonly #drawn = new Map<number, HTMLElement>();
  readonly #details = new Details({
    go: (layer) => this.#choose(this.#indexOf(layer)),
    close: () => this.#closeDetails(),
    setTarget: (layer) => this.#setTarget(layer),
  });
  readonly #tools: Tools;
  readonly #arrangement: Arrangement;
  readonly element: HTMLElement;
  #state: FullState | undefined;
  #graph: Placed | undefined;
  #drawing: Drawing | undefined;
  #revision: number | undefined;
  #drawnFrom: unknown[] = [];
  /** Index of the selected layer, -1 where none is. */
  #selected = -1;
  #colours = themeColours();
  #size = { width: 0, height: 0 };
  #frame: number | undefined;
  #repaintMinimap = true;

  constructor(private readonly memory: Memory) {
    this.#arrangement = new Arrangement(new Set(memory.value.collapsed), (graph) => this.#place(graph));
    this.#tools = new Tools(
      {
        find: (text, step) => this.#find(text, step),
        leaveSearch: () => this.#blocks.focus(),
        colour: (metric) => this.#colour(metric),
        collapse: () => this.#collapseAll(),
        zoom: (factor) => this.#panZoom.zoomBy(factor),
        fit: () => this.#fit(),
        details: () => this.#toggleDetails(),
      },
      memory.colour,
    );
    const keys = h(
      'p',
      { class: 'visually-hidden', attributes: { id: 'keys' } },
      t(
        'Arrow keys follow the edges, Enter shows details, T sets the GradCAM target, C collapses a repeated block, slash searches.',
      ),
    );
    const stage = h(
      'div',
      { class: 'stage' },
      this.#viewport,
      this.#minimap.element,
      this.#legend.element,
      this.#hover.element,
      this.#tools.element,
    );
    const body = h('div', { class: 'columns' }, stage, this.#details.element);
    this.element = h('div', { class: 'view graph' }, this.#header, body, keys, this.#said);
    this.#listen();
    new ResizeObserver(() => this.#resized()).observe(this.#viewport);
    onThemeChanged(() => {
      this.#colours = themeColours();
      this.#repaintMinimap = true;
      this.#draw();
    });
  }

  update(state: FullState): void {
    this.#state = state;
    updateHeader(this.#header, state);
    if (state.revision !== this.#revision) {
      this.#revision = state.revision;
      this.#arrangement.take(state.model);
      return;
    }
    const from = [state.compiled, state.diagnostics, state.stale];
    if (this.#graph && from.some((value, i) => value !== this.#drawnFrom[i])) this.#refresh();
  }

  /** Selects a layer that was picked elsewhere. */
  select(layer: string | undefined): void {
    if (!this.#graph) return this.#remember({ selected: layer });
    const index = this.#indexOf(layer);
    if (index !== this.#selected) this.#choose(index, { tell: false });
  }

  #indexOf(layer: string | undefined): number {
    return this.#graph?.layers.findIndex(({ id }) => id === layer) ?? -1;
  }

  /** The block of the selected layer. */
  get #current(): number {
    return this.#graph?.itemOf[this.#selected] ?? -1;
  }

  #remember(change: Remembered): void {
    this.memory.value = { ...this.memory.value, ...change };
    this.memory.save();
  }

  /** Shows a graph that has just been placed. What was in the view stays where it is. */
  #place(graph: Placed): void {
    const before = this.#graph;
    const anchor = before && this.#anchor(before);
    this.#graph = graph;
    this.#panZoom.world = graph.layout;
    this.#selected = this.#indexOf(this.memory.value.selected);
    this.#tools.offerCollapse(this.#arrangement.repeats.length > 0);
    this.#placeBrackets(graph);
    const { camera } = this.memory.value;
    const place = anchor && graph.layout.places[graph.itemOf[this.#indexOf(anchor.layer)] ?? -1];
    if (place) {
      const { zoom } = this.#panZoom.camera;
      this.#panZoom.set({ x: anchor.x - place.x * zoom, y: anchor.y - place.y * zoom, zoom });
    } else if (before === undefined && camera) this.#panZoom.set(camera);
    else {
      this.#home(graph);
      this.#reveal();
    }
    this.#refresh();
    if (before === undefined) this.#tellPainted();
  }

  /** A layer that can be found again after a new layout, and where it stands on the screen. */
  #anchor({ layout, items, layers }: Placed): { layer: string; x: number; y: number } | undefined {
    const { x, y, zoom } = this.#panZoom.camera;
    const middle = (this.#size.height / 2 - y) / zoom;
    const distance = (i: number): number => Math.abs(layout.places[i]!.y - middle);
    const nearest = layout.places.reduce((best, _, i) => (distance(i) < distance(best) ? i : best), 0);
    const index = this.#current >= 0 ? this.#current : nearest;
    const place = layout.places[index];
    return place && { layer: layers[items[index]!.from]!.id, x: place.x * zoom + x, y: place.y * zoom + y };
  }

  /** Leaves a mark in the page's performance timeline once the first picture is on the screen. */
  #tellPainted(): void {
    requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('camber.graph.painted')));
  }

  /** Where a model opens: its top, at a size that can be read. */
  #home({ layout }: Placed): void {
    const { clientWidth } = this.#viewport;
    const zoom = Math.max(0.6, Math.min(1, clientWidth / layout.width));
    const middle = layout.width * zoom <= clientWidth ? layout.width / 2 : (layout.places[0]?.x ?? 0);
    this.#panZoom.set({ x: clientWidth / 2 - middle * zoom, y: 24, zoom });
  }

  #fit(): void {
    if (this.#graph) this.#panZoom.fit(this.#graph.layout.width, this.#graph.layout.height);
  }

  /** Brings a height of the world into the middle of the view. */
  #centre(y: number): void {
    const { camera } = this.#panZoom;
    this.#panZoom.set({ ...camera, y: this.#size.height / 2 - y * camera.zoom });
  }

  /** Draws anew from the state. */
  #refresh(): void {
    const { compiled, diagnostics, stale } = this.#state!;
    this.#drawnFrom = [compiled, diagnostics, stale];
    this.#drawing = drawing(this.#graph!, compiled, diagnostics, this.memory.colour);
    this.#legend.update(this.#drawing);
    for (const element of this.#drawn.values()) element.remove();
    this.#drawn.clear();
    this.#repaintMinimap = true;
    this.#draw();
    if (this.#details.shown || this.memory.value.details) this.#showDetails();
  }

  #resized(): void {
    const before = this.#size;
    this.#size = { width: this.#viewport.clientWidth, height: this.#viewport.clientHeight };
    if (this.#size.width > 0) this.#panZoom.size = this.#size;
    this.#repaintMinimap = true;
    if (before.width > 0 && this.#size.width > 0 && before.width !== this.#size.width)
      this.#panZoom.resized(this.#size.width - before.width);
    else this.#draw();
  }

  #moved(): void {
    this.#hover.hide();
    this.#remember({ camera: this.#panZoom.camera });
    this.#draw();
  }

  /** Draws with the next frame; what happens within one frame is drawn once. */
  #draw(): void {
    if (this.#frame !== undefined) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = undefined;
      const graph = this.#graph;
      const draw = this.#drawing;
      if (!graph || !draw || this.#size.width === 0) return;
      const { camera } = this.#panZoom;
      const { x, y, zoom } = camera;
      const scene: Scene = { ...graph, draw, selected: this.#current };
      this.#world.style.transform = `translate(${x}px, ${y}px) scale(${zoom})`;
      this.#world.classList.toggle('far', zoom < farZoom);
      this.#canvas.paint(scene, camera, this.#size, this.#colours);
      this.#cull(graph, draw, camera);
      this.#mark();
      if (this.#repaintMinimap) this.#minimap.paint(scene, this.#colours);
      this.#repaintMinimap = false;
      this.#minimap.follow(camera, this.#size.height);
    });
  }

  /** Keeps in the document only the blocks in or near the view, and the selected one. */
  #cull(graph: Placed, draw: Drawing, { x, y, zoom }: Camera): void {
    const left = (-x - overscan) / zoom;
    const top = (-y - overscan) / zoom;
    const right = (this.#size.width - x + overscan) / zoom;
    const bottom = (this.#size.height - y + overscan) / zoom;
    const near = zoom >= farZoom;
    const total = graph.items.length;
    graph.layout.places.forEach((place, index) => {
      const seen = near && place.x > left && place.x < right && place.y > top && place.y < bottom;
      const wanted = seen || index === this.#current;
      const present = this.#drawn.get(index);
      if (wanted && !present) {
        const element = blockElement(this.#content(graph, index), index, total, place, draw);
        this.#drawn.set(index, element);
        this.#blocks.append(element);
      } else if (!wanted && present) {
        present.remove();
        this.#drawn.delete(index);
      }
    });
  }

  #content({ items, layers }: Placed, index: number): BlockContent {
    const item = items[index]!;
    const own = layers.slice(item.from, item.to);
    const { model, uri } = this.#state!;
    const tensor = item.repeat ? undefined : own[0]!.outputs.find((o) => model.targets.includes(o));
    return { item, layers: own, tensor, uri };
  }

  #placeBrackets({ brackets }: Placed): void {
    const buttons = brackets.map(({ repeat, x, top }) => {
      const element = h(
        'button',
        {
          class: 'plain bracket',
          attributes: { type: 'button', tabindex: -1, title: t('Collapse the repeated block (c)') },
          on: { click: () => this.#setCollapsed(repeat.id, true) },
        },
        `${repeat.count} ×`,
      );
      element.style.transform = `translate(${x}px, ${top}px) translateX(-100%)`;
      return element;
    });
    this.#brackets.replaceChildren(...buttons);
  }

  #setCollapsed(repeat: string, collapsed: boolean): void {
    if (collapsed) this.#arrangement.collapsed.add(repeat);
    else this.#arrangement.collapsed.delete(repeat);
    this.#rearrange();
  }

  #collapseAll(): void {
    const { repeats, collapsed, allCollapsed } = this.#arrangement;
    for (const { id } of repeats) {
      if (allCollapsed) collapsed.delete(id);
      else collapsed.add(id);
    }
    this.#rearrange();
  }

  #rearrange(): void {
    this.#remember({ collapsed: [...this.#arrangement.collapsed] });
    this.#arrangement.arrange();
  }

  /**
   * Selects a layer. One inside a collapsed repeat is shown with it expanded, unless the repeat itself is meant.
   */
  #choose(layer: number, { tell = true, block = false } = {}): void {
    const graph = this.#graph;
    if (!graph) return;
    const chosen = graph.layers[layer];
    this.#selected = chosen ? layer : -1;
    this.#remember({ selected: chosen?.id });
    const { repeat } = graph.items[this.#current] ?? {};
    if (repeat && !block) this.#setCollapsed(repeat.id, false);
    this.#reveal();
    this.#repaintMinimap = true;
    this.#draw();
    if (this.#details.shown) this.#showDetails();
    if (tell) void client.request('select', { layer: chosen?.id });
  }

  /** Brings the selected block into view. */
  #reveal(): void {
    const place = this.#graph?.layout.places[this.#current];
    const { width, height } = blockSize;
    if (place) this.#panZoom.reveal(place.x - width / 2, place.y - height / 2, width, height);
  }

  /** Selects what stands at an index of the drawn blocks. */
  #chooseBlock(index: number | undefined): void {
    const item = index === undefined ? undefined : this.#graph?.items[index];
    if (item) this.#choose(item.from, { block: true });
  }

  #mark(): void {
    for (const [index, element] of this.#drawn) {
      element.setAttribute('aria-selected', String(index === this.#current));
    }
    if (this.#current >= 0) this.#blocks.setAttribute('aria-activedescendant', `block-${this.#current}`);
    else this.#blocks.removeAttribute('aria-activedescendant');
  }

  /** The block beneath a point of the window. */
  #hit({ clientX, clientY }: MouseEvent): number | undefined {
    const box = this.#viewport.getBoundingClientRect();
    const { x, y, zoom } = this.#panZoom.camera;
    const at = { x: (clientX - box.left - x) / zoom, y: (clientY - box.top - y) / zoom };
    const found = this.#graph?.layout.places.findIndex(
      (p) => Math.abs(p.x - at.x) <= blockSize.width / 2 && Math.abs(p.y - at.y) <= blockSize.height / 2,
    );
    return found === -1 ? undefined : found;
  }

  #boxOf(index: number): Box {
    const { x, y, zoom } = this.#panZoom.camera;
    const place = this.#graph!.layout.places[index]!;
    const half = (blockSize.width / 2) * zoom;
    return {
      left: place.x * zoom + x - half,
      right: place.x * zoom + x + half,
      top: (place.y - blockSize.height / 2) * zoom + y,
    };
  }

  #listen(): void {
    this.#viewport.addEventListener('pointermove', (event) => {
      if (event.buttons !== 0) return;
      const index = this.#hit(event);
      const item = index === undefined ? undefined : this.#graph!.items[index];
      if (index === undefined || !item || item.repeat) this.#hover.leave();
      else this.#hover.rest(this.#graph!.layers[item.from]!, () => this.#boxOf(index));
    });
    this.#viewport.addEventListener('pointerleave', () => this.#hover.leave());
    this.#viewport.addEventListener('click', (event) => {
      if (!this.#panZoom.dragged) this.#chooseBlock(this.#hit(event));
    });
    this.#viewport.addEventListener('dblclick', (event) => {
      if (this.#hit(event) !== undefined) this.#open();
    });
    // VS Code reads what its menu is about from this attribute.
    this.#viewport.addEventListener('contextmenu', (event) => this.#aboutToOpenMenu(event), {
      capture: true,
    });
    this.#blocks.addEventListener('focus', () => {
      if (this.#selected < 0) this.#choose(0, { tell: false, block: true });
    });
    this.element.addEventListener('keydown', (event) => this.#key(event));
  }

  #aboutToOpenMenu(event: MouseEvent): void {
    const byKeyboard = (event as PointerEvent).pointerType === '';
    const index = byKeyboard ? this.#current : (this.#hit(event) ?? -1);
    if (index >= 0 && this.#graph) {
      this.#chooseBlock(index);
      this.#viewport.dataset['vscodeContext'] = contextOf(this.#content(this.#graph, index));
    } else this.#viewport.dataset['vscodeContext'] = '{"preventDefaultContextMenuItems":true}';
  }

  #find(text: string, step: -1 | 0 | 1): void {
    const found = search(this.#graph?.layers ?? [], text);
    const at = found.indexOf(this.#selected);
    const next = at < 0 ? 0 : (at + step + found.length) % found.length;
    this.#tools.tell(next, found.length);
    const layer = found[next];
    if (layer !== undefined) this.#choose(layer);
  }

  #colour(metric: Metric): void {
    this.memory.colour = metric;
    void client.request('prefer', { colour: metric });
    if (this.#graph) this.#refresh();
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    const inSearch = event.target === this.#tools.search;
    if (key === 'Escape' && !inSearch) return this.#back();
    if (key === '/' && !inSearch) {
      event.preventDefault();
      return this.#tools.search.focus();
    }
    if (event.target !== this.#blocks) return;
    const act = this.#keys[key];
    if (!act && !directions.has(key)) return;
    event.preventDefault();
    if (act) act();
    else if (this.#graph) {
      const { layout, before, after } = this.#graph;
      this.#chooseBlock(neighbour({ places: layout.places, before, after }, this.#current, key as Direction));
    }
  }

  readonly #keys: Readonly<Record<string, () => void>> = {
    Enter: () => this.#open(),
    t: () => this.#setTarget(this.#graph?.layers[this.#selected]),
    c: () => this.#collapseHere(),
    '+': () => this.#panZoom.zoomBy(1.25),
    '=': () => this.#panZoom.zoomBy(1.25),
    '-': () => this.#panZoom.zoomBy(1 / 1.25),
    '0': () => this.#fit(),
  };

  /** Details of a layer, or what a collapsed repeat consists of. */
  #open(): void {
    const { repeat } = this.#graph?.items[this.#current] ?? {};
    if (repeat) this.#setCollapsed(repeat.id, false);
    else this.#showDetails();
  }

  #collapseHere(): void {
    const repeat = this.#arrangement.repeatOf(this.#selected);
    if (repeat) this.#setCollapsed(repeat.id, !this.#arrangement.collapsed.has(repeat.id));
    else this.#said.textContent = t('This layer is part of no repeated block');
  }

  #showDetails(): void {
    this.#details.show(this.#graph?.layers[this.#selected], this.#state!);
    this.#remember({ details: true });
  }

  #closeDetails(): void {
    this.#details.hide();
    this.#remember({ details: false });
    this.#blocks.focus();
  }

  #toggleDetails(): void {
    if (this.#details.shown) this.#closeDetails();
    else this.#showDetails();
  }

  /** What Escape does: the nearest thing that is open closes. */
  #back(): void {
    if (!this.#hover.element.hidden) this.#hover.hide();
    else if (this.#details.shown) this.#closeDetails();
    else this.#blocks.focus();
  }

  #setTarget(layer: LayerView | undefined): void {
    const tensor = layer?.outputs.find((o) => this.#state!.model.targets.includes(o));
    if (tensor !== undefined) void client.request('setTarget', { tensor });
    else if (layer) this.#said.textContent = t('{0} cannot be a GradCAM target', layer.id);
  }
}
