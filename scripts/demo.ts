/**
 * `npm run demo`: the sample model from pictures to heat maps, by the commands that a user would type. Everything is
 * written to build/demo.
 */
import { mkdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commands } from '../src/cli/commands.ts';
import { runCli } from '../src/cli/program.ts';
import { loadModel } from '../src/toolchain/model-file.ts';

const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
process.chdir(root);
const sample = 'media/sample/tiny-resnet18.onnx';
const out = 'build/demo';

const streams = {
  out: (text: string) => void process.stdout.write(text.replace(/^/gm, '  ').replace(/ +$/, '')),
  err: (text: string) => void process.stderr.write(text.replace(/^/gm, '  ').replace(/ +$/, '')),
};

/** Runs one command as a user would and stops the demo where it fails. */
async function camber(...args: string[]): Promise<void> {
  console.log(`\n$ npx camber ${args.join(' ')}`);
  const code = await runCli(args, commands, '', streams, new AbortController().signal);
  if (code !== 0) process.exit(code);
}

mkdirSync(out, { recursive: true });
const { info } = await loadModel(sample);
const heatMaps: string[] = [];
for (const { file, caption } of info.pictures) {
  const picture = join('media/sample', file);
  const heat = join(out, file.replace(/\.\w+$/, '.heat.png'));
  console.log(`\n${caption ?? file}`);
  await camber('explain', sample, '--image', picture, '--out', heat);
  heatMaps.push(heat);
}
const model = join(out, 'tiny-resnet18.gradcam.onnx');
await camber('export', sample, '--out', model);

console.log(`\nHeat maps: ${heatMaps.map((h) => relative('.', h)).join(', ')}`);
console.log(`Static GradCAM model, for any ONNX runtime: ${model}`);
