/**
 * `npm run demo`: the sample model from pictures to verified RTL, by the commands that a user would type. Everything is
 * written to build/demo.
 */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commands } from '../src/cli/commands.ts';
import { runCli } from '../src/cli/program.ts';
import { grouped } from '../src/cli/table.ts';
import { formatDiagnostic, type Diagnostic } from '../src/compiler/diagnostics.ts';
import type { Report } from '../src/compiler/report/report.ts';
import { loadModel } from '../src/toolchain/model-file.ts';

process.chdir(resolve(fileURLToPath(new URL('..', import.meta.url))));
const sample = 'media/sample/tiny-resnet18.onnx';
const out = 'build/demo';
const accelerator = join(out, 'tiny-resnet18');

const told = new Set<string>();

/** Prints a diagnostic, the same one only once. */
function tell(text: string): void {
  if (!told.has(text)) console.log(text.replace(/^/gm, '  '));
  told.add(text);
}

/** Runs one command and gives its JSON; the demo ends where it fails. */
async function camber<T>(...args: string[]): Promise<T> {
  console.log(`\n$ npx camber ${args.join(' ')}`);
  let json = '';
  const streams = { out: (text: string) => (json += text), err: () => {} };
  const code = await runCli([...args, '--json'], commands, '', streams, new AbortController().signal);
  if (json === '') process.exit(code);
  const result = JSON.parse(json) as T & { readonly diagnostics: readonly Diagnostic[] };
  for (const d of result.diagnostics) tell(formatDiagnostic(d));
  if (code !== 0) process.exit(code);
  return result;
}

interface Explained {
  readonly class: number;
  readonly scores: readonly number[];
  readonly fidelity?: { readonly pearson: number };
}

const { info } = await loadModel(sample);
const className = (e: Explained) => `${info.classes[e.class]} (score ${e.scores[e.class]!.toFixed(2)})`;
const heatMaps: string[] = [];

for (const { file, caption = file } of info.pictures) {
  const picture = join('media/sample', file);
  const heat = (engine: string) => join(out, file.replace(/\.\w+$/, `.${engine}.png`));
  const answer = (engine: string) =>
    camber<Explained>('explain', sample, '--image', picture, '--engine', engine, '--out', heat(engine));
  console.log(`\n${caption}`);
  const float = await answer('float');
  console.log(`  ${className(float)}`);
  const fixed = await answer('fixed');
  const correlation = fixed.fidelity?.pearson.toFixed(4) ?? 'none: the float map is all zero';
  console.log(`  ${className(fixed)}, correlation of the heat maps ${correlation}`);
  heatMaps.push(heat('float'), heat('fixed'));
}

const { cycles, utilization, device, array, resources } = await camber<Report>(
  ...['compile', sample, '--out', accelerator],
);

const checked = await camber<{ simulator: string; valuesCompared: number; images: number; seconds: number }>(
  ...['verify', accelerator, '--simulator', 'embedded'],
);
const verified = `${grouped(checked.valuesCompared)} values of ${checked.images} pictures equal, and every cycle counter (${checked.simulator} simulator, ${checked.seconds.toFixed(0)} s)`;

const percent = (share: number, digits: number) => `${(100 * share).toFixed(digits)} %`;
const rows: readonly (readonly [string, string])[] = [
  ['Inference', `${grouped(cycles.inference)} cycles on a ${array.rows}x${array.columns} array`],
  [
    'Explanation',
    `${grouped(cycles.explanation)} cycles, overhead +${percent(cycles.overhead, 2)} of the inference`,
  ],
  ['Utilisation', `${percent(utilization.inference, 1)} of the multiply-accumulators`],
  ['Latency', `${(cycles.total / device.clockMHz / 1000).toFixed(2)} ms at ${device.clockMHz} MHz (assumed)`],
  ['Device', `${device.part}: ${resources.fits ? 'fits' : 'does not fit'}, as estimated`],
  ['RTL', verified],
  ['Heat maps', heatMaps.join('\n               ')],
  ['Verilog', join(accelerator, 'rtl')],
  ['Report', join(accelerator, 'report.html')],
  ['Static model', join(accelerator, 'tiny-resnet18.gradcam.onnx')],
];
console.log(`\n${rows.map(([name, value]) => `${name.padEnd(14)} ${value}`).join('\n')}`);
