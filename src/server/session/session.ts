/** One model in the worker: what has been read, compiled and loaded, kept for the next request. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Diagnostic } from '../../compiler/diagnostics.ts';
import { analyse, type Analysis } from '../../compiler/analyse.ts';
import { compile, compileStages, deviceNamed, type Compilation } from '../../compiler/compile.ts';
import { explainable } from '../../compiler/gradient/derive.ts';
import { exportStaticModel } from '../../compiler/gradient/export.ts';
import { methodNames, methods, type MethodName } from '../../compiler/gradient/methods.ts';
import { inferKnownShapes } from '../../compiler/graph/infer.ts';
import { refuseEarly } from '../../compiler/schedule/early-limits.ts';
import { engineShapes, largestShape } from '../../compiler/schedule/engine-shape.ts';
import { PlainSchedules } from '../../compiler/plain-schedules.ts';
import type { CalibrationTable } from '../../compiler/quantize/calibration.ts';
import { calibrateModel } from '../../engine/compile-model.ts';
import { exploreModel, explorePictures } from '../../engine/explore-model.ts';
import { createExplainer, type FloatExplainer } from '../../engine/float.ts';
import { GradientsAhead } from '../../engine/gradients-ahead.ts';
import { affinePreprocessing, streamBytes } from '../../engine/fixed-input.ts';
import { imageInput } from '../../compiler/graph/image-input.ts';
import { loadImage, type LoadedImage } from '../../engine/images/load.ts';
import { Measured } from '../../engine/measured.ts';
import { inputAxes } from '../../engine/images/preprocess.ts';
import type { HeatMapParams } from '../../protocol/requests.ts';
import type { BuildView, ExploreView, HeatMapChoices, HeatMapRow } from '../../protocol/views.ts';
import { ortFiles } from '../../toolchain/assets.ts';
import { writeBuild } from '../../toolchain/build-folder.ts';
import { calibrationPictures, type CalibrationPictures } from '../../toolchain/calibration.ts';
import { readInput, writeOutput } from '../../toolchain/files.ts';
import { checkOutput } from '../../toolchain/outputs.ts';
import { loadModel, type ModelFile } from '../../toolchain/model-file.ts';
import type { JobContext, JobOptions } from '../jobs/messages.ts';
import { heatMapRow } from './heat-map.ts';
import { Recent } from './recent.ts';
import { bundledPictures, listedPictures, pictureView } from './pictures.ts';

/** The method that the fixed-point engine and the RTL carry out. */
const acceleratorMethod: MethodName = 'gradcam';

/** How many compilations (choices of target, device, array), pictures and loaded float models are kept. */
const kept = { compilations: 6, prepared: 4, images: 3, explainers: 2 };

/** What the compilation depends on, and nothing else. */
const compilationKey = (options: JobOptions): string => JSON.stringify(Object.entries(options).sort());

export interface Compiled extends Compilation {
  /** The compiler's diagnostics and those of the calibration. */
  readonly all: readonly Diagnostic[];
}

interface Prepared {
  readonly analysis: Analysis;
  readonly calibration: CalibrationTable;
  readonly diagnostics: readonly Diagnostic[];
}

/** Calibration pictures, what has been measured on them, and what will be. */
interface MeasuredPictures extends CalibrationPictures {
  readonly measured: Measured;
  readonly ahead: GradientsAhead;
  readonly plain: PlainSchedules;
}

export class Session {
  readonly #compilations = new Recent<Compiled>(kept.compilations);
  readonly #prepared = new Recent<Prepared>(kept.prepared);
  readonly #pictures = new Recent<MeasuredPictures>(1, ({ ahead }) => ahead.dispose());
  readonly #images = new Recent<LoadedImage>(kept.images);
  readonly #explainers = new Recent<FloatExplainer>(kept.explainers, (e) => e.dispose());

  private constructor(
    readonly path: string,
    readonly file: ModelFile,
  ) {}

  static async read(path: string): Promise<Session> {
    return Session.of(path, await loadModel(path));
  }

  static of(path: string, file: ModelFile): Session {
    return new Session(path, file);
  }

