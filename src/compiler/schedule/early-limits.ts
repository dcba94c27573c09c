/**
 * What can be told of a network's size before its ranges are measured, which takes long for the very networks that are too large.
 * Bounds from below: what passes may still be refused by the scheduler (`limits.ts`), which knows every word.
 */
import { CompileError, type Diagnostic, diagnostic } from '../diagnostics.ts';
import type { Graph, Node } from '../graph/ir.ts';
import { engineShapes } from './engine-shape.ts';
import { checkRegisters, engineLimits } from './limits.ts';
import type { EngineShape } from './operation.ts';

const product = (shape: readonly number[]) => shape.reduce((size, n) => size * n, 1);

/** The nodes that a tensor is made from. */
function sourcesOf(graph: Graph, tensor: string): Node[] {
  const wanted = new Set([tensor]);
  return [...graph.nodes].reverse().filter((node) => {
    if (!node.outputs.some((output) => wanted.has(output))) return false;
    for (const input of node.inputs) wanted.add(input);
    return true;
  });
}

/** Weights of the convolutions and dense layers behind the scores; each is a byte of the weight memory at least once. */
function weightBytes(graph: Graph, scores: string): number {
  const names = new Set(
    sourcesOf(graph, scores)
      .filter(({ op, domain }) => domain === '' && ['Conv', 'Gemm', 'MatMul'].includes(op))
      .map(({ inputs }) => inputs[1]!),
  );
  return [...names].reduce((sum, name) => sum + product(graph.initializers.get(name)?.shape ?? [0]), 0);
}

const wordsOf = (bytes: number, { rows, columns }: EngineShape) => Math.ceil(bytes / (rows * columns));

function checkWeights(bytes: number, shape: EngineShape): Diagnostic[] {
  const words = wordsOf(bytes, shape);
  if (words <= engineLimits.words) return [];
  const [array] = [...engineShapes].find(([, other]) => wordsOf(bytes, other) <= engineLimits.words) ?? [];
  const text = `The weights memory needs at least ${words} words of ${shape.rows * shape.columns} bytes; the engine addresses ${engineLimits.words}.`;
  const hint = array
    ? `Choose array ${array} or larger, or a smaller model.`
    : 'Choose a smaller model: no larger array that is listed would do.';
  return [diagnostic('CAM501', text, hint)];
}

/** The image memory has a word for each pixel, on every array. */
function checkPixels(height: number, width: number): Diagnostic[] {
  if (height * width <= engineLimits.words) return [];
  const text = `The image memory needs at least ${height * width} words for ${height} x ${width} pixels; the engine addresses ${engineLimits.words}.`;
  return [diagnostic('CAM501', text, 'Choose a smaller input: larger arrays address no more.')];
}

/**
 * Refuses what no schedule can be found for.
 *
 * @param graph simplified inference graph, its input [1, channels, height, width] or [1, height, width, channels]
 * @throws CompileError CAM501
 */
export function refuseEarly(graph: Graph, scores: string, shape: EngineShape): void {
  const [, first = 1, second = 1, last = 1] = graph.inputs[0]!.shape;
  const classes = product(graph.values.get(scores)?.shape ?? []);
  // Where neither end has few enough channels the scheduler says so.
  const isFirst = first <= engineLimits.imageChannels;
  const [height, width] = isFirst ? [second, last] : [first, second];
  const isKnown = isFirst !== last <= engineLimits.imageChannels;
  const found = [
    ...checkRegisters(classes, { channels: Math.min(first, last) }),
    ...(isKnown ? checkPixels(height, width) : []),
    ...checkWeights(weightBytes(graph, scores), shape),
  ];
  if (found.length > 0) throw new CompileError(found);
}
