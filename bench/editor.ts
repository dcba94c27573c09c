/**
 * How quickly the editor answers, in a real VS Code: `npx tsx bench/editor.ts [--rounds 5]`. Prints medians beside
 * their bars. Needs code-server and Chromium (test/vscode/README.md).
 */
import { parseArgs } from 'node:util';
import { quantile } from '../src/engine/fidelity.ts';
import { bars, benchWorkspace, round, type Round } from './editor/round.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
const workspace = benchWorkspace();
const rounds: Round[] = [];
try {
  for (let i = 0; i < Number(values.rounds); i++) {
    rounds.push(await round(workspace.folder));
    console.error(JSON.stringify(rounds.at(-1)));
  }
} finally {
  workspace.remove();
}
console.log('| | median ms | smallest | largest | bar |');
console.log('| --- | --: | --: | --: | --: |');
for (const [key, { title, bar }] of Object.entries(bars)) {
  const all = rounds.map((r) => r[key as keyof Round]);
  const ms = [quantile(all, 0.5), Math.min(...all), Math.max(...all)].map((v) => v.toFixed(0));
  console.log(`| ${title} | ${ms.join(' | ')} | ${bar ?? ''} |`);
}
