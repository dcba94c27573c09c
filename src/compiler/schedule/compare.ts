import type { Execution } from '../quantize/executor.ts';
import type { IntegerLayer, IntegerNetwork, IntegerTensor } from '../quantize/network.ts';
import type { InterpreterResult } from './interpreter.ts';
import type { Schedule } from './operation.ts';
import { writesOf } from './storage.ts';
import { unpackTensor } from './unpack.ts';

/** One layer whose lowered operations gave other integers than the layer itself. */
export interface LayerDifference {
  readonly layer: string;
  readonly tensor: string;
  /** Index of the first differing element, [channels, height, width] row-major. */
  readonly index: number;
  readonly expected: number | undefined;
  readonly actual: number | undefined;
  /** Differing elements. */
  readonly count: number;
}

export interface LayerComparison {
  readonly tensors: number;
  readonly values: number;
  readonly differences: readonly LayerDifference[];
}

/** False for the elements of a tensor that other layers write. */
function isWritten({ output }: IntegerLayer, { height, width }: IntegerTensor, index: number): boolean {
  if (!output.region) return true;
  const { rows, columns } = output.region;
  const [y, x] = [Math.floor(index / width) % height, index % width];
  return y >= rows[0] && y < rows[0] + rows[1] && x >= columns[0] && x < columns[0] + columns[1];
}

/**
 * Compares what a schedule's operations wrote with what the integer network computes, layer by layer. Integers: no
 * tolerance.
 */
export function compareLayers(
  network: IntegerNetwork,
  schedule: Schedule,
  lowered: InterpreterResult,
  reference: Execution,
): LayerComparison {
  const differences: LayerDifference[] = [];
  let values = 0;
  const written = network.layers.flatMap((layer) => writesOf(layer).map((name) => ({ layer, name })));
  for (const { layer, name } of written) {
    const tensor = network.tensors.get(name)!;
    const expected = reference.tensors.get(tensor.name)!;
    const actual =
      tensor.name === network.scores
        ? lowered.scores
        : tensor.name === network.explanation?.map
          ? lowered.map
          : unpackTensor(schedule, lowered, layer.name, tensor);
    const length = Math.max(expected.length, actual.length);
    values += length;
    const wrong: number[] = [];
    for (let i = 0; i < length; i++) {
      if (actual[i] !== expected[i] && isWritten(layer, tensor, i)) wrong.push(i);
    }
    if (wrong.length === 0) continue;
    const index = wrong[0]!;
    differences.push({
      layer: layer.name,
      tensor: tensor.name,
      index,
      expected: expected[index],
      actual: actual[index],
      count: wrong.length,
    });
  }
  return { tensors: written.length, values, differences };
}
