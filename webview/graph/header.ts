/** The header line: what the compiled model comes to, each part a button that changes it. */
import { summary } from '../../src/protocol/layer-facts.ts';
import type { Diagnostic, ModelState } from '../../src/protocol/views.ts';
import type { WebviewCommand } from '../../src/protocol/webview.ts';
import * as format from '../../src/protocol/format.ts';
import { client } from '../shared/api.ts';
import { h, icon } from '../shared/dom.ts';
import { sourceMark } from '../shared/facts.ts';
import { diagnosticList } from '../shared/states.ts';
import { t } from '../shared/text.ts';

function part(text: string, command: WebviewCommand, title: string, mark?: HTMLElement): HTMLElement {
  return h(
    'button',
    {
      class: 'plain figure',
      attributes: { type: 'button', title },
      on: { click: () => void client.request('run', { command }) },
    },
    text,
    mark,
  );
}

const dot = (): HTMLElement => h('span', { class: 'dot', attributes: { 'aria-hidden': 'true' } }, '·');

function figures(state: ModelState): HTMLElement[] {
  if (!state.compiled) {
    const { model } = state;
    return model === undefined
      ? []
      : [h('span', {}, `${format.parameters(model.parameters)} · ${format.macs(model.macs)}`)];
  }
  const parts = summary(state.compiled, state.model);
  return [
    part(parts.target, 'setTarget', t('Set the target layer')),
    dot(),
    part(parts.cycles, 'showSchedule', t('Show the schedule')),
    dot(),
    part(parts.overhead, 'showSchedule', t('Show what the explanation adds to the schedule')),
    dot(),
    part(parts.latency, 'selectClock', t('Select the clock')),
    dot(),
    part(parts.array, 'selectArray', t('Select the array size')),
    dot(),
    part(parts.fit, 'selectDevice', t('Select the device'), sourceMark('estimated')),
  ];
}

/** `2 errors, 1 warning` */
function tally(problems: readonly Diagnostic[]): string {
  const errors = problems.filter((d) => d.severity === 'error').length;
  const warnings = problems.length - errors;
  const parts = [
    errors === 1 ? t('1 error') : errors > 1 ? t('{0} errors', errors) : undefined,
    warnings === 1 ? t('1 warning') : warnings > 1 ? t('{0} warnings', warnings) : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}

/** Fills the header; the live region tells a screen reader when the work is done. */
export function updateHeader(header: HTMLElement, state: ModelState): void {
  const { status } = state;
  const work =
    status.kind === 'working'
      ? h(
          'span',
          { class: 'work', attributes: { role: 'status' } },
          icon('loading codicon-modifier-spin'),
          ` ${status.stage}`,
        )
      : h(
          'span',
          { class: 'visually-hidden', attributes: { role: 'status' } },
          status.kind === 'ready' ? t('Compiled') : t('Problems found'),
        );
  header.replaceChildren(h('div', { class: 'summary' }, ...figures(state), work));
  const problems = state.diagnostics.filter((d) => d.severity !== 'information');
  if (problems.length > 0) {
    const list = h(
      'details',
      { class: 'problems' },
      h('summary', {}, icon('warning'), ` ${tally(problems)}`),
      diagnosticList(problems),
    );
    if (status.kind === 'failed') list.setAttribute('open', '');
    header.append(list);
  }
}
