/**
 * Measures the gradients of every target of a model while there is nothing else to do: a target that is chosen later then
 * needs no calibration of its own.
 */
import type { Analysis } from '../compiler/analyse.ts';
import { everyTarget, type EveryTarget } from '../compiler/every-target.ts';
import { Calibration } from './calibrate.ts';
import type { Measured } from './measured.ts';
import type { EngineOptions } from './ort.ts';
import { createTensorRunner, type TensorRunner } from './tensors.ts';

interface Started {
  readonly every: EveryTarget;
  readonly calibration: Calibration;
  readonly runner: TensorRunner;
}

export class GradientsAhead {
  #started: Started | undefined;
  #done = false;

  constructor(
    private readonly pictures: readonly Float32Array[],
    private readonly measured: Measured,
    private readonly options: EngineOptions,
  ) {}

  /**
   * Goes on where it was left.
   *
   * @param analysis any of the model's
   * @param onPicture called before each picture; may throw to leave the rest for another time
   * @throws CompileError CAM407
   */
  async run(analysis: Analysis, onPicture: (done: number, total: number) => void): Promise<void> {
    if (this.#done) return;
    onPicture(0, this.pictures.length);
    this.#started ??= await this.#start(analysis);
    const { every, calibration, runner } = this.#started;
    while (calibration.pictures < this.pictures.length) {
      onPicture(calibration.pictures, this.pictures.length);
      await calibration.add(runner.run, this.pictures[calibration.pictures]!);
    }
    this.measured.add(every, calibration.table());
    this.#done = true;
    await this.dispose();
  }

  async dispose(): Promise<void> {
    const runner = this.#started?.runner;
    this.#started = undefined;
    await runner?.dispose();
  }

  async #start(analysis: Analysis): Promise<Started> {
    const every = everyTarget(analysis);
    const { scores } = every.model;
    const names = [scores, ...every.observed.gradients.keys()];
    const runner = await createTensorRunner(every.model, names, this.options);
    return { every, calibration: new Calibration(every.observed, scores), runner };
  }
}
