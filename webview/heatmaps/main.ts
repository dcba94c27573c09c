import '../shared/base.css';
import './heatmaps.css';
import { errorData } from '../../src/protocol/channel.ts';
import { layerOf } from '../../src/protocol/layer-facts.ts';
import type { HeatMapParams } from '../../src/protocol/requests.ts';
import type { HeatMapChoices, PictureView } from '../../src/protocol/views.ts';
import { client, remember, remembered } from '../shared/api.ts';
import { h } from '../shared/dom.ts';
import { isCompiled, watch, type CompiledState } from '../shared/model-view.ts';
import { button, dropdown, field } from '../shared/toolkit.ts';
import { takeDrops } from './drop.ts';
import { Enlarged } from './enlarged.ts';
import { colourMaps, paintScale, type ColourMap } from './paint.ts';
import { Row, type Look, type RowEvents } from './row.ts';
import { t } from '../shared/text.ts';

const memory = remembered<{ colours: ColourMap; opacity: number; method: string; class: string }>({
  colours: 'inferno',
  opacity: 0.6,
  method: 'gradcam',
  // As chosen for the model; else `argmax`, or an index.
  class: 'chosen',
});
const look = (): Look => memory;

// Scrolls, so it takes the focus for the arrow keys.
const list = h('div', {
  class: 'rows',
  attributes: { tabindex: 0, role: 'region', 'aria-label': t('Pictures') },
});
const target = button({
  label: t('Target'),
  icon: 'target',
  title: t('Set the target layer'),
  onClick: () => void client.request('run', { command: 'setTarget' }),
});
const choosers = h('div', { class: 'choosers' });
let rows = new Map<string, Row>();
/** Counts the fillings, so that answers to an earlier one are dropped. */
let filling = 0;
let shown: unknown;
let chosenFor: string | undefined;

const scale = h('canvas', {
  attributes: {
    width: 72,
    height: 10,
    role: 'img',
    'aria-label': t('Colour scale, from zero to the maximum'),
  },
});

async function savePng(canvas: HTMLCanvasElement, name: string): Promise<void> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
  if (blob) await client.request('savePng', { name, bytes: new Uint8Array(await blob.arrayBuffer()) });
}

const enlarged = new Enlarged(
  () => [...rows.values()],
  look,
  (canvas, name) => void savePng(canvas, name).catch(failed),
);

const events: RowEvents = {
  enlarge: (row, cell) => enlarged.show(row, cell),
  save: (row) => void savePng(row.picture(look()), `${row.view.title}-${memory.method}`).catch(failed),
  remove: ({ view }) => void client.request('removePicture', { picture: view.id }).catch(failed),
};

const redraw = (): void => {
  paintScale(scale, memory.colours);
  remember(memory);
  for (const row of rows.values()) row.draw(look());
  if (enlarged.element.open) enlarged.draw();
};

function wanted(picture: string): HeatMapParams {
  return {
    picture,
    method: memory.method,
    ...(memory.class === 'chosen'
      ? {}
      : { class: memory.class === 'argmax' ? 'argmax' : Number(memory.class) }),
  };
}

async function answerRow(picture: string, row: Row, turn: number): Promise<void> {
  try {
    const answer = await client.request('heatMap', wanted(picture));
    if (turn === filling) await row.show(answer, look());
  } catch (error) {
    if (turn === filling) row.fail(errorData(error));
  }
}

/**
 * Shows a row for each picture, and asks for those that wait for an answer.
 *
 * @param first is asked for before the rest
 */
async function fill(pictures: readonly PictureView[], first?: string): Promise<void> {
  const turn = ++filling;
  const before = rows;
  rows = new Map(pictures.map((p) => [p.id, before.get(p.id) ?? new Row(p, events)]));
  list.replaceChildren(...[...rows.values()].map((row) => row.element));
  if (rows.size === 0)
    list.append(
      h('p', { class: 'none' }, t('There are no pictures yet. Add some, or set a picture folder.')),
    );
  const waiting = [...rows].filter(([, row]) => row.waits);
  waiting.sort(([a], [b]) => Number(b === first) - Number(a === first));
  for (const [picture, row] of waiting) {
    if (turn !== filling) return;
    await answerRow(picture, row, turn);
  }
}

