import { nothing, phaseFront, phasesOf } from './lower-conv-backward.ts';
import {
  type LayerOf,
  type LoweredOperation,
  type LoweringContext,
  need,
  operandPort,
  outputHalf,
  outputTiles,
  passWords,
  wordsPerVector,
} from './lowering.ts';
import { counts, walk } from './walk.ts';

/**
 * Adjoint of a maximum pool: like a transposed convolution with ones for weights, one operation per stride phase; a
 * gradient passes in the step of the tap that won its window, as the second activation port tells.
 */
export function lowerMaxPoolBackward(
  layer: LayerOf<'maxPoolBackward'>,
  context: LoweringContext,
): LoweredOperation[] {
  const { geometry } = layer.sum;
  const source = need(context.tensors, layer.sum.input);
  const winners = need(context.tensors, layer.sum.winners);
  const { height, width } = need(context.tensors, layer.output.tensor).tensor;
  const words = wordsPerVector(context);
  return phasesOf(geometry, height, width).flatMap((phase) => {
    const { start, rows, columns, y, x } = phase;
    const half = outputHalf(layer, context, { start, step: geometry.strides });
    const outputs = { tile: outputTiles(layer, context), row: rows, column: columns };
    const weights = {
      mode: 'winners' as const,
      walk: walk(y.first * geometry.kernel[1] + x.first, {
        ky: y.step * geometry.kernel[1],
        kx: x.step,
      }),
      classStride: 0,
    };
    if (y.count * x.count === 0)
      return [{ ...half, ...nothing(outputs), weights: { mode: 'plain', walk: walk(0), classStride: 0 } }];
    const front = phaseFront(phase, source, words);
    const operation: LoweredOperation = {
      ...half,
      ...front,
      counts: counts({ ...outputs, plane: source.planes, ky: y.count, kx: x.count, input: words }),
      // The winners lie like one plane of the gradient.
      port: operandPort(phaseFront(phase, { ...winners, planes: 1 }, words).activation.walk),
      weights,
    };
    return passWords(operation, source.tiles, context);
  });
}
