/** Model and calibration pictures in, compilation out: the whole line, with progress and cancel. */
import { analyse, type Analysis, type AnalyseOptions } from '../compiler/analyse.ts';
import { compile, type Compilation, type CompileOptions } from '../compiler/compile.ts';
import type { Graph } from '../compiler/graph/ir.ts';
import type { CalibrationTable } from '../compiler/quantize/calibration.ts';
import type { ObservedTensors } from '../compiler/quantize/observed.ts';
import { calibrate } from './calibrate.ts';
import { fidelityWarnings } from '../compiler/report/fidelity-warnings.ts';
import { inputOfTensor } from './fixed-input.ts';
import { Measured } from './measured.ts';
import { measureFidelity } from './measure-fidelity.ts';
import type { EngineOptions } from './ort.ts';
import { createTensorRunner } from './tensors.ts';

export interface CompileModelOptions extends AnalyseOptions, CompileOptions, EngineOptions {
  /** Calibration pictures as the model takes them, float32. */
  readonly calibration: readonly Float32Array[];
  /** Measure the agreement with the float network on these pictures, for the report. */
  readonly fidelity?: boolean;
  readonly signal?: AbortSignal;
  /** Called before each stage with the share of the work done; may throw to cancel. */
  readonly onProgress?: (stage: string, fraction: number) => void;
}

/** Ranges of everything the quantiser needs, measured by the float engine; no more than what is not in `measured` yet. */
export async function calibrateModel(
  analysis: Analysis,
  options: Pick<CompileModelOptions, 'calibration' | 'signal' | 'onProgress'> &
    EngineOptions & { readonly measured?: Measured },
): Promise<CalibrationTable> {
  const measured = options.measured ?? new Measured();
  const missing = measured.missing(analysis);
  if (missing) measured.add(analysis, await measureTensors(analysis, missing, options));
  return measured.table(analysis, options.calibration.length);
}

/** Runs the float engine on every picture and looks at the observed tensors. */
async function measureTensors(
  { model, source }: Analysis,
  observed: ObservedTensors,
  options: Pick<CompileModelOptions, 'calibration' | 'signal' | 'onProgress'> & EngineOptions,
): Promise<CalibrationTable> {
  const image = source.graph.inputs[0]!.name;
  const names = new Set([model.scores, ...observed.activations.keys(), ...observed.gradients.keys()]);
  names.delete(image);
  const runner = await createTensorRunner(model, names, options);
  try {
    return await calibrate(runner.run, options.calibration, observed, {
      scores: model.scores,
      ...(options.signal ? { signal: options.signal } : {}),
      onProgress: (done, total) => options.onProgress?.('Calibrating', 0.1 + (0.6 * done) / total),
    });
  } finally {
    await runner.dispose();
  }
}

/** A compilation whose report tells how faithful the integer network is on pictures (float32, as the model takes them). */
export async function withFidelity(
  compilation: Compilation,
  pictures: readonly Float32Array[],
  options: Pick<CompileModelOptions, 'class' | 'preprocessing' | 'signal' | 'onProgress'> & EngineOptions,
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
  stage('Calibrating', 0.1);
  const calibration = await calibrateModel(analysis, options);
  const fractions = { Quantising: 0.7, Scheduling: 0.8, 'Checking the schedule': 0.85 };
  const compilation = compile(analysis, calibration, options, (name) => stage(name, fractions[name]));
  if (!options.fidelity) return compilation;
  stage('Comparing with the float network', 0.9);
  return withFidelity(compilation, options.calibration, options);
}
