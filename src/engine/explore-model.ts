/** Model in, design points out. */
import { analyse, type AnalyseOptions } from '../compiler/analyse.ts';
import type { Diagnostic } from '../compiler/diagnostics.ts';
import {
  type DesignPoint,
  explore,
  type Explored,
  type ExploreOptions,
  markPareto,
  nothingFits,
} from '../compiler/explore.ts';
import type { Graph } from '../compiler/graph/ir.ts';
import type { Device } from '../compiler/report/devices.ts';
import { refuseEarly } from '../compiler/schedule/early-limits.ts';
import { largestShape } from '../compiler/schedule/engine-shape.ts';
import { calibrateModel } from './compile-model.ts';
import type { EngineOptions } from './ort.ts';

/** So many pictures will do: ranges set numbers, and the schedules hardly depend on them. */
export const explorePictures = 1;

export interface ExploreModelOptions extends AnalyseOptions, ExploreOptions, EngineOptions {
  /** `explorePictures` of them will do. */
  readonly calibration: readonly Float32Array[];
  /** Devices that may be advised where nothing fits; the listed ones where absent. */
  readonly devices?: readonly Device[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (stage: string) => void;
}

/**
 * Analyses and calibrates a model and tries every array; among the diagnostics CAM502 where none fits, CAM508 for each that the
 * network is too large for.
 *
 * @throws CompileError as `analyse` and `explore`; the signal's reason where aborted
 */
export async function exploreModel(
  graph: Graph,
  device: Device,
  options: ExploreModelOptions,
): Promise<{ readonly points: readonly DesignPoint[]; readonly diagnostics: readonly Diagnostic[] }> {
  const { signal, onProgress, calibration, wasmPaths } = options;
  onProgress?.('Deriving the gradient');
  const analysis = analyse(graph, options);
  refuseEarly(analysis.simplified.graph, analysis.model.scores, largestShape(options.shapes));
  onProgress?.('Calibrating');
  const table = await calibrateModel(analysis, {
    calibration,
    ...(signal ? { signal } : {}),
    ...(wasmPaths === undefined ? {} : { wasmPaths }),
  });
  const explored: Explored[] = [];
  const tooSmall = new Map<string, Diagnostic>();
  onProgress?.('Scheduling every array');
  for (const one of explore(analysis, table, device, options)) {
    if ('point' in one) {
      explored.push(one);
      const { rows, columns, gradientBits } = one.point;
      onProgress?.(`Scheduled ${rows}x${columns}, gradients of ${gradientBits} bits`);
      // The same array may be tried with gradients of 16 and of 8 bits.
    } else tooSmall.set(one.message, one);
    // A signal arrives between turns of the event loop only.
    await new Promise((resolve) => setTimeout(resolve));
    signal?.throwIfAborted();
  }
  return {
    points: markPareto(explored.map(({ point }) => point)),
    diagnostics: [
      ...analysis.diagnostics,
      ...tooSmall.values(),
      ...nothingFits(explored, device, options.devices),
    ],
  };
}
