import '../shared/base.css';
import './heatmaps.css';
import { errorData } from '../../src/protocol/channel.ts';
import { layerOf } from '../../src/protocol/layer-facts.ts';
import type { PictureView } from '../../src/protocol/views.ts';
import { client, remember, remembered } from '../shared/api.ts';
import { h } from '../shared/dom.ts';
import { isCompiled, watch, type CompiledState } from '../shared/model-view.ts';
import { button, dropdown } from '../shared/toolkit.ts';
import { colourMaps, paintScale, type ColourMap } from './paint.ts';
import { Row, type Look } from './row.ts';

const memory = remembered<{ colours: ColourMap; opacity: number; large: boolean }>({
  colours: 'inferno',
  opacity: 0.6,
  large: false,
});
const look = (): Look => ({ ...memory, size: memory.large ? 320 : 128 });

const list = h('div', { class: 'rows' });
const target = h('span', { class: 'target figure' });
let rows = new Map<string, Row>();
/** Counts the fillings, so that answers to an earlier one are dropped. */
let filling = 0;
let shown: unknown;

const scale = h('canvas', {
  attributes: { width: 72, height: 10, role: 'img', 'aria-label': 'Colour scale' },
});

const redraw = (): void => {
  paintScale(scale, memory.colours);
  remember(memory);
  for (const row of rows.values()) row.draw(look());
};

async function fill(pictures: readonly PictureView[]): Promise<void> {
  const turn = ++filling;
  const before = rows;
  rows = new Map(pictures.map((p) => [p.id, before.get(p.id) ?? new Row(p)]));
  list.replaceChildren(...[...rows.values()].map((row) => row.element));
  if (rows.size === 0)
    list.append(h('p', { class: 'none' }, 'There are no pictures yet. Add some, or set a picture folder.'));
  for (const row of rows.values()) row.dim();
  for (const [picture, row] of rows) {
    try {
      const answer = await client.request('heatMap', { picture });
      if (turn !== filling) return;
      await row.show(answer, look());
    } catch (error) {
      if (turn !== filling) return;
      row.fail(errorData(error));
    }
  }
}

function failed(error: unknown): void {
  list.replaceChildren(h('p', { class: 'none', attributes: { role: 'alert' } }, errorData(error).message));
}

function tools(): HTMLElement {
  const names = Object.fromEntries(Object.keys(colourMaps).map((name) => [name, name])) as Record<
    ColourMap,
    string
  >;
  const slider = h('input', {
    attributes: {
      type: 'range',
      min: 0,
      max: 100,
      value: memory.opacity * 100,
      'aria-label': 'Opacity of the maps',
    },
    on: {
      input: () => {
        memory.opacity = Number(slider.value) / 100;
        redraw();
      },
    },
  });
  return h(
    'div',
    { class: 'tools', attributes: { role: 'toolbar', 'aria-label': 'Heat maps' } },
    target,
    button({
      label: 'Add pictures...',
      icon: 'add',
      onClick: () => void client.request('addPictures', undefined).then(fill, failed),
    }),
    dropdown('Colours', names, memory.colours, (colours) => {
      memory.colours = colours;
      redraw();
    }),
    h('span', { class: 'scale' }, '0', scale, 'maximum'),
    h('label', { class: 'opacity' }, 'Opacity', slider),
    button({
      label: 'Larger or smaller',
      icon: 'screen-full',
      appearance: 'icon',
      onClick: () => {
        memory.large = !memory.large;
        redraw();
      },
    }),
  );
}

paintScale(scale, memory.colours);

function update(state: CompiledState): void {
  target.textContent = `Target ${layerOf(state.compiled.target.tensor, state.model)} (${state.compiled.target.height}×${state.compiled.target.width})`;
  if (state.compiled === shown) return;
  shown = state.compiled;
  client.request('pictures', undefined).then(fill, failed);
}

watch(document.getElementById('root')!, {
  empty: 'Open a model to see what it looks at.',
  ready: isCompiled,
  mount: () => h('div', { class: 'view heatmaps' }, tools(), list),
  update,
});
