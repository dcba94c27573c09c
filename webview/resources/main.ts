import '../shared/base.css';
import './resources.css';
import * as format from '../../src/protocol/format.ts';
import type { CompiledView, ResourceCount } from '../../src/protocol/views.ts';
import { client } from '../shared/api.ts';
import { h } from '../shared/dom.ts';
import { sourceMark } from '../shared/facts.ts';
import { isCompiled, watch, type CompiledState } from '../shared/model-view.ts';
import { button } from '../shared/toolkit.ts';
import { memoryMap } from './memory-map.ts';

const names: Readonly<Record<keyof ResourceCount, string>> = {
  lut: 'LUT',
  ff: 'Flip-flops',
  dsp: 'DSP',
  bram36: 'Block RAM (36 Kb)',
};

/** A bar of a figure against what the device has. */
function bar(used: number, available: number, kind: 'estimated' | 'synthesised'): HTMLElement {
  const over = used > available;
  const ratio = available > 0 ? used / available : used > 0 ? Infinity : 0;
  const fill = h('span', { class: `fill ${kind}${over ? ' over' : ''}` });
  fill.style.width = `${Math.min(100, ratio * 100)}%`;
  const text = `${format.count(used)} of ${format.count(available)}`;
  return h(
    'div',
    { class: 'measure' },
    h('div', { class: 'track', attributes: { 'aria-hidden': 'true' } }, fill),
    h('span', { class: 'value' }, text),
    h(
      'span',
      { class: 'ratio' },
      Number.isFinite(ratio) ? format.percent(ratio) : 'none',
      over ? ' too many' : '',
    ),
    sourceMark(kind),
  );
}

function resourceBars({ resources }: CompiledView): HTMLElement {
  const rows = (Object.keys(names) as (keyof ResourceCount)[]).map((key) =>
    h(
      'div',
      { class: 'resource', attributes: { 'data-resource': key } },
      h('h3', {}, names[key]),
      bar(resources.estimated[key], resources.available[key], 'estimated'),
      resources.synthesized && bar(resources.synthesized[key], resources.available[key], 'synthesised'),
    ),
  );
  return h('section', { class: 'bars figure', attributes: { 'aria-label': 'Resources' } }, ...rows);
}

function memoryFigures({ memory }: CompiledView): HTMLElement {
  const figures = [
    ['Weights', memory.weightsBytes],
    ['Activations', memory.activationBytes],
    ['Mask bits', memory.maskBytes],
  ] as const;
  const items = figures.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, format.bytes(value))]);
  return h('dl', { class: 'memory figure' }, ...items);
}

const content = h('div', { class: 'content' });
let shown: CompiledView | undefined;

function update(state: CompiledState): void {
  if (state.compiled === shown) return;
  shown = state.compiled;
  const { device, array, resources } = shown;
  const run = (command: 'selectDevice' | 'selectArray') => () => void client.request('run', { command });
  content.replaceChildren(
    h(
      'div',
      { class: 'top' },
      button({ label: device.part, icon: 'chip', title: 'Select the device', onClick: run('selectDevice') }),
      button({
        label: `${array.rows} x ${array.columns} array`,
        icon: 'table',
        title: 'Select the array size',
        onClick: run('selectArray'),
      }),
      h(
        'span',
        { class: `figure fit${resources.fits ? '' : ' over'}` },
        resources.fits ? 'Fits the device' : 'Does not fit the device',
      ),
    ),
    h('p', { class: 'note' }, 'Estimated from the array and memory sizes; not synthesised.'),
    resourceBars(shown),
    h('h2', {}, 'On-chip memory'),
    memoryFigures(shown),
    memoryMap(shown),
  );
  content.querySelector('.note')!.toggleAttribute('hidden', resources.synthesized !== undefined);
}

watch(document.getElementById('root')!, {
  empty: 'Open a model to see what it needs.',
  ready: isCompiled,
  mount: () =>
    h(
      'div',
      { class: 'view resources', attributes: { tabindex: 0, role: 'region', 'aria-label': 'Figures' } },
      content,
    ),
  update,
});
