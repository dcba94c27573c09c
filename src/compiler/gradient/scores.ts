/** Finding the class scores: the pre-softmax output. */
import { CompileError, diagnostic, fail } from '../diagnostics.ts';
import type { Graph, Node } from '../graph/ir.ts';
import { nearest } from '../names.ts';
import { sizeOf, type Shape } from './shape.ts';

export interface Scores {
  /** The tensor that holds z, [1, N] or [1, N, 1, 1]. */
  readonly tensor: string;
  /** The output of the Softmax, LogSoftmax or Sigmoid that was set aside. */
  readonly probability?: string;
  /** Number of classes; 2 for a single logit, where class 1 is z and class 0 is -z. */
  readonly classes: number;
  readonly singleLogit: boolean;
}

const normalising = new Set(['Softmax', 'LogSoftmax', 'Sigmoid']);
const passing = new Set(['Identity', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Cast', 'Dropout']);

/** [1, N] or [1, N, 1, 1]. */
function isScoreShape(shape: Shape): boolean {
  if (shape[0] !== 1) return false;
  return shape.length === 2 || (shape.length === 4 && shape[2] === 1 && shape[3] === 1);
}

/** Finds the scores of a graph with shapes; `name` is a tensor the user chose (`--score`). */
export function findScores(graph: Graph, name?: string): Scores {
  const producers = new Map(graph.nodes.flatMap((n) => n.outputs.map((o): [string, Node] => [o, n])));
  if (name !== undefined) {
    const value = graph.values.get(name);
    const names = [...producers.keys()].filter((t) => isScoreShape(graph.values.get(t)?.shape ?? []));
    if (!value) return unknownScore(name, names);
    if (!isScoreShape(value.shape)) {
      return fail(
        'CAM204',
        `Tensor ${name} has shape [${value.shape.join(', ')}], not that of class scores`,
        'Choose a tensor of shape [1, N] or [1, N, 1, 1] with --score.',
        { tensor: name },
      );
    }
    return describe(graph, setAside(graph, producers, name));
  }
  const outputs = graph.outputs
    .map((o) => o.name)
    .filter((o) => isScoreShape(graph.values.get(o)?.shape ?? []));
  const found = outputs.map((o) => setAside(graph, producers, o));
  const distinct = [...new Map(found.map((s) => [s.tensor, s])).values()];
  if (distinct.length === 1)
    return describe(graph, found.find((s) => s.probability !== undefined) ?? distinct[0]!);
  const listed = graph.outputs
    .map((o) => `${o.name} [${(graph.values.get(o.name)?.shape ?? []).join(', ')}]`)
    .join(', ');
  throw new CompileError([
    distinct.length === 0
      ? diagnostic(
          'CAM204',
          `No output has the shape of class scores; outputs: ${listed}`,
          'Name the tensor that holds them with --score.',
        )
      : diagnostic(
          'CAM204',
          `Several outputs may hold the class scores: ${outputs.join(', ')}`,
          'Choose one with --score.',
        ),
  ]);
}

function unknownScore(name: string, names: readonly string[]): never {
  const near = nearest(name, names);
  return fail(
    'CAM204',
    `The model has no tensor ${name}`,
    near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'Name a tensor of shape [1, N] with --score.',
    { tensor: name },
  );
}

/** Walks back from an output over operators that change nothing to a Softmax, LogSoftmax or Sigmoid, if there is one. */
function setAside(
  graph: Graph,
  producers: ReadonlyMap<string, Node>,
  output: string,
): { tensor: string; probability?: string } {
  for (let tensor = output; ;) {
    const node = producers.get(tensor);
    if (node && normalising.has(node.op)) {
      const scores = node.inputs[0]!;
      return isScoreShape(graph.values.get(scores)?.shape ?? [])
        ? { tensor: scores, probability: output }
        : { tensor: output };
    }
    if (!node || !passing.has(node.op)) return { tensor: output };
    tensor = node.inputs[0]!;
  }
}

function describe(graph: Graph, found: { tensor: string; probability?: string }): Scores {
  const columns = sizeOf(graph.values.get(found.tensor)!.shape);
  const tensor = beforeRounding(graph, found.tensor);
  return { ...found, tensor, classes: columns === 1 ? 2 : columns, singleLogit: columns === 1 };
}

/** A half-precision output is the Cast of scores computed in float32: those are differentiated. */
function beforeRounding(graph: Graph, tensor: string): string {
  const cast = graph.nodes.find((n) => n.outputs[0] === tensor && n.op === 'Cast');
  const input = graph.values.get(cast?.inputs[0] ?? '');
  return input?.dtype === 'float32' ? input.name : tensor;
}
