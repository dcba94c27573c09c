/**
 * How quickly a cold `camber inspect` answers: `npm run build && npx tsx bench/inspect.ts`.
 *
 * Bars: light ResNet-50 (needs the shared models folder) under 1.5 s; a float model of 100 MB, made here, under 3 s
 * and under 4 times its size in memory.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Graph, Node, Tensor } from '../src/compiler/graph/ir.ts';
import { makeAttribute } from '../src/compiler/graph/attributes.ts';
import { floatTensor } from '../src/compiler/graph/tensor.ts';
import { writeModel } from '../src/compiler/onnx/write.ts';
import { sharedModels } from '../test/support/shared.ts';

const cli = fileURLToPath(new URL('../dist/cli/camber.mjs', import.meta.url));
const runs = 5;

/** A plain convolutional network with batch norms and about 100 MB of weights. */
function largeModel(): Uint8Array {
  const channels = 320;
  const nodes: Node[] = [];
  const initializers = new Map<string, Tensor>();
  const add = (op: string, inputs: string[], output: string, attributes: Node['attributes'] = {}): void =>
    void nodes.push({ name: output, op, domain: '', inputs, outputs: [output], attributes });
  const weights = (name: string, shape: number[]): string => {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1)).map((_, i) => ((i * 7919) % 1000) / 1e4);
    initializers.set(name, floatTensor(shape, data));
    return name;
  };
  let tensor = 'image';
  for (let i = 0; i < 28; i++) {
    const w = weights(`w${i}`, [channels, i === 0 ? 3 : channels, 3, 3]);
    add('Conv', [tensor, w], `conv${i}`, { pads: makeAttribute.ints([1, 1, 1, 1]) });
    const statistics = ['scale', 'shift', 'mean', 'variance'].map((s) => weights(`${s}${i}`, [channels]));
    add('BatchNormalization', [`conv${i}`, ...statistics], `norm${i}`);
    add('Relu', [`norm${i}`], (tensor = `relu${i}`));
  }
  add('GlobalAveragePool', [tensor], 'pooled');
  add('Flatten', ['pooled'], 'features');
  add('Gemm', ['features', weights('dense', [channels, 10])], 'scores');
  const graph: Graph = {
    name: 'large',
    opset: 13,
    irVersion: 7,
    inputs: [{ name: 'image', dtype: 'float32', shape: [1, 3, 32, 32] }],
    outputs: [{ name: 'scores', dtype: 'float32', shape: [1, 10] }],
    nodes,
    initializers,
    values: new Map(),
    metadata: {},
  };
  return writeModel(graph);
}

/** Wall time and peak memory of one cold process. */
function measure(model: string): { seconds: number; megabytes: number } {
  const report = `data:text/javascript,process.on('exit',()=>console.error('peak',process.resourceUsage().maxRSS))`;
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['--import', report, cli, 'inspect', model], {
    encoding: 'utf8',
  });
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`camber inspect failed: ${stderr}`);
  return { seconds, megabytes: Number(/peak (\d+)/.exec(stderr)![1]) / 1024 };
}

function report(name: string, path: string, barSeconds: number, barMegabytes?: number): boolean {
  const results = Array.from({ length: runs }, () => measure(path));
  const seconds = results.map((r) => r.seconds).sort((a, b) => a - b)[(runs - 1) / 2]!;
  const megabytes = Math.max(...results.map((r) => r.megabytes));
  const passed = seconds < barSeconds && !(barMegabytes && megabytes >= barMegabytes);
  const bar = `bar ${barSeconds} s${barMegabytes ? `, ${barMegabytes.toFixed(0)} MB` : ''}`;
  console.log(
    `${name}: median ${seconds.toFixed(2)} s, peak ${megabytes.toFixed(0)} MB (${bar}): ${passed ? 'passed' : 'FAILED'}`,
  );
  return passed;
}

const folder = mkdtempSync(join(tmpdir(), 'camber-bench-'));
try {
  const large = join(folder, 'large.onnx');
  writeFileSync(large, largeModel());
  const size = statSync(large).size / 2 ** 20;
  const results = [report(`float model of ${size.toFixed(0)} MB`, large, 3, 4 * size)];
  const shared = sharedModels();
  if (shared) results.push(report('light ResNet-50', join(shared, 'onnx-light', 'light_resnet50.onnx'), 1.5));
  else console.log('light ResNet-50: not measured, the shared models folder is missing');
  process.exitCode = results.every(Boolean) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
