import { describe, expect, it } from 'vitest';
import { execute } from '../../../src/compiler/quantize/executor.ts';
import type { IntegerNetwork } from '../../../src/compiler/quantize/network.ts';
import { interpret } from '../../../src/compiler/schedule/interpreter.ts';
import type { EngineShape, Schedule } from '../../../src/compiler/schedule/operation.ts';
import { schedule } from '../../../src/compiler/schedule/schedule.ts';
import { unpackTensor } from '../../../src/compiler/schedule/unpack.ts';
import { generateNetwork } from './support/generate.ts';

const shapes: readonly EngineShape[] = [
  { rows: 4, columns: 4, lanes: 2 },
  { rows: 8, columns: 8, lanes: 4 },
  { rows: 16, columns: 16, lanes: 8 },
  { rows: 4, columns: 8, lanes: 4 },
  { rows: 8, columns: 16, lanes: 8 },
];

function networkFor(shape: EngineShape, seed: number) {
  return generateNetwork(seed, { maxChannels: shape.rows * 2 + 3 });
}

/** Every tensor, score and map value of the lowered schedule against the layer-level executor. Integers: no tolerance. */
function compare(seed: number, shape: EngineShape, fixedClass?: number): void {
  const { network, pixels } = networkFor(shape, seed);
  const plan = schedule(network, shape);
  const got = interpret(plan, pixels, fixedClass);
  const want = execute(network, pixels, { classIndex: fixedClass });
  expect(got.class).toBe(want.classIndex);
  for (const layer of network.layers) {
    const tensor = network.tensors.get(layer.output.tensor)!;
    const expected = [...want.tensors.get(tensor.name)!];
    const actual =
      tensor.name === network.scores
        ? [...got.scores]
        : tensor.name === network.explanation?.map
          ? [...got.map]
          : unpackTensor(plan, got, layer.name, tensor);
    expect(actual, `${layer.name} (${layer.sum.kind}) of seed ${seed}`).toEqual(expected);
  }
}

describe('lowered schedules carry out the integer network', () => {
  for (const shape of shapes) {
    it(`40 generated networks on ${shape.rows}x${shape.columns}`, () => {
      for (let seed = 1; seed <= 40; seed++) compare(seed, shape);
    }, 60_000);
  }

  it('explains every fixed class', () => {
    const { network } = networkFor(shapes[1]!, 5);
    for (let c = 0; c < network.classes; c++) compare(5, shapes[1]!, c);
  });
});

/** The same network compiled without explanation: no gradient or map, and no mask that only they would read. */
function withoutExplanation(network: IntegerNetwork): IntegerNetwork {
  const layers = network.layers
    .filter(({ phase }) => phase === 'inference')
    .map((layer) => ({ ...layer, output: { ...layer.output, maskWrite: undefined } }));
  return { ...network, layers, explanation: undefined };
}

describe('the explanation', () => {
  it('costs the inference nothing: same operations, starts and cycles as without it', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const { network } = generateNetwork(seed);
      const shape = shapes[1]!;
      const explained = schedule(network, shape);
      const alone = schedule(withoutExplanation(network), shape);
      const timing = (plan: Schedule) =>
        plan.operations
          .filter(({ operation }) => operation.phase === 'inference')
          .map(({ operation, start }) => ({ layer: operation.layer, start }));
      expect(timing(alone), `seed ${seed}`).toEqual(timing(explained));
      expect(alone.cycles).toEqual({ inference: explained.cycles.inference, explanation: 0 });
    }
  });
});
