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
import { type Progression, progressions } from './progressions.ts';
import { adjointRuns, identityRuns, type TileRun } from './tile-runs.ts';
import type { Walk } from './operation.ts';
import { fetchCycles, intervalOf } from './timing.ts';
import { counts, vectorsOf, walk } from './walk.ts';

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
  return lowerAdjoint(
    layer,
    context,
    adjointRuns(need(context.weights, layer.name), wordsPerVector(context)),
  );
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

/** Positions of a phase whose first tap inside and how many there are make up one loop. */
type PositionRun = Progression<'position' | 'tap'>;

/** All positions of a phase in one loop, the taps that read outside the gradient included. */
function wholeRun(taps: PhaseTaps, positions: number): PositionRun {
  return {
    kind: taps.count,
    count: positions,
    first: { position: 0, tap: 0 },
    step: { position: 1, tap: 0 },
  };
}

/** The positions of a phase by how many taps read inside the gradient, those with few taps first. */
export function insideRuns(taps: PhaseTaps, positions: number, size: number): PositionRun[] {
  const { count, offset, back } = taps;
  const things = Array.from({ length: positions }, (_, position) => {
    const at = position + offset;
    const tap = Math.max(0, Math.floor((at - size) / back) + 1);
    const last = Math.min(count - 1, Math.floor(at / back));
    return { kind: Math.max(0, last - tap + 1), numbers: { position, tap } };
  });
  return progressions(things).sort((a, b) => a.kind - b.kind);
}

/**
 * Operations of an adjoint for each stride phase and run of output tiles: one for all positions, or, where that is
 * quicker, some that leave out the taps that would read nothing but padding at the border.
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
  const gradient = need(context.tensors, layer.sum.input).tensor;
  const axis = (index: 0 | 1, phase: number, positions: number, size: number) => {
    const taps = phaseTaps(phase, kernel[index], strides[index], pads[index], dilations[index]);
    const count = Math.ceil((positions - phase) / strides[index]);
    const whole = [wholeRun(taps, count)];
    return { phase, taps, ways: taps.count === 0 ? [whole] : [whole, insideRuns(taps, count, size)] };
  };
  const operations: LoweredOperation[] = [];
  for (let py = 0; py < Math.min(strides[0], height); py++) {
    const y = axis(0, py, height, gradient.height);
    for (let px = 0; px < Math.min(strides[1], width); px++) {
      const x = axis(1, px, width, gradient.width);
      for (const run of runs) {
        const ways = y.ways.flatMap((rows) =>
          x.ways.map((columns) =>
            rows.flatMap((row) =>
              columns.map((column) =>
                lowerPositions(
                  layer,
                  context,
                  run,
                  [
                    { ...y, run: row },
                    { ...x, run: column },
                  ],
                  second,
                ),
              ),
            ),
          ),
        );
        operations.push(...quickest(ways, context));
      }
    }
  }
  return operations;
}

/** The way of fewest cycles, every operation's record counted in: it must earn it. */
function quickest(ways: readonly LoweredOperation[][], { shape }: LoweringContext): LoweredOperation[] {
  const cycles = (operations: readonly LoweredOperation[]) =>
    operations.reduce(
      (sum, operation) => sum + vectorsOf(operation.counts) * intervalOf(shape, operation) + fetchCycles,
      0,
    );
  return ways.reduce((best, way) => (cycles(way) < cycles(best) ? way : best));
}

/** Some positions of a stride phase along an axis. */
interface PhasePositions {
  readonly phase: number;
  readonly taps: PhaseTaps;
  readonly run: PositionRun;
}

/** Some positions of one stride phase of some output tiles. */
function lowerPositions(
  layer: AdjointLayer,
  context: LoweringContext,
  tiles: TileRun,
  [y, x]: readonly [PhasePositions, PhasePositions],
  second: string | undefined,
): LoweredOperation {
  const { strides } = layer.sum.geometry;
  const source = need(context.tensors, layer.sum.input);
  const { planes, tensor: gradient } = source;
  const half = outputHalf(layer, context, {
    start: [y.phase + y.run.first.position * strides[0], x.phase + x.run.first.position * strides[1]],
    step: [y.run.step.position * strides[0], x.run.step.position * strides[1]],
    tiles: { first: tiles.first, count: tiles.count },
  });
  const outputs = { tile: tiles.count, row: y.run.count, column: x.run.count };
  if (y.run.kind * x.run.kind === 0) {
    // No tap reaches these positions: their sums are 0, but bias, residual and mask still apply.
    return {
      ...half,
      counts: counts(outputs),
      activation: { source: 'memory', walk: walk(0) },
      y: outside,
      x: outside,
      padding: 0,
      weights: { mode: tiles.mode, walk: walk(tiles.weights), classStride: 0 },
    };
  }
  const [rows, columns] = [readPositions(y), readPositions(x)];
  return {
    ...half,
    counts: counts({ ...outputs, plane: planes, ky: y.run.kind, kx: x.run.kind, input: tiles.inputs }),
    activation: { source: 'memory', walk: gradientWalk(source, tiles, rows, columns) },
    ...(second === undefined
      ? {}
      : { port: operandPort(gradientWalk(need(context.tensors, second), tiles, rows, columns)) }),
    y: { walk: walk(rows.first, { row: rows.position, ky: rows.tap }), limit: gradient.height },
    x: { walk: walk(columns.first, { column: columns.position, kx: columns.tap }), limit: gradient.width },
    padding: 0,
    weights: { mode: tiles.mode, walk: tapWalk(tiles, y, x), classStride: 0 },
  };
}

/** Where in the gradient the first tap of the first position reads, and the steps from one position and tap to the next. */
interface ReadPositions {
  readonly first: number;
  readonly position: number;
  readonly tap: number;
}

function readPositions({ taps: { offset, back }, run: { first, step } }: PhasePositions): ReadPositions {
  return {
    first: offset + first.position - first.tap * back,
    position: step.position - step.tap * back,
    tap: -back,
  };
}

/** Weight words of the taps. */
function tapWalk({ weights, strides }: TileRun, y: PhasePositions, x: PhasePositions): Walk {
  const first = ({ taps, run }: PhasePositions) => taps.first + run.first.tap * taps.step;
  return walk(weights + first(y) * strides.ky + first(x) * strides.kx, {
    tile: strides.tile,
    row: y.run.step.tap * y.taps.step * strides.ky,
    column: x.run.step.tap * x.taps.step * strides.kx,
    ky: y.taps.step * strides.ky,
    kx: x.taps.step * strides.kx,
    input: strides.input,
  });
}

/** Words of a tensor of the gradient's size, the taps backwards. */
function gradientWalk(
  { address, pitch, planes, planeStride, tensor }: PlacedTensor,
  tiles: TileRun,
  y: ReadPositions,
  x: ReadPositions,
): Walk {
  const row = tensor.width * pitch;
  return walk(address + tiles.input + y.first * row + x.first * pitch, {
    tile: tiles.inputStep,
    row: y.position * row,
    column: x.position * pitch,
    plane: planes === 2 ? planeStride : 0,
    ky: y.tap * row,
    kx: x.tap * pitch,
    input: 1,
  });
}
