/** Model and calibration pictures in, compilation out: the whole line, with progress and cancel. */
import { analyse, type Analysis, type AnalyseOptions } from '../compiler/analyse.ts';
import { compile, type Compilation, type CompileOptions } from '../compiler/compile.ts';
import { autoArray } from '../compiler/explore.ts';
import type { Graph } from '../compiler/graph/ir.ts';
import type { CalibrationTable } from '../compiler/quantize/calibration.ts';
import type { ObservedTensors } from '../compiler/quantize/observed.ts';
import { calibrate } from './calibrate.ts';
import { refuseEarly } from '../compiler/schedule/early-limits.ts';
import { defaultArray, engineShape, largestShape } from '../compiler/schedule/engine-shape.ts';
import type { EngineShape } from '../compiler/schedule/operation.ts';
import { fidelityWarnings } from '../compiler/report/fidelity-warnings.ts';
import { inputOfTensor } from './fixed-input.ts';
import { Measured } from './measured.ts';
import { measureFidelity } from './measure-fidelity.ts';
import type { EngineOptions } from './ort.ts';
import { createTensorRunner, type TensorRunner } from './tensors.ts';

export interface CompileModelOptions extends AnalyseOptions, CompileOptions, EngineOptions {
  /** Calibration pictures as the model takes them, float32. */
  readonly calibration: readonly Float32Array[];
  /** Measure the agreement with the float network on these pictures, for the report. */
  readonly fidelity?: boolean;
  readonly signal?: AbortSignal;
  /** Called before each stage with the share of the work done; may throw to cancel. */
  readonly onProgress?: (stage: string, fraction: number) => void;
}

type CalibrateModelOptions = Pick<CompileModelOptions, 'calibration' | 'signal' | 'onProgress'> &
  EngineOptions;

/** Ranges of everything the quantiser needs, measured by the float engine; no more than what is not in `measured` yet. */
export async function calibrateModel(
  analysis: Analysis,
  options: CalibrateModelOptions & { readonly measured?: Measured },
): Promise<CalibrationTable> {
  const measured = options.measured ?? new Measured();
  const missing = measured.missing(analysis);
  if (missing) measured.add(analysis, await measureTensors(analysis, missing, options));
  return measured.table(analysis, options.calibration.length);
}

/** Runs the float engine on every picture and looks at the observed tensors. */
async function measureTensors(
  analysis: Analysis,
  observed: ObservedTensors,
  options: CalibrateModelOptions,
): Promise<CalibrationTable> {
  const runner = await createTensorRunner(analysis.model, measuredTensors(analysis, observed), options);
  try {
    return await measureWith(runner, analysis, observed, options);
  } finally {
    await runner.dispose();
  }
}

/** The tensors that a calibration reads. */
function measuredTensors(
  { model, source }: Analysis,
  { activations, gradients }: ObservedTensors,
): Set<string> {
  const names = new Set([model.scores, ...activations.keys(), ...gradients.keys()]);
  names.delete(source.graph.inputs[0]!.name);
  return names;
}

function measureWith(
  { run }: TensorRunner,
  { model }: Analysis,
  observed: ObservedTensors,
  { calibration, signal, onProgress }: CalibrateModelOptions,
): Promise<CalibrationTable> {
  return calibrate(run, calibration, observed, {
    scores: model.scores,
    ...(signal ? { signal } : {}),
    onProgress: (done, total) => onProgress?.('Calibrating', 0.1 + (0.6 * done) / total),
  });
}

/** The array that is asked for, or the largest that may be chosen. */
function largestArray(array: string = defaultArray): EngineShape {
  return array === autoArray ? largestShape() : engineShape(array);
}

/** A compilation whose report tells how faithful the integer network is on pictures (float32, as the model takes them). */
async function withFidelity(
  compilation: Compilation,
  pictures: readonly Float32Array[],
  options: Pick<CompileModelOptions, 'class' | 'preprocessing' | 'signal' | 'onProgress'> &
    EngineOptions & { readonly runner?: TensorRunner },
): Promise<Compilation> {
  const { analysis, network, report } = compilation;
  const inputs = pictures.map((tensor) => inputOfTensor(network, tensor, options.preprocessing));
  const { report: fidelity } = await measureFidelity(analysis.model, network, inputs, {
    ...options,
    onProgress: (done, total) =>
      options.onProgress?.('Comparing with the float network', 0.9 + (0.1 * done) / total),
  });
  const diagnostics = [
    ...report.diagnostics,
    ...fidelityWarnings(fidelity, {
      gradientBits: report.numerics.gradientBits ?? 16,
      wide: new Set(report.numerics.wideActivations),
    }),
  ];
  return { ...compilation, report: { ...report, fidelity, diagnostics }, diagnostics };
}

/**
 * Analyses, calibrates and compiles.
 *
 * @throws CompileError as `analyse` and `compile`; CAM407; the signal's reason where aborted
 */
export async function compileModel(graph: Graph, options: CompileModelOptions): Promise<Compilation> {
  const stage = (name: string, fraction: number): void => {
    options.signal?.throwIfAborted();
    options.onProgress?.(name, fraction);
  };
  stage('Deriving the gradient', 0);
  const analysis = analyse(graph, options);
  refuseEarly(analysis.simplified.graph, analysis.model.scores, largestArray(options.array));
  stage('Calibrating', 0.1);
  // Loaded once for calibration and comparison, with the map, which only the latter reads.
  const { observed, model } = analysis;
  const names = measuredTensors(analysis, observed);
  if (options.fidelity) for (const { map } of model.targets) names.add(map);
  const runner = await createTensorRunner(model, names, options);
  try {
    const calibration = await measureWith(runner, analysis, observed, options);
    const fractions = { Quantising: 0.7, Scheduling: 0.8, 'Checking the schedule': 0.85 };
    const compilation = compile(analysis, calibration, options, (name) => stage(name, fractions[name]));
    if (!options.fidelity) return compilation;
    stage('Comparing with the float network', 0.9);
    return await withFidelity(compilation, options.calibration, { ...options, runner });
  } finally {
    await runner.dispose();
  }
}
