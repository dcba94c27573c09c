import '../shared/base.css';
import './resources.css';
import { errorData } from '../../src/protocol/channel.ts';
import * as format from '../../src/protocol/format.ts';
import type { CompiledView, ExploreView } from '../../src/protocol/views.ts';
import { client } from '../shared/api.ts';
import { h } from '../shared/dom.ts';
import { JobBar, watchJob } from '../shared/job.ts';
import { isCompiled, watch, type CompiledState } from '../shared/model-view.ts';
import { button } from '../shared/toolkit.ts';
import { Tooltip } from '../shared/tooltip.ts';
import { resourceBars } from './bars.ts';
import { chooser } from './chooser.ts';
import { memoryMap, selectPlacement } from './memory-map.ts';
import { t } from '../shared/text.ts';

const tooltip = new Tooltip();
const synthesis = h('div', { class: 'synthesis' });
const arrays = h('section', { class: 'arrays', attributes: { 'aria-label': t('Arrays') } });
const content = h('div', { class: 'content' });
const jobs = {
  synthesise: new JobBar('synthesise', t('Synthesising')),
  explore: new JobBar('explore', t('Exploring arrays')),
};

let state: CompiledState | undefined;
let shown: CompiledView | undefined;
let explored: ExploreView | undefined;
let selected: string | undefined;

const run = (command: 'selectDevice' | 'selectArray' | 'synthesise') => () =>
  void client.request('run', { command });

function memoryFigures({ memory }: CompiledView): HTMLElement {
  const figures = [
    [t('Weights'), memory.weightsBytes],
    [t('Activations'), memory.activationBytes],
    [t('Mask bits'), memory.maskBytes],
  ] as const;
  const items = figures.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, format.bytes(value))]);
  return h('dl', { class: 'memory figure' }, ...items);
}

const synthesiseButton = button({
  label: t('Synthesise'),
  icon: 'server-process',
  title: t('Synthesise the engine with Yosys; minutes for a large array'),
  onClick: run('synthesise'),
});
const synthesisNote = h('span', { class: 'note' });

function showSynthesis(): void {
  if (synthesis.contains(jobs.synthesise.element)) return;
  const known = shown?.resources.synthesized !== undefined;
  synthesisNote.textContent = known
    ? t('Synthesised by Yosys, without place and route.')
    : t('Estimated, not synthesised.');
  synthesis.replaceChildren(...(known ? [synthesisNote] : [synthesiseButton, synthesisNote]));
}

const exploreButton = button({
  label: t('Explore arrays'),
  icon: 'graph-scatter',
  title: t('Schedule the model on every array'),
  onClick: () => explore(true),
});

/** Asks for what is known of the arrays, or has them tried. Earlier points stay, dimmed, until then. */
function explore(start: boolean): void {
  const asked = state;
  const answer = client.request('explore', { start: start || explored !== undefined });
  arrays.classList.toggle('stale', explored !== undefined);
  answer.then(
    (view) => {
      if (state?.uri !== asked?.uri) return;
      explored = view;
      showArrays();
    },
    (error: unknown) => {
      const { message, diagnostics } = errorData(error);
      const cancelled = diagnostics.some((d) => d.code === 'CAM606');
      showArrays(cancelled ? undefined : (diagnostics[0]?.message ?? message));
    },
  );
}

function showArrays(problem?: string): void {
  arrays.classList.remove('stale');
  const title = h('h2', {}, t('Arrays'));
  if (explored && shown) return arrays.replaceChildren(title, chooser(explored, shown, tooltip));
  arrays.replaceChildren(
    title,
    h(
      'div',
      { class: 'offer' },
      h('p', { class: 'note' }, t('Cycles and resources of every array, with the target and device chosen.')),
      exploreButton,
      problem === undefined ? undefined : h('p', { class: 'over', attributes: { role: 'alert' } }, problem),
    ),
  );
}

function top({ device, array, resources }: CompiledView): HTMLElement {
  const fits = resources.fits ? t('Fits the device') : t('Does not fit the device');
  return h(
    'div',
    { class: 'top' },
    button({ label: device.part, icon: 'chip', title: t('Select the device'), onClick: run('selectDevice') }),
    button({
      label: t('{0} array', `${array.rows}x${array.columns}`),
      icon: 'table',
      title: t('Select the array size'),
      onClick: run('selectArray'),
    }),
    h('span', { class: `figure fit${resources.fits ? '' : ' over'}` }, fits),
    synthesis,
  );
}

function update(next: CompiledState): void {
  const other = next.uri !== state?.uri;
  state = next;
  if (other) explored = undefined;
  if (next.compiled === shown) return;
  shown = next.compiled;
  tooltip.hide();
  const { model } = next;
  content.replaceChildren(
    top(shown),
    h(
      'div',
      { class: 'columns' },
      h('section', { attributes: { 'aria-label': t('Resources') } }, resourceBars(shown)),
      arrays,
    ),
    h('h2', {}, t('On-chip memory')),
    memoryFigures(shown),
    memoryMap({ model, compiled: shown, tooltip }),
  );
  selectPlacement(content, selected);
  showSynthesis();
  showArrays();
  explore(false);
}

watchJob('synthesise', (job) => {
  const { element } = jobs.synthesise;
  if (!job) {
    element.remove();
    return showSynthesis();
  }
  jobs.synthesise.show(job);
  if (!synthesis.contains(element)) synthesis.replaceChildren(element);
});

watchJob('explore', (job) => {
  const { element } = jobs.explore;
  if (!job) return element.remove();
  jobs.explore.show(job);
  if (arrays.contains(element)) return;
  arrays.querySelector('.offer')?.remove();
  arrays.append(element);
  arrays.scrollIntoView({ block: 'nearest' });
  // Started elsewhere, perhaps: its end is to be shown here as well.
  explore(false);
});

watch(document.getElementById('root')!, {
  empty: t('Open a model to see what it needs.'),
  ready: isCompiled,
  mount: () =>
    h(
      'div',
      { class: 'view resources', attributes: { tabindex: 0, role: 'region', 'aria-label': t('Figures') } },
      content,
      tooltip.element,
    ),
  update,
  select: (layer) => {
    selected = layer;
    selectPlacement(content, layer);
  },
});
