/** The two engines behind `camber explain`, with one form of answer. */
import { analyse } from '../compiler/analyse.ts';
import { fail, type Diagnostic } from '../compiler/diagnostics.ts';
import type { MethodName } from '../compiler/gradient/methods.ts';
import { checkCalibration } from '../compiler/quantize/calibration-check.ts';
import { defaultQuantiseOptions, type QuantiseOptions } from '../compiler/quantize/options.ts';
import type { RangeMethod } from '../compiler/quantize/ranges.ts';
import { quantise } from '../compiler/quantize/quantise.ts';
import { calibrateModel } from '../engine/compile-model.ts';
import type { FidelityReport, MapAgreement } from '../compiler/report/fidelity.ts';
import { fidelityWarnings } from '../compiler/report/fidelity-warnings.ts';
import { wideTensors } from '../compiler/report/report.ts';
import { type MapFidelity } from '../engine/fidelity.ts';
import { measureFidelity } from '../engine/measure-fidelity.ts';
import { affinePreprocessing, fixedInput } from '../engine/fixed-input.ts';
import { explainFixed } from '../engine/fixed.ts';
import { createExplainer } from '../engine/float.ts';
import { perClass } from '../engine/per-class.ts';
import { imageInput } from '../compiler/graph/image-input.ts';
import { type LoadedImage } from '../engine/images/load.ts';
import { inputAxes } from '../engine/images/preprocess.ts';
import { ortFiles } from '../toolchain/assets.ts';
import { calibrationPictures } from '../toolchain/calibration.ts';
import type { ModelFile } from '../toolchain/model-file.ts';
import type { Context } from './command.ts';
import { quantisationOf } from './options.ts';

export interface Question {
  readonly model: ModelFile;
  readonly image: LoadedImage;
  readonly target?: string;
  readonly score?: string;
  readonly class?: number;
  readonly method: MethodName;
  readonly gradientBits: 8 | 16;
  readonly ranges: RangeMethod;
  readonly wideActivations: QuantiseOptions['wideActivations'];
  readonly equalise?: boolean;
  readonly calibration?: readonly string[];
}

export interface Answer {
  readonly target: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly gradient: string;
  readonly scores: readonly number[];
  readonly class: number;
  readonly classIsArgmax: boolean;
  /** Of the class explained, where the model ends in a Softmax, LogSoftmax or Sigmoid. */
  readonly probability?: number;
  /** Absent for methods without channel weights. */
  readonly alpha?: readonly number[];
  readonly map: readonly number[];
  /** Agreement with the float engine, of the fixed engine. */
  readonly fidelity?: PictureAgreement;
  readonly diagnostics: readonly Diagnostic[];
}

/** Agreement on one picture; without the map's figures where the float map is all zero. */
export interface PictureAgreement
  extends
    Partial<MapFidelity>,
    Pick<FidelityReport, 'scores' | 'layers'>,
    Pick<MapAgreement, 'perturbation'> {
  readonly sameClass: boolean;
}

export type EngineName = keyof typeof engines;

async function floatAnswer(question: Question): Promise<Answer> {
  const { model, image, target, score, method } = question;
  const explainer = await createExplainer(model.graph, {
    ...(target === undefined ? {} : { targets: [target] }),
    ...(score === undefined ? {} : { score }),
    class: question.class ?? 'argmax',
    method,
    wasmPaths: ortFiles(),
  });
  try {
    const { maps, ...rest } = await explainer.explain(image.tensor.data);
    const { scores, probability } = perClass(rest);
    const { target: found, alpha, map } = maps[0]!;
    return {
      target: found.tensor,
      channels: found.channels,
      height: found.height,
      width: found.width,
      gradient: found.gradient,
      scores: Array.from(scores),
      class: rest.class,
      classIsArgmax: rest.classIsArgmax,
      ...(probability && { probability: probability[rest.class] }),
      ...(alpha && { alpha: Array.from(alpha) }),
      map: Array.from(map),
      diagnostics: explainer.model.diagnostics,
    };
  } finally {
    await explainer.dispose();
  }
}

async function fixedAnswer(question: Question, { progress, signal }: Context): Promise<Answer> {
  const { model, image, target, score, method, gradientBits } = question;
  if (method !== 'gradcam') {
    const text = `The fixed-point engine offers gradcam; ${method} is float only.`;
    fail('CAM208', text, 'Leave out --method, or take --engine float.');
  }
  const input = imageInput(model.graph);
  const options = {
    target,
    score,
    class: question.class ?? ('argmax' as const),
    equalise: question.equalise ?? false,
  };
  const analysis = analyse(model.graph, options);
  const calibration = await calibrationPictures(question.calibration ?? [], model, input);
  progress(`Calibrating on ${calibration.images.length} pictures`);
  const wasmPaths = ortFiles();
  const table = await calibrateModel(analysis, { calibration: calibration.images, signal, wasmPaths });
  // An array is quantised here, as a host would; raw pixels meet the preprocessing in the first layer.
  const folded = image.picture !== undefined && {
    preprocessing: affinePreprocessing(model.info.preprocessing, inputAxes(input.shape).channels),
  };
  const network = quantise(analysis.source, table, {
    ...defaultQuantiseOptions,
    ...quantisationOf(question),
    gradientBits,
    ...folded,
  });
  const picture = { ...fixedInput(network, image), tensor: image.tensor.data };
  const fixed = explainFixed(analysis.model, network, picture, question.class ?? 'argmax');
  const answer = fixed.maps[0]!;
  const float = await floatAnswer({ ...question, class: fixed.class });
  const { report, each } = await measureFidelity(analysis.model, network, [picture], {
    class: fixed.class,
    signal,
    wasmPaths,
  });
  const { scores, layers } = report;
  const { perturbation } = report.map ?? {};
  return {
    ...float,
    target: network.explanation!.target,
    scores: Array.from(fixed.scores),
    classIsArgmax: fixed.classIsArgmax,
    probability: fixed.probability?.[fixed.class],
    alpha: Array.from(answer.alpha!),
    map: Array.from(answer.map),
    fidelity: {
      sameClass: each[0]!.sameClass,
      ...each[0]!.map,
      ...(perturbation ? { perturbation } : {}),
      scores,
      layers,
    },
    diagnostics: [
      ...calibration.diagnostics,
      ...analysis.diagnostics,
      ...checkCalibration(table, analysis.source.graph.inputs[0]!.name),
      ...fidelityWarnings(report, { gradientBits, wide: new Set(wideTensors(network)) }),
    ],
  };
}

export const engines = {
  float: floatAnswer,
  fixed: fixedAnswer,
} as const satisfies Record<string, (question: Question, context: Context) => Promise<Answer>>;

export const engineNames = Object.keys(engines) as readonly EngineName[];
