/** Small random graphs and numeric gradients for the rule tests. */
import { beginDerivation, finishDerivation } from '../../../src/compiler/gradient/derivation.ts';
import { legalise } from '../../../src/compiler/gradient/legalise/legalise.ts';
import { withOutputs } from '../../../src/compiler/gradient/outputs.ts';
import { findScores } from '../../../src/compiler/gradient/scores.ts';
import { checkTargets, pathsTo } from '../../../src/compiler/gradient/target.ts';
import { inferShapes } from '../../../src/compiler/graph/infer.ts';
import type { Attribute, Graph, Node, Tensor } from '../../../src/compiler/graph/ir.ts';
import { makeAttribute } from '../../../src/compiler/graph/attributes.ts';
import { floatTensor, int64Tensor } from '../../../src/compiler/graph/tensor.ts';
import { writeModel } from '../../../src/compiler/onnx/write.ts';
import { createFloatEngine, type Feeds, type FloatTensor } from '../../../src/engine/ort.ts';

/** A seeded generator (mulberry32) with the draws the tests need. */
export class Random {
  constructor(private state: number) {}

  /** In [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick<T>(items: readonly T[]): T {
    return items[this.int(0, items.length - 1)]!;
  }

  uniform(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  tensor(shape: readonly number[], low = -1, high = 1): Tensor {
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
      this.uniform(low, high),
    );
    return floatTensor(shape, data);
  }

  /**
   * Numbers that keep away from each other and from 0 by `gap`, in random order: no small step crosses the kink of
   * a ReLU or changes which of two is greater.
   */
  spaced(count: number, gap: number, from?: number): Float32Array {
    const values = Array.from(
      { length: count },
      (_, i) => (from ?? -Math.floor(count / 2) * gap) + (i + 0.5) * gap,
    );
    for (let i = count - 1; i > 0; i--) {
      const j = this.int(0, i);
      [values[i], values[j]] = [values[j]!, values[i]!];
    }
    return Float32Array.from(values);
  }
}

/** Builds graphs from `x`; every value is a tensor name. */
export class Builder {
  readonly nodes: Node[] = [];
  readonly initializers = new Map<string, Tensor>();

  op(op: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}, outputs = 1): string {
    const name = `${op}_${this.nodes.length}`;
    const names = Array.from({ length: outputs }, (_, i) => `${name}_${i}`);
    this.nodes.push({ name, op, domain: '', inputs, outputs: names, attributes });
    return names[0]!;
  }

  constant(tensor: Tensor): string {
    const name = `c${this.initializers.size}`;
    this.initializers.set(name, tensor);
    return name;
  }

  ints(...values: number[]): string {
    return this.constant(int64Tensor(values));
  }

  floats(...values: number[]): string {
    return this.constant(floatTensor([values.length], values));
  }

  scalar(value: number): string {
    return this.constant(floatTensor([], [value]));
  }

  /** The graph x -> ... -> y -> (tanh) -> random dense layer -> scores [1, 3]. */
  finish(r: Random, shape: readonly number[], y: string, smooth: boolean, opset = 20): Graph {
    const last = smooth ? this.op('Tanh', [y]) : y;
    const flat = this.op('Flatten', [last], { axis: makeAttribute.int(1) });
    const before = this.graph(shape, flat, opset);
    const columns = before.values.get(flat)!.shape[1]!;
    const scores = this.op('MatMul', [flat, this.constant(r.tensor([columns, 3]))]);
    return this.graph(shape, scores, opset);
  }

  graph(shape: readonly number[], output: string, opset: number): Graph {
    const x = { name: 'x', dtype: 'float32' as const, shape };
    return inferShapes({
      name: 'test',
      opset,
      irVersion: 8,
      inputs: [x],
      outputs: [{ name: output, dtype: 'float32', shape: [] }],
      nodes: this.nodes,
      initializers: this.initializers,
      values: new Map(),
      metadata: {},
    });
  }
}

export interface Gradients {
  /** dz_c/dX by the rules, element by element. */
  readonly full: Float32Array;
  /** Its mean per channel by the mean rules. */
  readonly mean: Float32Array;
  /** Central differences. */
  readonly numeric: Float32Array;
}

/** Gradients of score 1 with respect to `x`, analytic and numeric, both on ONNX Runtime in float32. */
export async function gradients(graph: Graph, image: Float32Array, step = 1 / 128): Promise<Gradients> {
  const scores = findScores(graph);
  const paths = pathsTo(graph, scores.tensor);
  checkTargets(graph, paths, ['x']);
  const d = beginDerivation(graph, scores, paths);
  const { shape } = graph.inputs[0]!;
  const full = d.algebra.whole(d.walk.gradient('x'));
  const mean = d.algebra.tensor(d.walk.mean('x', shape[1]!));
  const derived = legalise(finishDerivation(d, [], 1));
  const engine = await createFloatEngine(writeModel(withOutputs(derived, [full, mean, scores.tensor])), {
    optimization: 'disabled',
  });
  const original = await createFloatEngine(writeModel(graph), { optimization: 'disabled' });
  const feed = (data: Float32Array) => ({ x: { dtype: 'float32' as const, shape, data } });
  const score = async (data: Float32Array) =>
    Number((await original.run(feed(data)))[scores.tensor]!.data[1]);
  const slope = async (i: number, h: number) => {
    const [up, down] = [image.slice(), image.slice()];
    up[i]! += h;
    down[i]! -= h;
    return ((await score(up)) - (await score(down))) / (up[i]! - down[i]!);
  };
  try {
    const outputs = await engine.run(feed(image));
    const numeric = new Float32Array(image.length);
    // Richardson's extrapolation of two central differences: an error of order step^4.
    for (let i = 0; i < image.length; i++) {
      numeric[i] = (4 * (await slope(i, step / 2)) - (await slope(i, step))) / 3;
    }
    return {
      full: outputs[full]!.data as Float32Array,
      mean: outputs[mean]!.data as Float32Array,
      numeric,
    };
  } finally {
    await engine.dispose();
    await original.dispose();
  }
}

/** Runs a derived graph for one class; all outputs as numbers. */
export async function runGraph(
  derived: Graph,
  classInput: string,
  feeds: Feeds,
  cls: number,
): Promise<Record<string, Float32Array>> {
  const graph = legalise(derived);
  const initializers = new Map(graph.initializers);
  initializers.delete(classInput);
  const engine = await createFloatEngine(writeModel({ ...graph, initializers }));
  try {
    const wanted: FloatTensor = { dtype: 'int64', shape: [1], data: BigInt64Array.of(BigInt(cls)) };
    const outputs = await engine.run({ ...feeds, [classInput]: wanted });
    return Object.fromEntries(Object.entries(outputs).map(([name, t]) => [name, t.data as Float32Array]));
  } finally {
    await engine.dispose();
  }
}
