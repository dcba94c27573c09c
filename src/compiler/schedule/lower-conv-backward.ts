import {
  type LayerOf,
  type LoweredOperation,
  type LoweringContext,
  need,
  outputHalf,
  operandPort,
  outside,
  type PlacedTensor,
  wordsPerVector,
} from './lowering.ts';
import { adjointRuns, identityRuns, type TileRun } from './tile-runs.ts';
import type { Walk } from './operation.ts';
import { counts, walk } from './walk.ts';

type AdjointLayer = LayerOf<'convBackward' | 'windowSumBackward' | 'maxPoolBackward'>;

/**
 * The taps of one axis that reach input positions p, p + s, p + 2s, ... (one stride phase): with
 * position p + s * j, tap first + n * step reads output j + offset - n * back.
 */
interface PhaseTaps {
  readonly count: number;
  readonly first: number;
  readonly step: number;
  readonly offset: number;
  readonly back: number;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** Output y = (position + pad - k * dilation) / stride must be whole. */
export function phaseTaps(
  phase: number,
  kernel: number,
  stride: number,
  pad: number,
  dilation: number,
): PhaseTaps {
  const step = stride / gcd(stride, dilation);
  for (let first = 0; first < Math.min(step, kernel); first++) {
    const distance = phase + pad - first * dilation;
    if (distance % stride !== 0) continue;
    const count = Math.ceil((kernel - first) / step);
    return { count, first, step, offset: distance / stride, back: (step * dilation) / stride };
  }
  return { count: 0, first: 0, step, offset: 0, back: 0 };
}

/**
 * Transposed convolution without multiplying inserted zeros: one dense sub-convolution per stride phase. Reads the
 * forward weight words, transposed; the taps run backwards by negative walk strides.
 */
export function lowerConvBackward(
  layer: LayerOf<'convBackward'>,
  context: LoweringContext,
): LoweredOperation[] {
  return lowerAdjoint(layer, context, adjointRuns(need(context.weights, layer.name)));
}

/** The same with identity weights: each dY is added to every position of its window. */
export function lowerWindowSumBackward(
  layer: LayerOf<'windowSumBackward'>,
  context: LoweringContext,
): LoweredOperation[] {
  const { tiles } = need(context.tensors, layer.sum.input);
  const runs = identityRuns(need(context.weights, layer.name), tiles, wordsPerVector(context));
  return lowerAdjoint(layer, context, runs);
}

/**
 * Operations of an adjoint, one for each stride phase and run of output tiles.
 *
 * @param second tensor of the gradient's size that the second activation port reads beside it
 */
export function lowerAdjoint(
  layer: AdjointLayer,
  context: LoweringContext,
  runs: readonly TileRun[],
  second?: string,
): LoweredOperation[] {
  const { kernel, strides, pads, dilations } = layer.sum.geometry;
  const { height, width } = need(context.tensors, layer.output.tensor).tensor;
  const operations: LoweredOperation[] = [];
  for (let py = 0; py < Math.min(strides[0], height); py++) {
    const y = phaseTaps(py, kernel[0], strides[0], pads[0], dilations[0]);
    for (let px = 0; px < Math.min(strides[1], width); px++) {
      const x = phaseTaps(px, kernel[1], strides[1], pads[1], dilations[1]);
      for (const run of runs) operations.push(lowerPhase(layer, context, run, [py, px], [y, x], second));
    }
  }
  return operations;
}

/** One stride phase of some output tiles. */
function lowerPhase(
  layer: AdjointLayer,
  context: LoweringContext,
  run: TileRun,
  phase: readonly [number, number],
  [y, x]: readonly [PhaseTaps, PhaseTaps],
  second: string | undefined,
): LoweredOperation {
  const { strides } = layer.sum.geometry;
  const source = need(context.tensors, layer.sum.input);
  const { planes, tensor: gradient } = source;
  const { height, width } = need(context.tensors, layer.output.tensor).tensor;
  const half = outputHalf(layer, context, {
    start: phase,
    step: strides,
    tiles: { first: run.first, count: run.count },
  });
  const outputs = {
    tile: run.count,
    row: Math.ceil((height - phase[0]) / strides[0]),
    column: Math.ceil((width - phase[1]) / strides[1]),
  };
  if (y.count * x.count === 0) {
    // No tap reaches this phase: its sums are 0, but bias, residual and mask still apply.
    return {
      ...half,
      counts: counts(outputs),
      activation: { source: 'memory', walk: walk(0) },
      y: outside,
      x: outside,
      padding: 0,
      weights: { mode: run.mode, walk: walk(run.weights), classStride: 0 },
    };
  }
  return {
    ...half,
    counts: counts({ ...outputs, plane: planes, ky: y.count, kx: x.count, input: run.inputs }),
    activation: { source: 'memory', walk: phaseWalk(source, run, [y, x]) },
    ...(second === undefined
      ? {}
      : { port: operandPort(phaseWalk(need(context.tensors, second), run, [y, x])) }),
    y: { walk: walk(y.offset, { row: 1, ky: -y.back }), limit: gradient.height },
    x: { walk: walk(x.offset, { column: 1, kx: -x.back }), limit: gradient.width },
    padding: 0,
    weights: {
      mode: run.mode,
      walk: walk(run.weights + y.first * run.strides.ky + x.first * run.strides.kx, {
        tile: run.strides.tile,
        ky: y.step * run.strides.ky,
        kx: x.step * run.strides.kx,
        input: run.strides.input,
      }),
      classStride: 0,
    },
  };
}

/** Words of a tensor of the gradient's size, the taps backwards. */
function phaseWalk(
  { address, pitch, planes, planeStride, tensor }: PlacedTensor,
  run: TileRun,
  [y, x]: readonly [PhaseTaps, PhaseTaps],
): Walk {
  return walk(address + run.input + (y.offset * tensor.width + x.offset) * pitch, {
    tile: run.inputStep,
    row: tensor.width * pitch,
    column: pitch,
    plane: planes === 2 ? planeStride : 0,
    ky: -y.back * tensor.width * pitch,
    kx: -x.back * pitch,
    input: 1,
  });
}
