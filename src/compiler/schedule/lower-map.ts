import {
  inside,
  type LayerOf,
  type LoweredOperation,
  type LoweringContext,
  need,
  operandPort,
  outputHalf,
  outside,
} from './lowering.ts';
import { forwardRuns } from './tile-runs.ts';
import { counts, walk } from './walk.ts';

/** The activation A, word by word at every position. */
function activationFront(name: string, context: LoweringContext) {
  const { address, pitch, tensor } = need(context.tensors, name);
  return {
    activation: {
      source: 'memory' as const,
      walk: walk(address, { row: tensor.width * pitch, column: pitch, input: 1 }),
    },
    y: inside,
    x: inside,
    padding: 0,
  };
}

/** Heat map with alpha = row `class` of the dense weights, read where they already are: the class's column is kept. */
export function lowerMapFromRow(layer: LayerOf<'mapFromRow'>, context: LoweringContext): LoweredOperation[] {
  const [run] = forwardRuns(need(context.weights, layer.name));
  const { tensor, tiles } = need(context.tensors, layer.sum.input);
  const half = outputHalf(layer, context);
  return [
    {
      ...half,
      ...activationFront(layer.sum.input, context),
      counts: counts({ row: tensor.height, column: tensor.width, input: tiles }),
      weights: { mode: 'plain', walk: walk(run!.weights, { input: 1 }), classStride: run!.strides.tile },
      output: { ...half.output, classColumn: true },
    },
  ];
}

/** Padding byte and repetitions whose product is -zeroPoint: -(-128) does not fit a byte, twice 64 does. */
export function negated(zeroPoint: number): { readonly padding: number; readonly times: number } {
  return zeroPoint === -128 ? { padding: 64, times: 2 } : { padding: -zeroPoint, times: 1 };
}

/**
 * Heat map with run-time alpha on the second port. Where A has a zero point, one vector computes
 * bias - zeroPoint * sum(alpha) into the bias register first, by streaming padding against alpha.
 */
export function lowerMapFromTensor(
  layer: LayerOf<'mapFromTensor'>,
  context: LoweringContext,
): LoweredOperation[] {
  const { tensor, tiles } = need(context.tensors, layer.sum.input);
  const alpha = need(context.tensors, layer.sum.alpha);
  const { padding, times } = negated(tensor.zeroPoint);
  const half = outputHalf(layer, context);
  const second = {
    port: operandPort(walk(alpha.address, { plane: alpha.planes === 2 ? alpha.planeStride : 0, input: 1 })),
    weights: { mode: 'port' as const, walk: walk(0), classStride: 0 },
  };
  const map: LoweredOperation = {
    ...half,
    ...second,
    ...activationFront(layer.sum.input, context),
    counts: counts({ row: tensor.height, column: tensor.width, plane: alpha.planes, input: tiles }),
    output: { ...half.output, biasRegister: tensor.zeroPoint !== 0 },
  };
  if (tensor.zeroPoint === 0) return [map];
  const correction: LoweredOperation = {
    ...half,
    ...second,
    counts: counts({ plane: alpha.planes, ky: times, input: tiles }),
    activation: { source: 'memory', walk: walk(0) },
    y: outside,
    x: outside,
    padding,
    output: { ...half.output, destination: 'bias', walk: walk(0), channels: 1 },
  };
  return [correction, map];
}
