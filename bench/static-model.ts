/**
 * Software overhead of static GradCAM: the exported model against the original on ONNX Runtime (web build, one
 * thread), for every block output as target. Paired runs, alternating, in CPU time; the figure is the median of the ratios.
 * Where Python with torch and onnx2torch is found (CAMBER_PYTHON), the same targets with a full run-time backward
 * pass and with autograd that stops at the target are printed beside it.
 *
 *     npx tsx bench/static-model.ts [--pairs 200]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exportStaticModel } from '../src/compiler/gradient/export.ts';
import { explanationMacs } from '../src/compiler/gradient/macs.ts';
import { graphMacs } from '../src/compiler/graph/macs.ts';
import { simplify } from '../src/compiler/graph/passes.ts';
import { readModel } from '../src/compiler/onnx/read.ts';
import { createFloatEngine, type FloatEngine, type Feeds } from '../src/engine/ort.ts';
import { sharedModels } from '../test/support/shared.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const bar = 1.05;

interface Network {
  readonly title: string;
  readonly path: string;
}

interface TorchTimes {
  readonly inference: number;
  /** Seconds of inference and explanation together, per target. */
  readonly full: Readonly<Record<string, number>>;
  readonly careful: Readonly<Record<string, number>>;
}

function networks(): Network[] {
  const mlperf = join(sharedModels() ?? '', 'trained/mlperf_tiny_resnet8_cifar10/model.onnx');
  const resnet8 = existsSync(mlperf)
    ? { title: 'ResNet-8 (MLPerf Tiny)', path: mlperf }
    : { title: 'ResNet-8 (oracle)', path: join(root, 'test/fixtures/oracles/resnet8_bn_kept/model.onnx') };
  return [{ title: 'ResNet18-w16', path: join(root, 'media/sample/tiny-resnet18.onnx') }, resnet8];
}

/** Outputs of the stem and of every residual block: ReLUs that a block reads whole, deepest first. */
function blockOutputs(model: Uint8Array): string[] {
  const { graph } = simplify(readModel(model).graph, { foldBatchNorm: false });
  const producer = new Map(graph.nodes.map((n) => [n.outputs[0]!, n]));
  const relus = graph.nodes.filter((n) => n.op === 'Relu');
  const first = relus[0]!;
  const ends = relus.filter((n) => producer.get(n.inputs[0]!)?.op === 'Add');
  return [first, ...ends].map((n) => n.outputs[0]!).reverse();
}

/** CPU time of a few runs, microseconds: one thread does all, and CPU time is indifferent to what else the machine does. */
async function cpuTime(engine: FloatEngine, feeds: Feeds): Promise<number> {
  const start = process.cpuUsage();
  for (let i = 0; i < 5; i++) await engine.run(feeds);
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
}

/** Ratios exported / original of alternating runs. */
async function ratios(
  original: FloatEngine,
  exported: FloatEngine,
  feeds: Feeds,
  pairs: number,
): Promise<number[]> {
  for (let i = 0; i < 50; i++) {
    await original.run(feeds);
    await exported.run(feeds);
  }
  const result: number[] = [];
  for (let i = 0; i < pairs; i++) {
    // Which comes first alternates, so that a drift of the machine's speed favours neither.
    const [a, b] = i % 2 === 0 ? [original, exported] : [exported, original];
    const [x, y] = [await cpuTime(a, feeds), await cpuTime(b, feeds)];
    result.push(i % 2 === 0 ? y / x : x / y);
  }
  return result;
}

function torchTimes(path: string, targets: readonly string[]): TorchTimes | string {
  const python = process.env['CAMBER_PYTHON'] ?? 'python3';
  const script = join(root, 'bench/torch-backward.py');
  const run = spawnSync(python, [script, path, ...targets], { encoding: 'utf8' });
  if (run.status === 0) return JSON.parse(run.stdout) as TorchTimes;
  return (run.stderr ?? '').trim().split('\n').at(-1) || String(run.error ?? 'failed');
}

async function bench({ title, path }: Network, pairs: number): Promise<boolean> {
  const model = readFileSync(path);
  const { graph } = simplify(readModel(model).graph, { foldBatchNorm: false });
  const { name, shape } = graph.inputs[0]!;
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i));
  const feeds: Feeds = { [name]: { dtype: 'float32', shape, data } };
  const targets = blockOutputs(model);
  const torch = torchTimes(path, targets);
  const original = await createFloatEngine(model);
  const inference = graphMacs(graph);
  console.log(
    `\n${title}: ${(inference / 1e6).toFixed(2)} M multiply-accumulates, ${pairs} pairs per target`,
  );
  if (typeof torch === 'string') console.log(`  torch columns left out: ${torch}`);
  console.log(
    '  target                                       gradient  MACs     ORT ratio (quartiles)   torch full  careful',
  );
  let passed = true;
  for (const [i, target] of targets.entries()) {
    const { bytes, model: derived } = exportStaticModel(model, { targets: [target] });
    const exported = await createFloatEngine(bytes);
    const all = await ratios(original, exported, feeds, pairs);
    await exported.dispose();
    const median = quantile(all, 0.5);
    if (i === 0) passed = median <= bar;
    const spread = `${quantile(all, 0.25).toFixed(3)} .. ${quantile(all, 0.75).toFixed(3)}`;
    const columns =
      typeof torch === 'string'
        ? ['-', '-']
        : [torch.full, torch.careful].map((t) => (t[target]! / torch.inference).toFixed(2));
    const macs = (explanationMacs(derived) / inference).toFixed(4);
    console.log(
      `  ${target.padEnd(44)} ${derived.targets[0]!.gradient.padEnd(9)} ${macs}   ${median.toFixed(3)} (${spread})   ${columns[0]!.padStart(10)}  ${columns[1]!.padStart(7)}`,
    );
  }
  await original.dispose();
  console.log(`  last layer: median ratio ${passed ? 'within' : 'ABOVE'} ${bar}`);
  return passed;
}

const asked = process.argv.indexOf('--pairs');
const pairs = asked < 0 ? 200 : Number(process.argv[asked + 1]);
let passed = true;
for (const network of networks()) passed = (await bench(network, pairs)) && passed;
process.exit(passed ? 0 : 1);
