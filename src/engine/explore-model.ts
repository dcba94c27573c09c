/** Model in, design points out. */
import { analyse, type AnalyseOptions } from '../compiler/analyse.ts';
import type { Diagnostic } from '../compiler/diagnostics.ts';
import { type DesignPoint, explore, type ExploreOptions } from '../compiler/explore.ts';
import type { Graph } from '../compiler/graph/ir.ts';
import type { Device } from '../compiler/report/devices.ts';
import { calibrateModel } from './compile-model.ts';
import type { EngineOptions } from './ort.ts';

/** So many pictures will do: ranges set numbers, and the schedules hardly depend on them. */
export const explorePictures = 1;

export interface ExploreModelOptions extends AnalyseOptions, ExploreOptions, EngineOptions {
  /** `explorePictures` of them will do. */
  readonly calibration: readonly Float32Array[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (stage: string) => void;
}

/** Analyses and calibrates a model and tries every array. @throws CompileError as `analyse` and `explore` */
export async function exploreModel(
  graph: Graph,
  device: Device,
  options: ExploreModelOptions,
): Promise<{ readonly points: readonly DesignPoint[]; readonly diagnostics: readonly Diagnostic[] }> {
  const { signal, onProgress, calibration, wasmPaths } = options;
  onProgress?.('Deriving the gradient');
  const analysis = analyse(graph, options);
  onProgress?.('Calibrating');
  const table = await calibrateModel(analysis, {
    calibration,
    ...(signal ? { signal } : {}),
    ...(wasmPaths === undefined ? {} : { wasmPaths }),
  });
  const points = explore(analysis, table, device, {
    ...options,
    onPoint: ({ rows, columns }, bits) => {
      signal?.throwIfAborted();
      onProgress?.(`Scheduling ${rows}x${columns}, gradients of ${bits} bits`);
    },
  });
  return { points, diagnostics: analysis.diagnostics };
}
