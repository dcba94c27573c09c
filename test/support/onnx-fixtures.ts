/** The small models of test/fixtures/onnx and their expected outputs (made by make.py there). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { floatTensor } from '../../src/compiler/graph/tensor.ts';
import type { Tensor } from '../../src/compiler/graph/ir.ts';

const folder = fileURLToPath(new URL('../fixtures/onnx/', import.meta.url));

interface Packed {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Expected {
  readonly inputs: Readonly<Record<string, Packed>>;
  readonly outputs: Readonly<Record<string, Packed>>;
}

const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Record<string, Expected>;

/** Names of all models, or of those that begin so. */
export function fixtureNames(prefix = ''): string[] {
  return readdirSync(folder)
    .filter((f) => f.endsWith('.onnx') && f.startsWith(prefix))
    .map((f) => f.slice(0, -'.onnx'.length));
}

export function fixtureBytes(name: string): Uint8Array {
  return readFileSync(join(folder, `${name}.onnx`));
}

/** External data beside the models. */
export function fixtureData(location: string): Uint8Array | undefined {
  return location === 'external.bin' ? readFileSync(join(folder, location)) : undefined;
}

export function fixtureAnswers(
  name: string,
): { inputs: Record<string, Tensor>; outputs: Record<string, Tensor> } | undefined {
  const found = expected[name];
  if (!found) return undefined;
  const unpack = (tensors: Readonly<Record<string, Packed>>): Record<string, Tensor> =>
    Object.fromEntries(Object.entries(tensors).map(([k, { shape, data }]) => [k, floatTensor(shape, data)]));
  return { inputs: unpack(found.inputs), outputs: unpack(found.outputs) };
}
