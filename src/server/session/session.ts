/** One model in the worker: what has been read, compiled and loaded, kept for the next request. */
import { join } from 'node:path';
import type { Diagnostic } from '../../compiler/diagnostics.ts';
import type { Compilation } from '../../compiler/compile.ts';
import { exportStaticModel } from '../../compiler/gradient/export.ts';
import { defaultArray } from '../../compiler/schedule/engine-shape.ts';
import { compileModel } from '../../engine/compile-model.ts';
import { createExplainer, type FloatExplainer } from '../../engine/float.ts';
import { affinePreprocessing, streamBytes } from '../../engine/fixed-input.ts';
import { imageInput } from '../../compiler/graph/image-input.ts';
import { loadImage, type LoadedImage } from '../../engine/images/load.ts';
import { inputAxes } from '../../engine/images/preprocess.ts';
import type { BuildView, HeatMapRow } from '../../protocol/views.ts';
import { ortFiles } from '../../toolchain/assets.ts';
import { writeBuild } from '../../toolchain/build-folder.ts';
import { calibrationPictures } from '../../toolchain/calibration.ts';
import { readInput, writeOutput } from '../../toolchain/files.ts';
import { loadModel, type ModelFile } from '../../toolchain/model-file.ts';
import type { JobContext, JobOptions } from '../jobs/messages.ts';
import { heatMapRow } from './heat-map.ts';
import { Recent } from './recent.ts';
import { bundledPictures, listedPictures, pictureView } from './pictures.ts';

/** How many compilations (choices of target, device, array) and loaded float models are kept. */
const kept = { compilations: 6, explainers: 2 };

/** What the compilation depends on, and nothing else. */
const compilationKey = (options: JobOptions): string => JSON.stringify(Object.entries(options).sort());

export interface Compiled extends Compilation {
  /** The compiler's diagnostics and those of the calibration. */
  readonly all: readonly Diagnostic[];
}

export class Session {
  readonly #compilations = new Recent<Compiled>(kept.compilations);
  readonly #explainers = new Recent<FloatExplainer>(kept.explainers, (e) => e.dispose());

  private constructor(
    readonly path: string,
    readonly file: ModelFile,
  ) {}

  static async read(path: string): Promise<Session> {
    return new Session(path, await loadModel(path));
  }

  async compile(options: JobOptions, { progress, signal }: JobContext): Promise<Compiled> {
    return this.#compilations.get(compilationKey(options), async () => {
      progress('Reading the calibration pictures', 0.02);
      const places = options.calibrationFolder === '' ? [] : [options.calibrationFolder];
      const { images, diagnostics } = await calibrationPictures(
        places,
        this.file,
        imageInput(this.file.graph),
      );
      const { preprocessing } = this.file.info;
      const { channels } = inputAxes(imageInput(this.file.graph).shape, preprocessing.layout);
      const result = await compileModel(this.file.graph, {
        name: this.file.name,
        ...(options.target === undefined ? {} : { target: options.target }),
        class: options.class,
        device: options.device,
        clockMHz: options.clockMHz,
        array: options.array === 'auto' ? defaultArray : options.array,
        gradientBits: options.gradientBits,
        preprocessing: affinePreprocessing(preprocessing, channels),
        calibration: images,
        wasmPaths: ortFiles(),
        signal,
        onProgress: (stage, fraction) => progress(stage, 0.05 + 0.95 * fraction),
      });
      return { ...result, all: [...diagnostics, ...result.diagnostics] };
    });
  }

  async heatMap(options: JobOptions, picture: string, context: JobContext): Promise<HeatMapRow> {
    const compilation = await this.compile(options, context);
    const image = await this.#load(picture);
    const explainer = await this.#explainer(options);
    const explanation = await explainer.explain(image.tensor.data);
    const view = listedPictures(this.file).find((p) => p.id === picture) ?? pictureView(picture);
    return heatMapRow(view, image, explanation, compilation, this.file.info.classes);
  }

  /** Writes the build folder. The test bench's run takes the first of the model's pictures. */
  async build(options: JobOptions, folder: string, context: JobContext): Promise<BuildView> {
    const compilation = await this.compile(options, context);
    const [picture] = [...listedPictures(this.file), ...bundledPictures()];
    const image = await this.#load(picture!.id);
    await writeBuild(folder, {
      compilation,
      preprocessing: this.file.info.preprocessing,
      pixels: streamBytes(compilation.network, image),
      ...(options.class === 'argmax' ? {} : { fixedClass: options.class }),
      onProgress: (stage) => context.progress(stage, 0.97),
    });
    return { folder, reportHtml: join(folder, 'report.html'), diagnostics: compilation.all };
  }

  async export(options: JobOptions, file: string): Promise<void> {
    const { bytes } = exportStaticModel(this.file.graph, {
      targets: options.target === undefined ? undefined : [options.target],
      class: options.class,
    });
    await writeOutput(file, bytes);
  }

  #explainer({ target, class: chosen }: JobOptions): Promise<FloatExplainer> {
    return this.#explainers.get(JSON.stringify([target, chosen]), () =>
      createExplainer(this.file.graph, {
        targets: target === undefined ? undefined : [target],
        class: chosen,
        wasmPaths: ortFiles(),
      }),
    );
  }

  async #load(path: string): Promise<LoadedImage> {
    const input = imageInput(this.file.graph);
    return loadImage(await readInput(path), path, input, this.file.info.preprocessing);
  }
}
