import type { CalibrationTable } from '../compiler/quantize/calibration.ts';
import { fail } from '../compiler/diagnostics.ts';
import { argmax } from '../compiler/quantize/executor.ts';
import type { ObservedTensors } from '../compiler/quantize/observed.ts';
import { StatisticsCollector } from '../compiler/quantize/statistics.ts';

/**
 * Runs the float static model on one picture in the model's own layout and returns the named tensors.
 *
 * @param classIndex Class to explain, -1 for the top class.
 */
export type RunTensors = (
  picture: Float32Array,
  tensors: readonly string[],
  classIndex: number,
) => Promise<ReadonlyMap<string, Float32Array>>;

export interface CalibrateOptions {
  /** The tensor with the class scores. */
  readonly scores: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Collects the ranges of every activation and gradient over the calibration pictures. Gradients are taken for the
 * top class of each picture and for the runner-up, so that a chosen class other than the top one stays in range.
 *
 * @throws CompileError CAM401 without pictures, CAM407 with the first tensor that is not finite; the signal's reason where aborted.
 */
export async function calibrate(
  run: RunTensors,
  pictures: readonly Float32Array[],
  observed: ObservedTensors,
  options: CalibrateOptions,
): Promise<CalibrationTable> {
  const collectors = (tensors: ReadonlyMap<string, number>) =>
    new Map([...tensors].map(([name, channels]) => [name, new StatisticsCollector(channels)]));
  const activations = collectors(observed.activations);
  const gradients = collectors(observed.gradients);
  const gradientNames = [...gradients.keys()];
  if (pictures.length === 0)
    fail(
      'CAM401',
      'There are no calibration pictures.',
      'Give some dozens of typical pictures, or leave the option out.',
    );
  const topClasses = new Set<number>();
  const first = [...new Set([options.scores, ...activations.keys(), ...gradientNames])];
  for (const [index, picture] of pictures.entries()) {
    options.signal?.throwIfAborted();
    const top = await run(picture, first, -1);
    const scores = top.get(options.scores)!;
    const best = argmax(scores);
    topClasses.add(best);
    for (const [name, collector] of activations) collector.add(top.get(name)!);
    for (const [name, collector] of gradients)
      collector.add(top.get(name)!, 1 / observed.classMagnitude[best]!);
    if (gradientNames.length > 0) {
      const second = runnerUp(scores, best);
      const other = await run(picture, gradientNames, second);
      for (const [name, collector] of gradients)
        collector.add(other.get(name)!, 1 / observed.classMagnitude[second]!);
    }
    for (const [name, collector] of [...activations, ...gradients])
      if (collector.notFinite > 0)
        notFinite(name, collector.notFinite, index, name === observed.activations.keys().next().value);
    options.onProgress?.(index + 1, pictures.length);
  }
  const finish = (from: Map<string, StatisticsCollector>) =>
    new Map([...from].map(([name, c]) => [name, c.finish()]));
  return {
    pictures: pictures.length,
    topClasses: topClasses.size,
    activations: finish(activations),
    gradients: finish(gradients),
  };
}

/** No range can be told from infinities: what holds them first is named, what they spread to is not. */
function notFinite(tensor: string, count: number, picture: number, isImage: boolean): never {
  return fail(
    'CAM407',
    `Tensor "${tensor}" holds ${count} values that are not finite on calibration picture ${picture + 1}.`,
    isImage
      ? 'Check the picture and the preprocessing: the network is fed values that are not finite.'
      : 'Check the weights and the preprocessing (scale, mean, std): the float network itself overflows on this picture.',
    { tensor },
  );
}

/** The class with the second-highest score (the same where there is only one). */
function runnerUp(scores: Float32Array, best: number): number {
  if (scores.length < 2) return best;
  const others = scores.map((s, c) => (c === best ? -Infinity : s));
  return argmax(others);
}
