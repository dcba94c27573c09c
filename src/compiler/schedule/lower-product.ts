import { fail } from '../diagnostics.ts';
import { negated } from './lower-map.ts';
import {
  type LayerOf,
  type LoweredOperation,
  type LoweringContext,
  need,
  operandPort,
  outputHalf,
  wordsPerVector,
} from './lowering.ts';
import { elementRuns } from './tile-runs.ts';
import { counts, walk } from './walk.ts';

/**
 * Product of two tensors, element by element: the factor's word stands on the diagonal. Where the input has a zero
 * point, further steps stream padding, -zeroPoint in all, against the same factor.
 */
export function lowerProduct(layer: LayerOf<'product'>, context: LoweringContext): LoweredOperation[] {
  const source = need(context.tensors, layer.sum.input);
  const factor = need(context.tensors, layer.sum.factor);
  const { height, width, zeroPoint } = source.tensor;
  if (factor.tensor.zeroPoint !== 0 || (source.planes === 2 && zeroPoint !== 0)) {
    fail(
      'CAM505',
      `Layer ${layer.name} multiplies tensors with zero points.`,
      'Report this as a fault of Camber.',
    );
  }
  const { padding, times } = zeroPoint === 0 ? { padding: 0, times: 0 } : negated(zeroPoint);
  const isBroadcast = factor.tensor.height * factor.tensor.width === 1;
  const positions = isBroadcast ? {} : { row: width * factor.pitch, column: factor.pitch };
  const strides = { tile: 0, ky: 0, kx: 0, input: 0 };
  const runs = elementRuns({ mode: 'diagonal', weights: 0, strides }, source.tiles, wordsPerVector(context));
  return runs.map((run) => ({
    ...outputHalf(layer, context, {
      start: [0, 0],
      step: [1, 1],
      tiles: { first: run.first, count: run.count },
    }),
    counts: counts({
      tile: run.count,
      row: height,
      column: width,
      plane: source.planes,
      ky: 1 + times,
      input: run.inputs,
    }),
    activation: {
      source: 'memory',
      walk: walk(source.address + run.input, {
        tile: run.inputStep,
        row: width * source.pitch,
        column: source.pitch,
        plane: source.planes === 2 ? source.planeStride : 0,
        input: 1,
      }),
    },
    // Steps after the first are outside: padding.
    y: { walk: walk(0, { ky: 1 }), limit: 1 },
    x: { walk: walk(0), limit: 1 },
    padding,
    weights: { mode: run.mode, walk: walk(0), classStride: 0 },
    port: operandPort(walk(factor.address + run.input, { tile: run.inputStep, ...positions, input: 1 })),
  }));
}
