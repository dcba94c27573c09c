/** What the explanation costs, beside what differentiation at run time would: the paper's point, on this model. */
import * as format from '../../src/protocol/format.ts';
import type { BackwardCost, CompiledView } from '../../src/protocol/views.ts';
import { h } from '../shared/dom.ts';
import { figureMark, type Mark } from '../shared/facts.ts';
import { t } from '../shared/text.ts';

interface Way {
  readonly name: string;
  /** Where the figure comes from, in a sentence. */
  readonly why: string;
  readonly mark?: Mark;
  readonly cycles?: number;
  /** Cost of the explanation / cost of the inference. */
  readonly ratio: number;
  readonly text: string;
}

const paper = 'https://doi.org/10.1109/AICAS57966.2023.10168594';
const citation = t(
  'Bhat and Raychowdhury, AICAS 2023, TinyML ResNet18. Their figure, not one of this model.',
);

function atRunTime(name: string, why: string, cost: BackwardCost): Way {
  return {
    name,
    why: `${why} ${t('At least {0}, with every multiplier of the array busy in every cycle.', format.macs(cost.macs))}`,
    mark: 'bound',
    cycles: cost.cycles,
    ratio: cost.overhead,
    text: `≥ ${format.added(cost.overhead)}`,
  };
}

function waysOf({ cycles, runtimeBackward }: CompiledView): readonly Way[] {
  return [
    {
      name: t('Static schedule'),
      why: t('Cycles of the gradient and heat-map operations in the schedule of this accelerator.'),
      cycles: cycles.explanation,
      ratio: cycles.overhead,
      text: format.added(cycles.overhead),
    },
    atRunTime(
      t('Backward pass at run time, stopped at the target'),
      t('Gradients of activations only, from the scores down to the target, and the map, on the same array.'),
      runtimeBackward.stopped,
    ),
    atRunTime(
      t('Backward pass at run time, as frameworks do it'),
      t('Gradients of every activation and every weight, and the map, on the same array.'),
      runtimeBackward.framework,
    ),
    {
      name: t('In the paper: framework on CPU and GPU'),
      why: citation,
      mark: 'published',
      ratio: 2,
      text: '> 2×',
    },
    {
      name: t('In the paper: static schedule on FPGA'),
      why: citation,
      mark: 'published',
      ratio: 0.01,
      text: '< 0.01×',
    },
  ];
}

export function comparison(compiled: CompiledView): HTMLElement {
  const ways = waysOf(compiled);
  // The inference itself is the yardstick: one length of it, and room for twice as much and more.
  const most = Math.max(2, ...ways.map((w) => w.ratio));
  const rows = ways.map(({ name, why, mark, cycles, ratio, text }) => {
    const bar = h('span', { class: `cost-bar${mark === 'published' ? ' published' : ''}` });
    bar.style.width = `max(2px, ${(ratio / most) * 100}%)`;
    return h(
      'tr',
      { attributes: { title: why } },
      h('th', { attributes: { scope: 'row' } }, name),
      h('td', { class: 'number' }, cycles === undefined ? '' : format.count(cycles)),
      h('td', { class: 'number ratio' }, text, figureMark(mark)),
      h('td', { class: 'track', attributes: { 'aria-hidden': 'true' } }, bar),
    );
  });
  const head = h(
    'tr',
    {},
    h('th', { attributes: { scope: 'col' } }, t('What the explanation adds')),
    h('th', { class: 'number', attributes: { scope: 'col' } }, t('Cycles')),
    h('th', { class: 'number', attributes: { scope: 'col' } }, t('To the inference')),
    h('td', { class: 'track', attributes: { 'aria-hidden': 'true' } }),
  );
  return h(
    'section',
    { class: 'comparison', attributes: { 'aria-label': t('What the explanation adds') } },
    h('table', { class: 'figure' }, h('thead', {}, head), h('tbody', {}, ...rows)),
    h(
      'p',
      { class: 'cite' },
      h('a', { attributes: { href: paper } }, t('The paper: doi 10.1109/AICAS57966.2023.10168594')),
    ),
  );
}
