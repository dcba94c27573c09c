/** What the scenarios are tried on: wrong models beside the sample, and figures from the command line. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readModel } from '../../../src/compiler/onnx/read.ts';
import { writeModel } from '../../../src/compiler/onnx/write.ts';
import type { Report } from '../../../src/compiler/report/report.ts';

const root = resolve(fileURLToPath(new URL('../../..', import.meta.url)));

/** Adds a file that is no model, a truncated model, one with an operator that nobody knows, and one of other names. */
export function addWrongModels(folder: string): void {
  const bytes = readFileSync(join(folder, 'tiny-resnet18.onnx'));
  writeFileSync(join(folder, 'broken.onnx'), 'This is not a model.');
  writeFileSync(join(folder, 'truncated.onnx'), bytes.subarray(0, bytes.length / 2));
  const { graph } = readModel(bytes);
  const nodes = graph.nodes.map((node, i) => (i === 4 ? { ...node, op: 'Mystery' } : node));
  writeFileSync(join(folder, 'unsupported.onnx'), writeModel({ ...graph, nodes }));
  const renamed = graph.nodes.map((node) => ({ ...node, name: `renamed${node.name}` }));
  writeFileSync(join(folder, 'other.onnx'), writeModel({ ...graph, nodes: renamed }));
}

/** What the built command line says of a model: the figures that the editor must show too. */
export function compileReference(model: string, out: string): Report {
  const program = join(root, 'dist/cli/camber.mjs');
  execFileSync('node', [program, 'compile', model, '--out', out], { stdio: ['ignore', 'ignore', 'inherit'] });
  return JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as Report;
}

/** Five inference layers with a node of the file, spread over the network. */
export function fiveLayers({ layers }: Report): Report['layers'] {
  const candidates = layers.filter((l) => l.phase === 'inference' && l.nodes.length > 0);
  return [0, 1, 2, 3, 4].map((i) => candidates[Math.round((i * (candidates.length - 1)) / 4)]!);
}
