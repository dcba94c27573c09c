/** Layer facts as elements: the same rows as the text view's hover. */
import type { LayerFacts } from '../../src/protocol/layer-facts.ts';
import type { Source } from '../../src/protocol/views.ts';
import { h, icon } from './dom.ts';
import { t } from './text.ts';

/** Where a figure comes from, and two kinds that stand for comparison only. */
export type Mark = Source | 'bound' | 'published';

const marks: Readonly<Record<Mark, { icon: string; title: string } | undefined>> = {
  scheduled: undefined,
  estimated: { icon: 'question', title: t('Estimated') },
  simulated: { icon: 'beaker', title: t('Simulated') },
  synthesised: { icon: 'circuit-board', title: t('Synthesised') },
  bound: { icon: 'symbol-ruler', title: t('Computed: a lower bound') },
  published: { icon: 'book', title: t('As published') },
};

/** Marks where a figure comes from; figures of the schedule are exact and carry no mark. */
export function figureMark(kind: Mark | undefined): HTMLElement | undefined {
  const mark = kind && marks[kind];
  if (!mark) return undefined;
  return h(
    'span',
    { class: 'source', attributes: { title: mark.title, role: 'img', 'aria-label': mark.title } },
    icon(mark.icon),
  );
}

export const sourceMark = (source: Source | undefined): HTMLElement | undefined => figureMark(source);

export function factsElement(facts: LayerFacts, stale: boolean): HTMLElement {
  const rows = facts.facts.flatMap(({ label, value, source }) => [
    h('dt', {}, label),
    h('dd', {}, value, sourceMark(source)),
  ]);
  const notes = [facts.note, stale ? t('Being compiled again: these are the earlier figures.') : undefined];
  return h(
    'div',
    { class: 'facts' },
    h('p', { class: 'title' }, facts.title),
    h('p', { class: 'subtitle' }, facts.subtitle),
    ...notes.map((note) => (note === undefined ? undefined : h('p', { class: 'note' }, note))),
    h('dl', {}, ...rows),
  );
}
