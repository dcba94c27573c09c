/** Options that several commands share, with the checks that make wrong usage. */
import type { ClassChoice } from '../compiler/class-choice.ts';
import { InvalidArgumentError, type Command } from 'commander';
import { CompileError } from '../compiler/diagnostics.ts';
import { applyPreprocessing, type PreprocessingText } from '../compiler/input/parse.ts';
import { checkPreprocessing, preprocessingPresets } from '../compiler/input/preprocessing.ts';
import {
  defaultQuantiseOptions,
  parseWideActivations,
  type QuantiseOptions,
} from '../compiler/quantize/options.ts';
import { rangeMethods, type RangeMethod } from '../compiler/quantize/ranges.ts';

/** Options of every command that reads a model. */
export interface ModelOptions extends PreprocessingText {
  readonly inputShape?: readonly number[];
  /** Name of the tensor that holds the class scores. */
  readonly score?: string;
}

/** Class to explain: an index, or undefined for argmax. */
export type ClassOption = number | undefined;

const preprocessingFields: readonly { flags: string; field: keyof PreprocessingText; description: string }[] =
  [
    {
      flags: '--preset <name>',
      field: 'preset',
      description: `preprocessing by name: ${Object.keys(preprocessingPresets).join(', ')}`,
    },
    {
      flags: '--scale <number>',
      field: 'scale',
      description: 'factor on the pixels 0 ... 255, such as 1 or 1/255',
    },
    {
      flags: '--mean <numbers>',
      field: 'mean',
      description: 'subtracted after scaling: one value, or three for R,G,B',
    },
    {
      flags: '--std <numbers>',
      field: 'std',
      description: 'divisor after the mean: one value, or three for R,G,B',
    },
    {
      flags: '--layout <layout>',
      field: 'layout',
      description: 'NCHW or NHWC (default: from the input shape)',
    },
    {
      flags: '--resize <size>',
      field: 'resize',
      description: 'shorter side (256), height x width (224x224), or none (default: cover the input)',
    },
    {
      flags: '--crop <size>',
      field: 'crop',
      description: 'centre crop, 224 or 224x224 (default: the input size)',
    },
  ];

/** Turns a CAM303 into wrong usage: the value was written on the command line. */
function checkField(field: keyof PreprocessingText): (value: string) => string {
  return (value) => {
    try {
      const problems = checkPreprocessing(applyPreprocessing(preprocessingPresets.raw, { [field]: value }));
      if (problems.length > 0) throw new CompileError(problems);
      return value;
    } catch (error) {
      if (error instanceof CompileError)
        throw new InvalidArgumentError(error.diagnostics.map((d) => d.hint).join(' '));
      throw error;
    }
  };
}

function parseShape(value: string): readonly number[] {
  const shape = value.split(/[,x]/).map(Number);
  if (shape.length === 0 || !shape.every((n) => Number.isInteger(n) && n > 0)) {
    throw new InvalidArgumentError('Give positive whole numbers, such as 1,3,224,224.');
  }
  return shape;
}

/** `argmax` or a class index. */
export function parseClass(value: string): ClassOption {
  if (value === 'argmax') return undefined;
  if (!/^\d{1,9}$/.test(value))
    throw new InvalidArgumentError('Give argmax or the index of a class, from 0.');
  return Number(value);
}

/** One class or several, with commas between them. */
export function parseClasses(value: string): readonly ClassChoice[] {
  return value.split(',').map((text) => parseClass(text.trim()) ?? 'argmax');
}

/** A number above 0. */
export function parsePositive(value: string): number {
  const number = Number(value);
  if (!(number > 0) || !Number.isFinite(number)) throw new InvalidArgumentError('Give a number above 0.');
  return number;
}

/** A clock in MHz that an FPGA could have. */
export function parseClock(value: string): number {
  const MHz = parsePositive(value);
  if (MHz > 1000) throw new InvalidArgumentError('Give megahertz, at most 1000.');
  return MHz;
}

/** Refuses a value that is not in a list. */
export function oneOf<T extends string>(names: readonly T[]): (value: string) => T {
  return (value) => {
    const found = names.find((n) => n === value);
    if (found === undefined) throw new InvalidArgumentError(`Give one of ${names.join(', ')}.`);
    return found;
  };
}

/** Adds the model options: `--input-shape`, `--score` and the preprocessing. */
export function addModelOptions(parser: Command): void {
  parser.option(
    '--input-shape <shape>',
    'shape of the input where the model leaves it open: 1,3,224,224',
    parseShape,
  );
  parser.option('--score <tensor>', 'output that holds the class scores (default: the only candidate)');
  for (const { flags, field, description } of preprocessingFields)
    parser.option(flags, description, checkField(field));
}

/** Adds `--target` and `--class`. */
export function addExplanationOptions(parser: Command): void {
  parser.option(
    '--target <name>',
    'layer or tensor that the map is taken on (default: the deepest with H*W > 1)',
  );
  parser.option('--class <class>', 'argmax or the index of a class (default: argmax)', parseClass);
}

/** Options of every command that quantises. */
export interface QuantisationOptions {
  /** Files and folders with calibration pictures. */
  readonly calibration?: readonly string[];
  readonly gradientBits: 8 | 16;
  readonly ranges: RangeMethod;
  readonly wideActivations: QuantiseOptions['wideActivations'];
  readonly equalise?: boolean;
}

/** The part of them that the quantiser takes as it is. */
export function quantisationOf({
  ranges,
  wideActivations,
}: Pick<QuantisationOptions, 'ranges' | 'wideActivations'>) {
  return { rangeMethod: ranges, wideActivations };
}

/** Adds `--calibration`, `--gradient-bits`, `--ranges` and `--wide-activations`. */
export function addQuantisationOptions(parser: Command): void {
  parser.option(
    '--calibration <images...>',
    'pictures or folders that ranges are measured on (default: crops of pictures at hand)',
  );
  const bits = (value: string) => Number(oneOf(['8', '16'])(value));
  parser.option('--gradient-bits <bits>', 'width of gradients in fixed point: 8 or 16', bits, 16);
  parser.option(
    '--ranges <method>',
    `how int8 ranges are chosen from the calibration pictures: ${rangeMethods.join(', ')}`,
    oneOf(rangeMethods),
    defaultQuantiseOptions.rangeMethod,
  );
  parser.option(
    '--wide-activations <layers>',
    'activations kept in 16 bits, at twice the cycles of what reads them: none, auto, or LAYER,LAYER,...',
    parseWide,
    defaultQuantiseOptions.wideActivations,
  );
  parser.option(
    '--equalise',
    'rescale convolutions in a row against each other before quantising: for depthwise networks',
  );
}

function parseWide(value: string): QuantiseOptions['wideActivations'] {
  const found = parseWideActivations(value);
  if (found === undefined) throw new InvalidArgumentError('Give none, auto, or names of layers.');
  return found;
}
