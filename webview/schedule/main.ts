import '../shared/base.css';
import './schedule.css';
import * as format from '../../src/protocol/format.ts';
import { factsFor } from '../../src/protocol/layer-facts.ts';
import type { CompiledView, LayerCost, ModelView } from '../../src/protocol/views.ts';
import { client, remember, remembered } from '../shared/api.ts';
import { h } from '../shared/dom.ts';
import { factsElement } from '../shared/facts.ts';
import { isCompiled, watch, type CompiledState } from '../shared/model-view.ts';
import { button } from '../shared/toolkit.ts';
import { Tooltip } from '../shared/tooltip.ts';
import { comparison } from './comparison.ts';
import { legend } from './patterns.ts';
import type { TimeWindow } from './scale.ts';
import { scheduleTable, selectRow } from './table.ts';
import { Timeline } from './timeline.ts';
import { t } from '../shared/text.ts';

const memory = remembered<{ table: boolean; window?: TimeWindow }>({ table: false });
const save = (change: Partial<typeof memory>): void => remember(Object.assign(memory, change));

let compiled: CompiledView | undefined;
let model: ModelView | undefined;
let selected: string | undefined;

/** Selects a layer everywhere: by its first ONNX node where it has one. */
function choose(layer: Pick<LayerCost, 'name' | 'nodes'>): void {
  void client.request('select', { layer: layer.nodes[0] ?? layer.name });
}

const figures = h('p', { class: 'figures-line figure' });
const body = h('div', {
  class: 'body figure',
  attributes: { tabindex: 0, role: 'region', 'aria-label': t('Operations') },
});
const tooltip = new Tooltip();

/** The cost of a layer under the name that the other views know it by. */
const costOf = (layer: string | undefined): LayerCost | undefined =>
  layer === undefined ? undefined : compiled?.layers.find((l) => l.name === layer || l.nodes.includes(layer));

const timeline = new Timeline(
  {
    chosen: (index) => {
      const layer = costOf(compiled?.operations[index]?.layer);
      if (layer) choose(layer);
    },
    moved: (window) => save({ window }),
    // The same rows as the hovers of graph and text.
    facts: ({ layer }) => {
      const cost = costOf(layer);
      const facts = model && cost && factsFor(cost.nodes[0] ?? cost.name, model, compiled);
      return facts && factsElement(facts, false);
    },
  },
  tooltip,
);

const tableButton = button({
  label: t('Table'),
  icon: 'table',
  title: t('Table or timeline'),
  onClick: () => {
    save({ table: !memory.table });
    showBody();
  },
});

function showBody(): void {
  if (!compiled) return;
  tableButton.setAttribute('aria-pressed', String(memory.table));
  if (memory.table) body.replaceChildren(scheduleTable(compiled, selected, choose));
  else {
    body.replaceChildren(timeline.element, comparison(compiled));
    timeline.show(compiled, memory.window);
  }
}

function tools(): HTMLElement {
  return h(
    'div',
    { class: 'tools', attributes: { role: 'toolbar', 'aria-label': t('Schedule') } },
    button({
      label: t('Explanation'),
      icon: 'zoom-in',
      title: t('Zoom to the explanation'),
      onClick: () => {
        save({ table: false });
        showBody();
        if (compiled) timeline.zoomTo(compiled.cycles.inference, compiled.cycles.total);
      },
    }),
    button({
      label: t('Whole'),
      icon: 'screen-full',
      title: t('Show the whole schedule'),
      onClick: () => {
        save({ table: false, window: undefined });
        showBody();
      },
    }),
    tableButton,
  );
}

function update(state: CompiledState): void {
  model = state.model;
  if (state.compiled === compiled) return;
  compiled = state.compiled;
  const { cycles } = compiled;
  figures.textContent = t(
    '{0} inference, {1} explanation ({2}), utilisation {3}',
    format.cycles(cycles.inference),
    format.cycles(cycles.explanation),
    format.added(cycles.overhead),
    format.percent(compiled.utilization),
  );
  showBody();
}

watch(document.getElementById('root')!, {
  empty: t('Open a model to see its schedule.'),
  ready: isCompiled,
  mount: () =>
    h(
      'div',
      { class: 'view schedule' },
      h('div', { class: 'top' }, figures, legend(), tools()),
      body,
      tooltip.element,
    ),
  update,
  select: (layer) => {
    selected = layer;
    const cost = costOf(layer);
    if (memory.table) selectRow(body, cost?.name);
    else {
      const index = compiled?.operations.findIndex((o) => o.layer === cost?.name) ?? -1;
      timeline.select(index < 0 ? undefined : index);
    }
  },
});
