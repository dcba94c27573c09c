/** Layer facts as the Markdown of a hover. */
import type { LayerFacts } from '../../protocol/layer-facts.ts';
import type { Source } from '../../protocol/views.ts';

/** Codicons that mark where a figure comes from. */
const marks: Readonly<Record<Source, string>> = {
  scheduled: '',
  estimated: ' $(question)',
  simulated: ' $(beaker)',
  synthesised: ' $(circuit-board)',
};

/** Escapes what Markdown would take as its own: names of tensors and layers are free text. */
export function escape(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>&$~]/g, (c) => `\\${c}`);
}

export function factsMarkdown(facts: LayerFacts, stale: boolean): string {
  const rows = facts.facts.map(
    ({ label, value, source }) => `| ${escape(label)} | ${escape(value)}${source ? marks[source] : ''} |`,
  );
  const table = rows.length === 0 ? [] : ['', '| | |', '| :-- | :-- |', ...rows];
  const notes = [facts.note, stale ? 'Being compiled again: these are the earlier figures.' : undefined]
    .filter((n) => n !== undefined)
    .map((n) => `  \n_${escape(n)}_`)
    .join('');
  return [`**${escape(facts.title)}**  `, `${escape(facts.subtitle)}${notes}`, ...table].join('\n');
}
