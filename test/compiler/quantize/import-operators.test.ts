/** ONNX Runtime's quantised operators, one by one: every integer within one step of what ONNX Runtime computes. */
import { describe, expect, it } from 'vitest';
import { analyse } from '../../../src/compiler/analyse.ts';
import { compile } from '../../../src/compiler/compile.ts';
import { CompileError } from '../../../src/compiler/diagnostics.ts';
import { makeAttribute } from '../../../src/compiler/graph/attributes.ts';
import type { Graph, Node, Tensor } from '../../../src/compiler/graph/ir.ts';
import { writeModel } from '../../../src/compiler/onnx/write.ts';
import { execute } from '../../../src/compiler/quantize/executor.ts';
import { compareLayers } from '../../../src/compiler/schedule/compare.ts';
import { interpret } from '../../../src/compiler/schedule/interpreter.ts';
import { calibrateModel } from '../../../src/engine/compile-model.ts';
import { pearson } from '../../../src/engine/fidelity.ts';
import { networkInput } from '../../../src/engine/fixed.ts';
import { createIntegerEngine } from '../../../src/engine/integer.ts';
import { createTensorRunner } from '../../../src/engine/tensors.ts';
import { ort, runModel } from '../../support/ort.ts';
import { Random } from '../gradient/support.ts';

type Byte = 'uint8' | 'int8';
const size = 6;
const operators = 'com.microsoft';

/** Scale and zero point of a tensor. */
type Grid = readonly [scale: number, zeroPoint: number];

/** The grids of a network; zero points are uint8's, int8 has them 128 lower. */
interface Grids {
  readonly image: Grid;
  readonly left: Grid;
  readonly right: Grid;
  readonly joined: Grid;
  readonly pooled: Grid;
  readonly hidden: Grid;
  readonly scores: Grid;
}

/** Scales whose ratios are no simple fractions: a tie is rounded otherwise by ONNX Runtime. */
const grids: Grids = {
  image: [0.01, 97],
  left: [0.01109, 120],
  right: [0.01713, 133],
  joined: [0.01807, 125],
  pooled: [0.009, 141],
  hidden: [0.02, 110],
  scores: [0.03, 131],
};
/** Everything behind a clamp at its zero point; the right branch is signed until it is joined. */
const rectified: Grids = { ...grids, left: [0.011, 0], joined: [0.009, 0], pooled: [0.005, 0] };

/** Two quantised convolutions of one image, joined, averaged, and two matrix products. */
class Network {
  private readonly nodes: Node[] = [];
  private readonly initializers = new Map<string, Tensor>();
  private readonly random: Random;

  constructor(
    seed: number,
    readonly dtype: Byte,
    private readonly grids: Grids,
  ) {
    this.random = new Random(seed);
  }

  private op(
    op: string,
    domain: string,
    inputs: string[],
    output: string,
    attributes: Node['attributes'] = {},
  ) {
    this.nodes.push({ name: `${op} ${output}`, op, domain, inputs, outputs: [output], attributes });
  }

  private constant(name: string, dtype: 'float32' | Byte, values: number[], shape: number[] = []): string {
    const arrays = { float32: Float32Array, int8: Int8Array, uint8: Uint8Array };
    this.initializers.set(name, { dtype, shape, data: arrays[dtype].from(values) });
    return name;
  }

  private grid(tensor: keyof Grids): [string, string] {
    const [scale, zeroPoint] = this.grids[tensor];
    const stored = this.dtype === 'int8' ? zeroPoint - 128 : zeroPoint;
    return [
      this.constant(`${tensor}/s`, 'float32', [scale]),
      this.constant(`${tensor}/z`, this.dtype, [stored]),
    ];
  }

  private weights(name: string, shape: number[], channels: number, scale: number): [string, string, string] {
    const many = (count: number, make: () => number) => Array.from({ length: count }, make);
    const count = shape.reduce((a, b) => a * b);
    return [
      this.constant(
        name,
        'int8',
        many(count, () => this.random.int(-127, 127)),
        shape,
      ),
      this.constant(
        `${name}/s`,
        'float32',
        many(channels, () => scale * this.random.uniform(0.5, 1.5)),
        [channels],
      ),
      this.constant(
        `${name}/z`,
        'int8',
        many(channels, () => 0),
        [channels],
      ),
    ];
  }

