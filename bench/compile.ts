/**
 * Compile time, ONNX to RTL on disk: `npx tsx bench/compile.ts [--rounds 5]`. Prints medians of the time a cold CLI
 * process takes and of a second compile in a warm one (as the server does it) with another target, and with another
 * gradient width. Bars: 3 s and 500 ms. Needs `npm run build`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { quantile } from '../src/engine/fidelity.ts';
import { compilerJobs } from '../src/server/jobs/compiler.ts';
import '../test/support/ort.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
const rounds = Number(values.rounds);
const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const model = at('media/sample/tiny-resnet18.onnx');
const folder = mkdtempSync(join(tmpdir(), 'camber-bench-'));

const times: Record<string, number[]> = {};
async function timed(what: string, run: () => unknown): Promise<void> {
  const start = performance.now();
  await run();
  (times[what] ??= []).push(performance.now() - start);
}

const context = { progress: () => undefined, signal: new AbortController().signal };
const options = {
  class: 'argmax',
  device: 'xczu3eg',
  clockMHz: 100,
  array: '16x16',
  calibrationFolder: '',
} as const;
const out = join(folder, 'build');
for (let round = 0; round < rounds; round++) {
  await timed('cold CLI process', () => {
    const { status, stderr } = spawnSync(process.execPath, [
      at('dist/cli/camber.mjs'),
      'compile',
      model,
      '--out',
      out,
    ]);
    if (status !== 0) throw new Error(stderr.toString());
  });
  const jobs = compilerJobs();
  await jobs.read({ path: model }, context);
  await jobs.build({ options: { ...options, gradientBits: 8 }, folder: out }, context);
  const target = '/blocks/blocks.6/relu2/Relu_output_0';
  await timed('warm, another target', () =>
    jobs.build({ options: { ...options, gradientBits: 8, target }, folder: out }, context),
  );
  await timed('warm, another gradient width', () =>
    jobs.build({ options: { ...options, gradientBits: 16, target }, folder: out }, context),
  );
}
rmSync(folder, { recursive: true });

console.log('| compile | median ms | of |');
console.log('| --- | --- | --- |');
for (const [what, each] of Object.entries(times)) {
  console.log(`| ${what} | ${quantile(each, 0.5).toFixed(0)} | ${each.length} |`);
}
