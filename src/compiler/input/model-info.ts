import { diagnostic, fail, type Diagnostic } from '../diagnostics.ts';
import { applyPreprocessing, type PreprocessingText } from './parse.ts';
import { preprocessingPresets, type Preprocessing, type PresetName } from './preprocessing.ts';

/** A picture listed beside a model. */
export interface ListedPicture {
  /** Path relative to the file that lists it. */
  readonly file: string;
  readonly caption?: string;
}

/** What is known about a model beyond its graph. */
export interface ModelInfo {
  readonly preprocessing: Preprocessing;
  /** Class names by index; empty where unknown. */
  readonly classes: readonly string[];
  readonly pictures: readonly ListedPicture[];
  /** What had to be assumed. */
  readonly diagnostics: readonly Diagnostic[];
}

/** The file beside `model.onnx` that may hold a ModelInfo: `model.camber.json`. */
export const companionName = (model: string): string => model.replace(/\.onnx$/i, '') + '.camber.json';

/** Image.NominalPixelRange of ONNX's metadata properties (onnx/docs/MetadataProps.md). */
const pixelRanges: Readonly<Record<string, PresetName>> = {
  NominalRange_0_255: 'raw',
  Normalized_0_1: 'unit',
  Normalized_1_1: 'symmetric',
};

/**
 * Gathers what is known about a model's input and classes. Options win over the companion file, the companion file over
 * the model's metadata, and that over the default (pixels / 255), which is reported as assumed.
 *
 * @param companion text of the companion file, where there is one
 * @throws CompileError CAM303
 */
export function modelInfo(
  metadata: Readonly<Record<string, string>>,
  companion: string | undefined,
  options: PreprocessingText = {},
): ModelInfo {
  const card = companion === undefined ? {} : parseCompanion(companion);
  const range = metadata['Image.NominalPixelRange'];
  const order = metadata['Image.BitmapPixelFormat'];
  if (order !== undefined && /^bgr/i.test(order)) {
    fail(
      'CAM303',
      `The model takes pixels in the order ${order}.`,
      'Export it for RGB: reverse the first weights.',
    );
  }
  const fromMetadata = range === undefined ? undefined : pixelRanges[range];
  if (range !== undefined && fromMetadata === undefined) {
    fail(
      'CAM303',
      `The model's metadata asks for pixel range ${range}.`,
      'Give --scale, --mean and --std by hand.',
    );
  }
  const base = preprocessingPresets[fromMetadata ?? 'unit'];
  const preprocessing = applyPreprocessing(applyPreprocessing(base, card.preprocessing ?? {}), options);
  const valuesGiven = [card.preprocessing ?? {}, options].some(
    (text) => (text.preset ?? text.scale ?? text.mean ?? text.std) !== undefined,
  );
  const assumed = fromMetadata === undefined && !valuesGiven;
  return {
    preprocessing,
    classes: card.classes ?? [],
    pictures: card.pictures ?? [],
    diagnostics: assumed ? [assumedPreprocessing] : [],
  };
}

const assumedPreprocessing = diagnostic(
  'CAM304',
  'The model does not say how pixels become its input; pixels / 255 is assumed.',
  'Give --preset (raw, unit, symmetric, imagenet, cifar10) or --scale, --mean and --std.',
);

interface Companion {
  readonly preprocessing?: PreprocessingText;
  readonly classes?: readonly string[];
  readonly pictures?: readonly ListedPicture[];
}

function parseCompanion(text: string): Companion {
  const hint = 'Write { "preprocessing": { "preset": "imagenet" }, "classes": ["...", ...] }.';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    fail('CAM303', "The model's .camber.json is not JSON.", hint);
  }
  const refuse = (what: string) => fail('CAM303', `In the model's .camber.json, ${what}.`, hint);
  if (!isRecord(value)) refuse('the outermost value is not an object');
  const { preprocessing, classes, pictures } = value as Record<string, unknown>;
  if (preprocessing !== undefined && !isRecord(preprocessing)) refuse('"preprocessing" is not an object');
  const isText = (v: unknown) => typeof v === 'string';
  if (classes !== undefined && !(Array.isArray(classes) && classes.every(isText))) {
    refuse('"classes" is not a list of names');
  }
  const isPicture = (p: unknown) =>
    isRecord(p) && isText(p['file']) && ['undefined', 'string'].includes(typeof p['caption']);
  if (pictures !== undefined && !(Array.isArray(pictures) && pictures.every(isPicture))) {
    refuse('"pictures" is not a list of { "file", "caption" }');
  }
  return value as Companion;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