  build(): Graph {
    const g = (tensor: keyof Grids) => this.grid(tensor);
    this.op('QuantizeLinear', '', ['x', ...g('image')], 'image');
    const pads = { pads: makeAttribute.ints([1, 1, 1, 1]) };
    for (const [branch, channels] of [
      ['left', 4],
      ['right', 5],
    ] as const) {
      const w = this.weights(`${branch}/w`, [channels, 3, 3, 3], channels, 0.002);
      this.op('QLinearConv', '', ['image', ...g('image'), ...w, ...g(branch)], branch, pads);
    }
    const triples = [...g('joined'), 'left', ...g('left'), 'right', ...g('right'), 'left', ...g('left')];
    this.op('QLinearConcat', operators, triples, 'joined', { axis: makeAttribute.int(1) });
    this.op('QLinearGlobalAveragePool', operators, ['joined', ...g('joined'), ...g('pooled')], 'pooled', {
      channels_last: makeAttribute.int(0),
    });
    this.op('Flatten', '', ['pooled'], 'flat');
    const [w1, w2] = [this.weights('m1', [13, 8], 8, 0.004), this.weights('m2', [8, 3], 3, 0.004)];
    this.op('QLinearMatMul', '', ['flat', ...g('pooled'), ...w1, ...g('hidden')], 'hidden');
    this.op('QLinearMatMul', '', ['hidden', ...g('hidden'), ...w2, ...g('scores')], 'scores');
    this.op('DequantizeLinear', '', ['scores', ...g('scores')], 'y');
    return {
      name: 'qlinear',
      opset: 13,
      irVersion: 8,
      inputs: [{ name: 'x', dtype: 'float32', shape: [1, 3, size, size] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [1, 3] }],
      nodes: this.nodes,
      initializers: this.initializers,
      values: new Map(),
      metadata: {},
    };
  }
}

/** Tensors of the network and the float tensor that stands for each after the import. */
const compared = {
  left: ['left/real', 'left/relu'],
  right: ['right/real'],
  joined: ['joined/real', 'joined/relu'],
  pooled: ['pooled/real'],
  hidden: ['hidden/real'],
} as const;

const shapes: Record<string, number[]> = {
  left: [1, 4, size, size],
  right: [1, 5, size, size],
  joined: [1, 13, size, size],
  pooled: [1, 13, 1, 1],
  hidden: [1, 8],
};

const picture = (seed: number) => {
  const random = new Random(seed);
  return Float32Array.from({ length: 3 * size * size }, () => random.uniform(-0.9, 1.5));
};

async function compileFor(graph: Graph, target?: string) {
  const analysis = analyse(graph, target === undefined ? {} : { target });
  const table = await calibrateModel(analysis, { calibration: [1, 2, 3, 4].map(picture) });
  return compile(analysis, table, { name: 'qlinear', array: '4x4' });
}

