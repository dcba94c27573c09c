import {
  inside,
  type LayerOf,
  type LoweredOperation,
  type LoweringContext,
  need,
  outputHalf,
  wordsPerVector,
} from './lowering.ts';
import { progressions, type Progression } from './progressions.ts';
import { identityRuns } from './tile-runs.ts';
import { counts, walk } from './walk.ts';

/** The bands of an axis, those of one size in as few loops as they fit into; the widest first. */
export function bandRuns(bounds: readonly number[]): Progression<'band' | 'position'>[] {
  const bands = bounds.slice(1).map((end, band) => ({
    kind: end - bounds[band]!,
    numbers: { band, position: bounds[band]! },
  }));
  return progressions(bands).sort((a, b) => b.kind - a.kind);
}

/** Sums of bands: each position is read once, by the operation that has the bands of its height and width. */
export function lowerBandSums(layer: LayerOf<'bandSums'>, context: LoweringContext): LoweredOperation[] {
  const { address, tiles, pitch, planes, planeStride, tensor } = need(context.tensors, layer.sum.input);
  const [row, column] = [tensor.width * pitch, pitch];
  const runs = identityRuns(need(context.weights, layer.name), tiles, wordsPerVector(context));
  const columns = bandRuns(layer.sum.columns);
  const bands = bandRuns(layer.sum.rows).flatMap((y) => columns.map((x) => [y, x] as const));
  return bands.flatMap(([y, x]) =>
    runs.map((run) => ({
      ...outputHalf(layer, context, {
        start: [y.first.band, x.first.band],
        step: [y.step.band, x.step.band],
        tiles: { first: run.first, count: run.count },
      }),
      counts: counts({
        tile: run.count,
        row: y.count,
        column: x.count,
        plane: planes,
        ky: y.kind,
        kx: x.kind,
        input: run.inputs,
      }),
      activation: {
        source: 'memory' as const,
        walk: walk(address + run.input + y.first.position * row + x.first.position * column, {
          tile: run.inputStep,
          row: y.step.position * row,
          column: x.step.position * column,
          plane: planes === 2 ? planeStride : 0,
          ky: row,
          kx: column,
          input: 1,
        }),
      },
      y: inside,
      x: inside,
      padding: 0,
      weights: { mode: 'plain' as const, walk: walk(run.weights, run.strides), classStride: 0 },
    })),
  );
}
