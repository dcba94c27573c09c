import type { WindowGeometry } from '../quantize/network.ts';
import { adjointStrides } from './adjoint-weights.ts';
import {
  type LayerOf,
  type LoweredOperation,
  type LoweringContext,
  need,
  outputHalf,
  outputTiles,
  outside,
  type PlacedTensor,
} from './lowering.ts';
import { counts, walk } from './walk.ts';

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

/** One stride phase of an adjoint: which outputs it writes and which taps reach them. */
export interface Phase {
  readonly start: readonly [number, number];
  readonly rows: number;
  readonly columns: number;
  readonly y: PhaseTaps;
  readonly x: PhaseTaps;
}

/** The stride phases of a window's adjoint, on results of the given size. */
export function phasesOf(geometry: WindowGeometry, height: number, width: number): Phase[] {
  const { kernel, strides, pads, dilations } = geometry;
  const phases: Phase[] = [];
  for (let py = 0; py < Math.min(strides[0], height); py++) {
    const y = phaseTaps(py, kernel[0], strides[0], pads[0], dilations[0]);
    for (let px = 0; px < Math.min(strides[1], width); px++) {
      const x = phaseTaps(px, kernel[1], strides[1], pads[1], dilations[1]);
      const rows = Math.ceil((height - py) / strides[0]);
      phases.push({ start: [py, px], rows, columns: Math.ceil((width - px) / strides[1]), y, x });
    }
  }
  return phases;
}

/** The half of a phase in front of the array: a walk over the gradient's words, the taps backwards. */
export function phaseFront(
  { y, x }: Phase,
  { address, tiles, planes, planeStride, tensor }: PlacedTensor,
  tileStep = 0,
): Pick<LoweredOperation, 'activation' | 'y' | 'x' | 'padding'> {
  const row = tensor.width * tiles;
  return {
    activation: {
      source: 'memory',
      walk: walk(address + (y.offset * tensor.width + x.offset) * tiles, {
        tile: tileStep,
        row,
        column: tiles,
        plane: planes === 2 ? planeStride : 0,
        ky: -y.back * row,
        kx: -x.back * tiles,
        input: 1,
      }),
    },
    y: { walk: walk(y.offset, { row: 1, ky: -y.back }), limit: tensor.height },
    x: { walk: walk(x.offset, { column: 1, kx: -x.back }), limit: tensor.width },
    padding: 0,
  };
}

/** A phase that no tap reaches: one step of padding per output. */
export function nothing(
  outputs: Parameters<typeof counts>[0],
): Pick<LoweredOperation, 'counts' | 'activation' | 'y' | 'x' | 'padding'> {
  const activation = { source: 'memory' as const, walk: walk(0) };
  return { counts: counts(outputs), activation, y: outside, x: outside, padding: 0 };
}

/**
 * Transposed convolution without multiplying inserted zeros: one dense sub-convolution per stride phase. Reads the
 * forward weight words, transposed; the taps run backwards by negative walk strides.
 */
export function lowerConvBackward(
  layer: LayerOf<'convBackward'>,
  context: LoweringContext,
): LoweredOperation[] {
  const { geometry } = layer.sum;
  const block = need(context.weights, layer.name);
  const source = need(context.tensors, layer.sum.input);
  const { height, width } = need(context.tensors, layer.output.tensor).tensor;
  const weights = adjointStrides(block);
  return phasesOf(geometry, height, width).map((phase) => {
    const { start, rows, columns, y, x } = phase;
    const half = outputHalf(layer, context, { start, step: geometry.strides });
    const outputs = { tile: outputTiles(layer, context), row: rows, column: columns };
    if (y.count * x.count === 0) {
      // No tap reaches this phase: its sums are 0, but bias, residual and mask still apply.
      return {
        ...half,
        ...nothing(outputs),
        weights: { mode: weights.mode, walk: walk(block.base), classStride: 0 },
      };
    }
    return {
      ...half,
      ...phaseFront(phase, source),
      counts: counts({ ...outputs, plane: source.planes, ky: y.count, kx: x.count, input: source.tiles }),
      weights: {
        mode: weights.mode,
        walk: walk(block.base + y.first * weights.ky + x.first * weights.kx, {
          tile: weights.tile,
          ky: y.step * weights.ky,
          kx: x.step * weights.kx,
          input: weights.input,
        }),
        classStride: 0,
      },
    };
  });
}