describe.each([
  { dtype: 'uint8', what: 'zero points in the middle', chosen: grids },
  { dtype: 'int8', what: 'zero points in the middle', chosen: grids },
  { dtype: 'uint8', what: 'clamps that are ReLUs', chosen: rectified },
  { dtype: 'int8', what: 'clamps that are ReLUs', chosen: rectified },
] as const)('$dtype, $what', ({ dtype, chosen }) => {
  const graph = new Network(7, dtype, chosen).build();

  it('QLinearConv, QLinearConcat, QLinearGlobalAveragePool and QLinearMatMul are ONNX Runtime’s, to a step', async () => {
    const outputs = Object.keys(compared).map((name) => ({ name, dtype, shape: shapes[name]! }));
    const model = writeModel({ ...graph, outputs: [...graph.outputs, ...outputs] });
    const { network, schedule } = await compileFor(graph);
    const engine = createIntegerEngine(network);
    let [elements, off] = [0, 0];
    for (let seed = 1; seed <= 20; seed++) {
      const tensor = picture(seed);
      const expected = await runModel(model, { x: new ort.Tensor('float32', tensor, [1, 3, size, size]) });
      const bytes = networkInput(network, { tensor });
      const found = execute(network, bytes);
      for (const [name, candidates] of Object.entries(compared)) {
        const ours = candidates.map((c) => found.tensors.get(c)).find((values) => values !== undefined)!;
        const theirs = Array.from(expected[name]!.data as ArrayLike<number>, (q) =>
          dtype === 'uint8' ? q - 128 : q,
        );
        expect(ours.length, name).toBe(theirs.length);
        const steps = theirs.map((q, i) => Math.abs(q - ours[i]!));
        expect(Math.max(...steps), `${name} of picture ${seed}`).toBeLessThanOrEqual(1);
        elements += steps.length;
        off += steps.filter((s) => s > 0).length;
        // No comparison of constants: the tensor is used.
        expect(new Set(theirs).size, name).toBeGreaterThan(4);
      }
      // The scores are not rounded to bytes: half a step of theirs, and the step of what is in front.
      const { scale } = network.tensors.get(network.scores)!;
      const y = expected['y']!.data as Float32Array;
      found.scores.forEach((q, c) =>
        expect(Math.abs(q * scale[0]! - y[c]!)).toBeLessThanOrEqual(1.5 * chosen.scores[0]),
      );
      const run = engine.run(bytes);
      for (const [name, values] of found.tensors)
        expect(String(engine.tensor(name)), name).toBe(String(values));
      expect(String(run.explanation!.map)).toBe(String(found.explanation!.map));
      const lowered = interpret(schedule, bytes);
      expect(compareLayers(network, schedule, lowered, found).differences).toEqual([]);
    }
    // Multipliers of 17 bits and floating point round near-ties apart: one element in a thousand at most.
    expect(off / elements).toBeLessThan(0.001);
  });

  it('maps on both sides of the Concat, targets named as in the file, are those of the float network', async () => {
    for (const target of ['left', 'joined', 'right']) {
      const { analysis, network } = await compileFor(graph, target);
      const { map, alpha } = analysis.model.targets[0]!;
      const runner = await createTensorRunner(analysis.model, [map, alpha]);
      try {
        const tensor = picture(1);
        const float = await runner.run(tensor, [map, alpha], 1);
        const found = execute(network, networkInput(network, { tensor }), { classIndex: 1 });
        expect(pearson(Array.from(found.explanation!.map), float.get(map)!), target).toBeGreaterThan(0.99);
      } finally {
        await runner.dispose();
      }
    }
  });
});

describe('what the hardware cannot hold is refused by name', () => {
  const changed = (change: (node: Node) => Node) => {
    const graph = new Network(7, 'uint8', grids).build();
    return { ...graph, nodes: graph.nodes.map((n) => (n.op === 'QLinearConcat' ? change(n) : n)) };
  };
  const refusal = (graph: Graph) => {
    try {
      analyse(graph);
    } catch (error) {
      if (error instanceof CompileError) return error.message;
      throw error;
    }
    return 'no diagnostic';
  };

  it('an operand read with another scale than it was written with', () => {
    const wrong = changed((n) => ({
      ...n,
      inputs: n.inputs.map((input, i) => (i === 3 ? 'pooled/s' : input)),
    }));
    expect(refusal(wrong)).toMatchInlineSnapshot(
      `"CAM402: Node "QLinearConcat joined": it reads tensor "left" with another scale than it was written with."`,
    );
  });

  it('a constant operand', () => {
    const constant = changed((n) => ({ ...n, inputs: n.inputs.map((input, i) => (i === 2 ? 'm1' : input)) }));
    expect(refusal(constant)).toMatchInlineSnapshot(
      `"CAM402: Node "QLinearConcat joined": one of its operands is constant."`,
    );
  });
});
