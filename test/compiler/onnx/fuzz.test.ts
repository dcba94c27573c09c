/**
 * Seeded mutations of real models: whatever the bytes, reading and the passes end soon, with a graph or with
 * diagnostics, and never with another exception.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CompileError } from '../../../src/compiler/diagnostics.ts';
import { simplify } from '../../../src/compiler/graph/passes.ts';
import { decodeModel, encodeModel } from '../../../src/compiler/onnx/proto.ts';
import { readModel } from '../../../src/compiler/onnx/read.ts';
import { writeModel } from '../../../src/compiler/onnx/write.ts';
import { fixtureBytes, fixtureNames } from '../../support/onnx-fixtures.ts';
import { sharedModels } from '../../support/shared.ts';

/** mulberry32: a small generator with a seed, so that a failing case can be made again. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const extremes = [
  [0],
  [0x7f],
  [0xff],
  [0x80, 0x01],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [...Array<number>(9).fill(0xff), 0x01],
];

/** One to four edits: a byte changed, an extreme varint written or inserted, a piece cut out, doubled or moved. */
function mutate(source: Uint8Array, random: () => number): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(source);
  const below = (n: number): number => Math.floor(random() * n);
  for (let edits = 1 + below(4); edits > 0; edits--) {
    // Weights are most of the bytes and say little: prefer the structure at both ends.
    const near = below(3);
    const at =
      near === 0
        ? below(bytes.length)
        : near === 1
          ? below(Math.min(4000, bytes.length))
          : bytes.length - 1 - below(Math.min(2000, bytes.length));
    const length = 1 + below(40);
    const piece = bytes.subarray(at, at + length);
    const value = extremes[below(extremes.length)]!;
    const join = (...parts: ArrayLike<number>[]): Uint8Array =>
      Uint8Array.from(parts.flatMap((p) => Array.from(p)));
    const edit = below(6);
    if (edit === 0) bytes[at] = below(256);
    else if (edit === 1) bytes[at]! ^= 1 << below(8);
    else if (edit === 2) bytes.set(value.slice(0, bytes.length - at), at);
    else if (bytes.length > 20_000) bytes[at] = below(256);
    else if (edit === 3) bytes = join(bytes.subarray(0, at), value, bytes.subarray(at));
    else if (edit === 4) bytes = join(bytes.subarray(0, at), bytes.subarray(at + length));
    else bytes = join(bytes.subarray(0, at), piece, bytes.subarray(at));
    if (bytes.length === 0) return bytes;
  }
  return bytes;
}

const integers = [-(2 ** 63), -2, -1, 0, 1, 2, 3, 7, 64, 1000, 2 ** 31, 2 ** 40];
const dtypes = [0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 13, 16, 17, 22, 99];

/** One to three edits of the decoded model: operators, wiring, attributes, shapes and types. */
function mutateStructure(source: Uint8Array, random: () => number): Uint8Array {
  const below = (n: number): number => Math.floor(random() * n);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const model = decodeModel(source);
  const graph = model.graph!;
  const nodes = graph.node ?? [];
  for (let edits = 1 + below(3); edits > 0; edits--) {
    const [node, other] = [pick(nodes), pick(nodes)];
    if (!node || !other) return source;
    const attribute = pick(node.attribute ?? []);
    const initializer = pick(graph.initializer ?? []);
    const value = pick([...(graph.input ?? []), ...(graph.output ?? [])]);
    const actions = [
      () => (node.opType = other.opType),
      () => node.input!.splice(below(node.input!.length), 1, pick(other.input ?? []) ?? ''),
      () => node.input!.splice(below(3), 1),
      () => node.input!.push(pick(graph.initializer ?? [])?.name ?? ''),
      () => node.output!.push(`extra_${edits}`),
      () => node.attribute!.splice(below(4), 1),
      () => node.attribute!.push(...(other.attribute ?? []).slice(0, 2)),
      () => attribute?.ints?.length && (attribute.ints[below(attribute.ints.length)] = pick(integers)),
      () => attribute?.ints?.splice(below(4), 1),
      () => attribute && (attribute.i = pick(integers)),
      () => attribute && (attribute.type = pick([1, 2, 3, 4, 6, 7])),
      () =>
        attribute &&
        (attribute.s = new TextEncoder().encode(pick(['SAME_UPPER', 'VALID', 'linear', 'reflect', 'x']))),
      () =>
        initializer?.dims &&
        (initializer.dims = pick([
          [],
          [0],
          [1],
          [-1, 2],
          initializer.dims.slice(1),
          [...initializer.dims].reverse(),
        ])),
      () => initializer && (initializer.dataType = pick(dtypes)),
      () => initializer?.rawData?.length && (initializer.rawData = initializer.rawData.map(() => below(256))),
      () => value?.type?.tensorType && (value.type.tensorType.elemType = pick(dtypes)),
      () => value?.type?.tensorType?.shape?.dim?.splice(below(4), 1, { dimValue: pick(integers) }),
      () => value?.type?.tensorType?.shape?.dim?.splice(below(4), 1),
      () => (model.opsetImport![0]!.version = 7 + below(22)),
    ];
    pick(actions)();
  }
  return encodeModel(model);
}

function corpus(): { name: string; bytes: Uint8Array }[] {
  const small = fixtureNames().map((name) => ({ name, bytes: fixtureBytes(name) }));
  const folder = sharedModels();
  if (!folder) return small;
  const real = [
    'oracles/conv_zoo/model.onnx',
    'oracles/inception_like/model.onnx',
    'onnx-light/light_resnet50.onnx',
    'onnx-light/light_inception_v1.onnx',
    'quantised/mlperf_tiny_resnet8_cifar10/model_qdq.onnx',
  ];
  const zoo = real.map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
  return [...small, ...Array.from({ length: 10 }, () => zoo).flat()];
}

const seed = Number(process.env['CAMBER_FUZZ_SEED'] ?? 20);
const budgetMs = Number(process.env['CAMBER_FUZZ_MS'] ?? 5000);

describe('mutation fuzzer', () => {
  test(`seed ${seed}, ${budgetMs} ms`, () => {
    const random = generator(seed);
    const models = corpus();
    const before = process.memoryUsage().rss;
    const end = performance.now() + budgetMs;
    const counts = { read: 0, refused: 0 };
    for (let i = 0; performance.now() < end; i++) {
      const { name, bytes } = models[Math.floor(random() * models.length)]!;
      const mutant = random() < 0.5 ? mutate(bytes, random) : mutateStructure(bytes, random);
      const start = performance.now();
      try {
        writeModel(simplify(readModel(mutant).graph).graph);
        counts.read++;
      } catch (error) {
        if (!(error instanceof CompileError))
          throw new Error(`case ${i} of seed ${seed} (${name})`, { cause: error });
        expect(error.diagnostics.length).toBeGreaterThan(0);
        counts.refused++;
      }
      expect(performance.now() - start, `case ${i} (${name}): milliseconds`).toBeLessThan(3000);
    }
    const grown = process.memoryUsage().rss - before;
    console.log(
      `fuzzer: ${counts.read} read, ${counts.refused} refused, ${(grown / 2 ** 20).toFixed(0)} MB grown`,
    );
    expect(grown).toBeLessThan(1.5 * 2 ** 30);
  });
});
