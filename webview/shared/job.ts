/** Work under way: its stage, how far it is, and a button that cancels it. */
import type { JobKind, JobProgress } from '../../src/protocol/webview.ts';
import { client } from './api.ts';
import { h } from './dom.ts';
import { button } from './toolkit.ts';
import { t } from './text.ts';

/** Calls back with the job of a kind on this view's model, and with undefined when it has ended. */
export function watchJob(kind: JobKind, changed: (job: JobProgress | undefined) => void): void {
  const take = (jobs: readonly JobProgress[]): void => changed(jobs.find((j) => j.job === kind));
  client.onEvent((event) => {
    if (event.event === 'jobs') take(event.jobs);
  });
  client.request('jobs', undefined).then(take, () => undefined);
}

export class JobBar {
  readonly #stage = h('span', { class: 'job-stage', attributes: { role: 'status' } });
  readonly #bar = h('progress', { attributes: { max: 1 } });
  readonly element: HTMLElement;

  constructor(kind: JobKind, name: string) {
    this.#bar.setAttribute('aria-label', name);
    const cancel = button({
      label: t('Cancel'),
      onClick: () => void client.request('cancelJob', { job: kind }),
    });
    this.element = h('div', { class: 'job' }, this.#bar, this.#stage, cancel);
  }

  show({ stage, fraction }: JobProgress): void {
    this.#bar.value = fraction;
    this.#stage.textContent = stage;
  }
}
