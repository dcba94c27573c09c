import type { CalibrationTable } from '../compiler/quantize/calibration.ts';
import { fail } from '../compiler/diagnostics.ts';
import { argmax } from '../compiler/quantize/executor.ts';
import type { ObservedTensors } from '../compiler/quantize/observed.ts';
import { RangeCollector } from '../compiler/quantize/range-collector.ts';
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
 * Collects the ranges of every activation and gradient over the calibration pictures.
 *
 * @throws CompileError CAM401 without pictures, CAM407 with the first tensor that is not finite; the signal's reason where aborted.
 */
export async function calibrate(
  run: RunTensors,
  pictures: readonly Float32Array[],
  observed: ObservedTensors,
  options: CalibrateOptions,
): Promise<CalibrationTable> {
  if (pictures.length === 0)
    fail(
      'CAM401',
      'There are no calibration pictures.',
      'Give some dozens of typical pictures, or leave the option out.',
    );
  const calibration = new Calibration(observed, options.scores);
  for (const picture of pictures) {
    options.signal?.throwIfAborted();
    await calibration.add(run, picture);
    options.onProgress?.(calibration.pictures, pictures.length);
  }
  return calibration.table();
}

/**
 * A calibration under way. Gradients are taken for the top class of each picture and for the runner-up, so that a chosen
 * class other than the top one stays in range.
 */
export class Calibration {
  readonly #activations: ReadonlyMap<string, StatisticsCollector>;
  readonly #gradients: ReadonlyMap<string, RangeCollector>;
  readonly #topClasses = new Set<number>();
  #pictures = 0;

  constructor(
    private readonly observed: ObservedTensors,
    private readonly scores: string,
  ) {
    const { activations, gradients } = observed;
    this.#activations = new Map([...activations].map(([name, k]) => [name, new StatisticsCollector(k)]));
    this.#gradients = new Map([...gradients].map(([name, k]) => [name, new RangeCollector(k)]));
  }

  /** How many pictures have been added. */
  get pictures(): number {
    return this.#pictures;
  }

  /** @throws CompileError CAM407 */
  async add(run: RunTensors, picture: Float32Array): Promise<void> {
    const gradientNames = [...this.#gradients.keys()];
    const top = await run(
      picture,
      [...new Set([this.scores, ...this.#activations.keys(), ...gradientNames])],
      -1,
    );
    const scores = top.get(this.scores)!;
    const best = argmax(scores);
    this.#topClasses.add(best);
    for (const [name, collector] of this.#activations) collector.add(top.get(name)!);
    this.#addGradients(top, best);
    if (gradientNames.length > 0) {
      const second = runnerUp(scores, best);
      this.#addGradients(await run(picture, gradientNames, second), second);
    }
    for (const [name, { notFinite: count }] of [...this.#activations, ...this.#gradients])
      if (count > 0)
        notFinite(name, count, this.#pictures, name === this.observed.activations.keys().next().value);
    this.#pictures++;
  }

  table(): CalibrationTable {
    return {
      pictures: this.#pictures,
      topClasses: this.#topClasses.size,
      activations: new Map([...this.#activations].map(([name, c]) => [name, c.finish()])),
      gradients: new Map([...this.#gradients].map(([name, c]) => [name, c.finish()])),
    };
  }

  #addGradients(tensors: ReadonlyMap<string, Float32Array>, classIndex: number): void {
    const magnitude = this.observed.classMagnitude[classIndex]!;
    // A class whose weights are all zero has the gradient 0, which tells nothing of the others' range.
    const unit = magnitude > 0 ? 1 / magnitude : 0;
    for (const [name, collector] of this.#gradients) collector.add(tensors.get(name)!, unit);
  }
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
