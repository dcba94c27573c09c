/** The states every view has beside "full": empty, loading, error. */
import type { ErrorData } from '../../src/protocol/requests.ts';
import type { Diagnostic } from '../../src/protocol/views.ts';
import { client } from './api.ts';
import { h, icon } from './dom.ts';
import { button, progressRing } from './toolkit.ts';
import { t } from './text.ts';

/** Nothing to show yet, and what to do about it. */
export function emptyState(text: string): HTMLElement {
  const open = button({
    label: t('Open model...'),
    icon: 'folder-opened',
    appearance: 'primary',
    onClick: () => void client.request('run', { command: 'openModel' }),
  });
  return h('div', { class: 'state', attributes: { 'data-state': 'empty' } }, h('p', {}, text), open);
}

/** What is going on. The ring is drawn after 300 ms, so that short work does not flicker (see base.css). */
export function loadingState(stage: string): HTMLElement {
  return h(
    'div',
    { class: 'state loading', attributes: { 'data-state': 'loading', role: 'status' } },
    progressRing(),
    h('p', {}, stage),
  );
}

const icons = { error: 'error', warning: 'warning', information: 'info' } as const;

export function diagnosticList(diagnostics: readonly Diagnostic[]): HTMLElement {
  const items = diagnostics.map((d) =>
    h(
      'li',
      { class: `diagnostic ${d.severity}` },
      icon(icons[d.severity]),
      h(
        'div',
        {},
        h('p', { class: 'message' }, d.message, h('span', { class: 'code' }, d.code)),
        h('p', { class: 'hint' }, d.hint),
      ),
    ),
  );
  return h('ul', { class: 'diagnostics', attributes: { 'aria-label': t('Problems') } }, ...items);
}

const showOutput = (): HTMLElement =>
  button({
    label: t('Show output'),
    icon: 'output',
    onClick: () => void client.request('run', { command: 'showOutput' }),
  });

/** What is wrong, where, and what to do. */
export function errorState(title: string, error: ErrorData): HTMLElement {
  const body = error.diagnostics.length > 0 ? diagnosticList(error.diagnostics) : h('p', {}, error.message);
  return h(
    'div',
    { class: 'state error', attributes: { 'data-state': 'error', role: 'alert' } },
    h('h2', {}, title),
    body,
    showOutput(),
  );
}