/** Every map anew: something that all of them depend on has changed. */
function refill(): void {
  for (const row of rows.values()) row.dim();
  client.request('pictures', undefined).then((pictures) => void fill(pictures), failed);
}

function failed(error: unknown): void {
  notice.textContent = errorData(error).message;
}
const notice = h('p', { class: 'notice', attributes: { role: 'alert' } });

/** Pickers for class and method: what they offer is the model's. */
function showChoices({ methods, classes }: HeatMapChoices): void {
  const method = Object.fromEntries(methods.map(({ name, title }) => [name, title]));
  if (!(memory.method in method)) memory.method = 'gradcam';
  if (memory.class !== 'chosen' && memory.class !== 'argmax' && classes[Number(memory.class)] === undefined)
    memory.class = 'chosen';
  // Numeric keys of an object would come first: options are listed as pairs.
  const classOptions: [string, string][] = [
    ['chosen', t('As compiled')],
    ['argmax', t('Top class')],
    ...classes.map((label, i): [string, string] => [String(i), label]),
  ];
  choosers.replaceChildren(
    field(
      t('Class'),
      dropdown(t('Class'), classOptions, memory.class, (value) => {
        memory.class = value;
        remember(memory);
        refill();
      }),
    ),
    field(
      t('Method'),
      dropdown(t('Method'), Object.entries(method), memory.method, (value) => {
        memory.method = value;
        remember(memory);
        refill();
      }),
    ),
  );
}

function tools(): HTMLElement {
  const shownOpacity = h('output', { class: 'percent' }, `${Math.round(memory.opacity * 100)} %`);
  const slider = h('input', {
    attributes: {
      type: 'range',
      min: 0,
      max: 100,
      value: memory.opacity * 100,
      'aria-label': t('Opacity of the maps'),
    },
    on: {
      input: () => {
        memory.opacity = Number(slider.value) / 100;
        shownOpacity.textContent = `${slider.value} %`;
        redraw();
      },
    },
  });
  const names = Object.keys(colourMaps).map((name): [string, string] => [name, name]);
  return h(
    'div',
    { class: 'tools', attributes: { role: 'toolbar', 'aria-label': t('Heat maps') } },
    target,
    choosers,
    field(
      t('Colours'),
      dropdown(t('Colours'), names, memory.colours, (colours) => {
        memory.colours = colours as ColourMap;
        redraw();
      }),
    ),
    h('span', { class: 'scale' }, '0', scale, 'max'),
    field(t('Opacity'), h('span', { class: 'opacity' }, slider, shownOpacity)),
    button({
      label: t('Add pictures...'),
      icon: 'add',
      title: t('Add pictures; or drop them onto this view, with Shift held'),
      onClick: () => void client.request('addPictures', undefined).catch(failed),
    }),
  );
}

paintScale(scale, memory.colours);

function update(state: CompiledState): void {
  const { target: chosen } = state.compiled;
  target.lastChild!.textContent = t(
    'Target {0} ({1}×{2})',
    layerOf(chosen.tensor, state.model),
    chosen.height,
    chosen.width,
  );
  target.setAttribute('aria-label', target.textContent ?? '');
  const choicesKey = `${state.uri} ${state.revision}`;
  if (choicesKey !== chosenFor) {
    chosenFor = choicesKey;
    client.request('heatMapChoices', undefined).then(showChoices, failed);
  }
  if (state.compiled === shown) return;
  shown = state.compiled;
  refill();
}

client.onEvent((event) => {
  if (event.event !== 'pictures') return;
  notice.textContent = '';
  void fill(event.pictures, event.show);
  rows.get(event.show ?? '')?.element.scrollIntoView({ block: 'nearest' });
});

watch(document.getElementById('root')!, {
  empty: t('Open a model to see what it looks at.'),
  ready: isCompiled,
  mount: () => {
    const view = h('div', { class: 'view heatmaps' }, tools(), notice, list, enlarged.element);
    takeDrops(view, (dropped) => {
      dropped.then((d) => client.request('dropPictures', d)).catch(failed);
    });
    return view;
  },
  update,
});
