/**
 * Compile time, ONNX to RTL on disk: `npx tsx bench/compile.ts [--rounds 5]`. Prints medians of the time that a cold CLI
 * process takes and of further compilations in a warm one, through the server's own jobs. Bars: 3 s and 500 ms. Needs
 * `npm run build`.
 *
 * What is warm: the model has been read and compiled once for its default target; the ranges of its activations are known
 * from that. `looked ahead`: the server has been idle since (some seconds) and has measured the gradients of all targets.
 * No compilation is asked for twice.
 */
import { defaultQuantiseOptions } from '../src/compiler/quantize/options.ts';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { quantile } from '../src/engine/fidelity.ts';
import { compilerJobs } from '../src/server/jobs/compiler.ts';
import type { JobOptions } from '../src/server/jobs/messages.ts';
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
  ranges: defaultQuantiseOptions.rangeMethod,
  wideActivations: defaultQuantiseOptions.wideActivations,
  equalise: false,
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
  const warm = (what: string, changed: Partial<JobOptions>) =>
    timed(`warm, ${what}`, () =>
      jobs.build({ options: { ...options, gradientBits: 8, ...changed }, folder: out }, context),
    );
  await warm('another device', { device: 'xc7a200t' });
  await warm('another target, not looked ahead', { target: '/blocks/blocks.5/relu2/Relu_output_0' });
  await jobs.lookAhead({ options: { ...options, gradientBits: 8 } }, context);
  const target = '/blocks/blocks.6/relu2/Relu_output_0';
  await warm('another target, looked ahead', { target });
  await warm('another gradient width', { target, gradientBits: 16 });
}
rmSync(folder, { recursive: true });

console.log('| compile | median ms | of |');
console.log('| --- | --- | --- |');
for (const [what, each] of Object.entries(times)) {
  console.log(`| ${what} | ${quantile(each, 0.5).toFixed(0)} | ${each.length} |`);
}
