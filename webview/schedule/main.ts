import '../shared/base.css';
import './schedule.css';
import * as format from '../../src/protocol/format.ts';
import type { CompiledView, LayerCost, Phase } from '../../src/protocol/views.ts';
import { client, remember, remembered } from '../shared/api.ts';
import { h } from '../shared/dom.ts';
import { isCompiled, watch, type CompiledState } from '../shared/model-view.ts';
import { button } from '../shared/toolkit.ts';
import type { TimeWindow } from './scale.ts';
import { scheduleTable } from './table.ts';
import { phaseNames, Timeline } from './timeline.ts';

const memory = remembered<{ table: boolean; window?: TimeWindow }>({ table: false });
const save = (change: Partial<typeof memory>): void => remember(Object.assign(memory, change));

let compiled: CompiledView | undefined;
let selected: string | undefined;

/** Selects a layer everywhere: by its first ONNX node where it has one. */
function choose(layer: Pick<LayerCost, 'name' | 'nodes'>): void {
  void client.request('select', { layer: layer.nodes[0] ?? layer.name });
}

const figures = h('p', { class: 'figures-line figure' });
const body = h('div', {
  class: 'body figure',
  attributes: { tabindex: 0, role: 'region', 'aria-label': 'Operations' },
});
const timeline = new Timeline({
  chosen: (index) => {
    const name = compiled?.operations[index]?.layer;
    const layer = compiled?.layers.find((l) => l.name === name);
    if (layer) choose(layer);
  },
  moved: (window) => save({ window }),
});

function legend(): HTMLElement {
  const entry = (phase: Phase): HTMLElement =>
    h(
      'span',
      { class: 'entry' },
      h('span', { class: `swatch ${phase}`, attributes: { 'aria-hidden': 'true' } }),
      phaseNames[phase],
    );
  return h('div', { class: 'legend' }, entry('inference'), entry('gradient'), entry('heatmap'));
}

function showBody(): void {
  if (!compiled) return;
  if (memory.table) body.replaceChildren(scheduleTable(compiled, selected, choose));
  else {
    if (body.firstChild !== timeline.element) body.replaceChildren(timeline.element);
    timeline.show(compiled, memory.window);
  }
}

function tools(): HTMLElement {
  return h(
    'div',
    { class: 'tools', attributes: { role: 'toolbar', 'aria-label': 'Schedule' } },
    button({
      label: 'Explanation',
      icon: 'zoom-in',
      title: 'Zoom to the explanation',
      onClick: () => {
        save({ table: false });
        showBody();
        if (compiled) timeline.zoomTo(compiled.cycles.inference, compiled.cycles.total);
      },
    }),
    button({
      label: 'Whole',
      icon: 'screen-full',
      title: 'Show the whole schedule',
      onClick: () => {
        save({ table: false, window: undefined });
        showBody();
      },
    }),
    button({
      label: 'Table',
      icon: 'table',
      title: 'Table or timeline',
      onClick: () => {
        save({ table: !memory.table });
        showBody();
      },
    }),
  );
}

function update(state: CompiledState): void {
  if (state.compiled === compiled) return;
  compiled = state.compiled;
  const { cycles } = compiled;
  figures.textContent =
    `${format.cycles(cycles.inference)} inference, ${format.cycles(cycles.explanation)} explanation ` +
    `(${format.added(cycles.overhead)}), utilisation ${format.percent(compiled.utilization)}`;
  showBody();
}

watch(document.getElementById('root')!, {
  empty: 'Open a model to see its schedule.',
  ready: isCompiled,
  mount: () =>
    h('div', { class: 'view schedule' }, h('div', { class: 'top' }, figures, legend(), tools()), body),
  update,
  select: (layer) => {
    selected = layer;
    const cost = compiled?.layers.find((l) => l.nodes.includes(layer ?? '') || l.name === layer);
    if (memory.table) showBody();
    else {
      const index = compiled?.operations.findIndex((o) => o.layer === cost?.name) ?? -1;
      timeline.select(index < 0 ? undefined : index);
    }
  },
});