  /** Compiles. Device, clock, array and gradient width can change without a new calibration. */
  async compile(options: JobOptions, context: JobContext): Promise<Compiled> {
    return this.#compilations.get(compilationKey(options), async () => {
      const { analysis, calibration, diagnostics } = await this.#prepare(options, context);
      const { preprocessing } = this.file.info;
      const { channels } = inputAxes(imageInput(this.file.graph).shape, preprocessing.layout);
      const { plain } = await this.#measuredPictures(options.calibrationFolder);
      const result = compile(
        analysis,
        calibration,
        {
          name: this.file.name,
          device: options.device,
          clockMHz: options.clockMHz,
          array: options.array,
          gradientBits: options.gradientBits,
          quantisation: { rangeMethod: options.ranges, wideActivations: options.wideActivations },
          plain,
          preprocessing: affinePreprocessing(preprocessing, channels),
        },
        (stage) => context.progress(stage, 0.7 + 0.1 * compileStages.indexOf(stage)),
      );
      return { ...result, all: [...diagnostics, ...result.diagnostics] };
    });
  }

  /** What depends on target, class, equalisation and calibration pictures alone. */
  #prepare(options: JobOptions, context: JobContext): Promise<Prepared> {
    const { target, class: chosen, calibrationFolder, equalise } = options;
    const { progress, signal } = context;
    return this.#prepared.get(JSON.stringify([target, chosen, calibrationFolder, equalise]), async () => {
      progress('Deriving the gradient', 0.02);
      const analysis = analyse(this.file.graph, { target, class: chosen, equalise });
      // What no array can hold is refused before the ranges are measured.
      refuseEarly(analysis.simplified.graph, analysis.model.scores, largestShape());
      progress('Reading the calibration pictures', 0.05);
      const { images, diagnostics, measured } = await this.#measuredPictures(calibrationFolder);
      const calibration = await calibrateModel(analysis, {
        calibration: images,
        wasmPaths: ortFiles(),
        signal,
        onProgress: progress,
        // Which layers are equalised depends on the target: what was measured for one tells nothing of another.
        ...(equalise ? {} : { measured }),
      });
      return { analysis, calibration, diagnostics };
    });
  }

  #measuredPictures(folder: string): Promise<MeasuredPictures> {
    return this.#pictures.get(folder, async () => {
      const places = folder === '' ? [] : [folder];
      const read = await calibrationPictures(places, this.file, imageInput(this.file.graph));
      const measured = new Measured();
      const ahead = new GradientsAhead(read.images, measured, { wasmPaths: ortFiles() });
      return { ...read, measured, ahead, plain: new PlainSchedules() };
    });
  }

  /** Measures now what other targets than the chosen one will need. Where it is cancelled it goes on the next time. */
  async lookAhead(options: JobOptions, context: JobContext): Promise<void> {
    // Each target's equalised graph is one of its own.
    if (options.equalise) return;
    const { analysis } = await this.#prepare(options, context);
    const { ahead } = await this.#measuredPictures(options.calibrationFolder);
    await ahead.run(analysis, (done, total) =>
      context.progress('Measuring the gradients of other targets', done / total),
    );
  }

  /** @throws CompileError CAM202 where the model has no class scores */
  heatMapChoices(): HeatMapChoices {
    const { scores } = explainable(inferKnownShapes(this.file.graph).graph);
    const names = this.file.info.classes;
    return {
      methods: methodNames.map((name) => ({
        name,
        title: methods[name].title,
        fixed: name === acceleratorMethod,
      })),
      classes: Array.from({ length: scores.classes }, (_, i) => names[i] ?? `class ${i}`),
    };
  }

  /** Does now what a target will need once it is chosen: its compilation, and the float model of its heat maps. */
  async prepare(options: JobOptions, context: JobContext): Promise<void> {
    await this.compile(options, context);
    context.progress('Loading the float model', 0.97);
    await this.#explainer(options, acceleratorMethod);
  }

  /** Both engines' answers on a picture; the float engine's alone where the accelerator does not offer the method. */
  async heatMap(chosen: JobOptions, wanted: HeatMapParams, context: JobContext): Promise<HeatMapRow> {
    const { picture, method = acceleratorMethod } = wanted;
    // A class of the panel's own is given at run time: the compilation stays one for every class.
    const options = wanted.class === undefined ? chosen : { ...chosen, class: 'argmax' as const };
    const image = await this.#load(picture);
    const compilation = method === acceleratorMethod ? await this.compile(options, context) : undefined;
    const explainer = await this.#explainer(options, method as MethodName);
    const explanation = await explainer.explain(image.tensor.data, wanted.class);
    const view = listedPictures(this.file).find((p) => p.id === picture) ?? pictureView(picture);
    return heatMapRow(view, image, explanation, compilation, this.file.info.classes);
  }

  /** Every array for the target and device that are chosen. A picture or two set the ranges: cycles hardly depend on them. */
  async explore(
    { target, class: chosen, device: part }: JobOptions,
    context: JobContext,
  ): Promise<ExploreView> {
    const device = deviceNamed(part);
    const { images } = await calibrationPictures([], this.file, imageInput(this.file.graph), explorePictures);
    let done = 0;
    const steps = 3 + engineShapes.size;
    const { points, diagnostics } = await exploreModel(this.file.graph, device, {
      target,
      class: chosen,
      calibration: images,
      wasmPaths: ortFiles(),
      signal: context.signal,
      onProgress: (stage) => context.progress(stage, Math.min(0.99, done++ / steps)),
    });
    return {
      part: device.part,
      target: target ?? '',
      points,
      available: device.available,
      tooSmall: diagnostics.filter(({ code }) => code === 'CAM508'),
    };
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
      signal: context.signal,
    });
    return { folder, reportHtml: join(folder, 'report.html'), diagnostics: compilation.all };
  }

  async export(options: JobOptions, file: string): Promise<void> {
    await checkOutput(file, this.file.parts.keys());
    const { bytes } = exportStaticModel(this.file.graph, {
      targets: options.target === undefined ? undefined : [options.target],
      class: options.class,
    });
    await writeOutput(file, bytes);
  }

  #explainer({ target, class: chosen }: JobOptions, method: MethodName): Promise<FloatExplainer> {
    return this.#explainers.get(JSON.stringify([target, chosen, method]), () =>
      createExplainer(this.file.graph, {
        targets: target === undefined ? undefined : [target],
        class: chosen,
        method,
        wasmPaths: ortFiles(),
      }),
    );
  }

  async #load(path: string): Promise<LoadedImage> {
    const bytes = await readInput(path);
    const hash = createHash('sha256').update(bytes).digest('hex');
    return this.#images.get(`${path} ${hash}`, async () =>
      loadImage(bytes, path, imageInput(this.file.graph), this.file.info.preprocessing),
    );
  }
}
