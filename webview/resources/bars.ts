/** What the accelerator needs against what the device has: a bar for each resource, estimate beside synthesis. */
import * as format from '../../src/protocol/format.ts';
import type { CompiledView, ResourceCount } from '../../src/protocol/views.ts';
import { h } from '../shared/dom.ts';
import { figureMark } from '../shared/facts.ts';
import { t } from '../shared/text.ts';

const names: Readonly<Record<keyof ResourceCount, string>> = {
  lut: 'LUT',
  ff: t('Flip-flops'),
  dsp: 'DSP',
  bram36: t('Block RAM (36 Kb)'),
};

const kindNames = { estimated: t('estimated'), synthesised: t('synthesised') } as const;

function bar(used: number, available: number, kind: keyof typeof kindNames): HTMLElement {
  const over = used > available;
  const ratio = available > 0 ? used / available : used > 0 ? Infinity : 0;
  const fill = h('span', { class: `fill ${kind}${over ? ' over' : ''}` });
  fill.style.width = `${Math.min(100, ratio * 100)}%`;
  const share = Number.isFinite(ratio) ? format.percent(ratio) : 'none there';
  return h(
    'div',
    { class: 'measure', attributes: { 'data-kind': kind } },
    h('span', { class: 'kind' }, kindNames[kind], figureMark(kind)),
    h('div', { class: 'track', attributes: { 'aria-hidden': 'true' } }, fill),
    h('span', { class: 'value' }, t('{0} of {1}', format.resource(used), format.resource(available))),
    h('span', { class: `ratio${over ? ' over' : ''}` }, over ? t('{0}, too many', share) : share),
  );
}

export function resourceBars({ resources }: CompiledView): HTMLElement {
  const { estimated, synthesized, available } = resources;
  const rows = (Object.keys(names) as (keyof ResourceCount)[]).map((key) =>
    h(
      'div',
      { class: 'resource', attributes: { 'data-resource': key } },
      h('h3', {}, names[key]),
      bar(estimated[key], available[key], 'estimated'),
      synthesized && bar(synthesized[key], available[key], 'synthesised'),
    ),
  );
  return h('div', { class: 'bars figure' }, ...rows);
}
