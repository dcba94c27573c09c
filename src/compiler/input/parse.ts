import { fail } from '../diagnostics.ts';
import {
  preprocessingPresets,
  type Layout,
  type Preprocessing,
  type PresetName,
  type Resize,
  type Size,
} from './preprocessing.ts';

/**
 * Preprocessing as people write it, on the command line (text) or in a `.camber.json` (text, numbers, arrays). Fields
 * left out keep what they had.
 */
export interface PreprocessingText {
  /** `raw`, `unit`, `symmetric`, `imagenet`, `cifar10`: all fields at once. */
  readonly preset?: unknown;
  /** `0.00392`, `1/255`. */
  readonly scale?: unknown;
  /** `0.5` or `0.485,0.456,0.406`; a preset's name stands for its values. */
  readonly mean?: unknown;
  readonly std?: unknown;
  /** `NCHW` or `NHWC`. */
  readonly layout?: unknown;
  /** `256` (shorter side), `224x224` (height x width), `none`. */
  readonly resize?: unknown;
  /** `224` or `224x200` (height x width). */
  readonly crop?: unknown;
}

const presetNames = Object.keys(preprocessingPresets);

const refuse = (field: string, value: unknown, hint: string): never =>
  fail('CAM303', `${field} is ${JSON.stringify(value)}.`, hint);

/** Applies what was written to a preprocessing. @throws CompileError CAM303 */
export function applyPreprocessing(base: Preprocessing, text: PreprocessingText): Preprocessing {
  const start = text.preset === undefined ? base : preset('preset', text.preset);
  return {
    scale: text.scale === undefined ? start.scale : number('scale', text.scale),
    mean: text.mean === undefined ? start.mean : numbers('mean', text.mean),
    std: text.std === undefined ? start.std : numbers('std', text.std),
    layout: text.layout === undefined ? start.layout : layout(text.layout),
    resize: text.resize === undefined ? start.resize : resize(text.resize),
    crop: text.crop === undefined ? start.crop : size('crop', text.crop),
  };
}

function preset(field: string, value: unknown): Preprocessing {
  if (typeof value === 'string' && Object.hasOwn(preprocessingPresets, value)) {
    return preprocessingPresets[value as PresetName];
  }
  return refuse(field, value, `Give one of ${presetNames.join(', ')}.`);
}

function number(field: string, value: unknown): number {
  const hint = 'Give a number such as 0.5, or a fraction such as 1/255.';
  if (typeof value === 'number') return value;
  const parts = typeof value === 'string' ? value.trim().split('/') : [];
  if (parts.length < 1 || parts.length > 2 || parts.some((p) => p.trim() === ''))
    return refuse(field, value, hint);
  const [numerator, denominator = 1] = parts.map(Number);
  const result = numerator! / denominator;
  return Number.isFinite(result) ? result : refuse(field, value, hint);
}

function numbers(field: 'mean' | 'std', value: unknown): readonly number[] {
  if (typeof value === 'string' && presetNames.includes(value)) return preset(field, value)[field];
  const list = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [value];
  return list.map((v) => number(field, v));
}

function layout(value: unknown): Layout {
  const text = String(value).toUpperCase();
  return text === 'NCHW' || text === 'NHWC' ? text : refuse('layout', value, 'Give NCHW or NHWC.');
}

function resize(value: unknown): Resize {
  if (value === 'none') return { kind: 'none' };
  const hint = 'Give the shorter side (256), height x width (224x224), or none.';
  const parts = pixels('resize', value, hint);
  const [height, width] = parts;
  return width === undefined
    ? { kind: 'shorterSide', length: height! }
    : { kind: 'exact', height: height!, width };
}

function size(field: string, value: unknown): Size {
  const [height, width] = pixels(field, value, 'Give one length (224) or height x width (224x200).');
  return { height: height!, width: width ?? height! };
}

function pixels(field: string, value: unknown, hint: string): readonly number[] {
  const match = /^(\d{1,6})(?:x(\d{1,6}))?$/.exec(String(value).trim());
  if (match === null) return refuse(field, value, hint);
  return match
    .slice(1)
    .filter((p) => p !== undefined)
    .map(Number);
}
