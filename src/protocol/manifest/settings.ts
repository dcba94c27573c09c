/**
 * Every setting, once: the manifest's declaration and the type that the code reads.
 */
import { defaultPart } from '../../compiler/report/devices.ts';
import { defaultQuantiseOptions } from '../../compiler/quantize/options.ts';
import { rangeMethods, type RangeMethod } from '../../compiler/quantize/ranges.ts';
import { defaultArray, engineShapes } from '../../compiler/schedule/engine-shape.ts';

interface Declaration<T> {
  readonly type: 'string' | 'number' | 'integer' | 'boolean';
  readonly default: T;
  readonly description: string;
  /** `machine-overridable` and `machine` settings never come from a workspace that is not trusted. */
  readonly scope: 'window' | 'resource' | 'machine';
  readonly enum?: readonly T[];
  readonly enumDescriptions?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly patternErrorMessage?: string;
}

const text = (declaration: Omit<Declaration<string>, 'type'>): Declaration<string> => ({
  type: 'string',
  ...declaration,
});
const number = (declaration: Omit<Declaration<number>, 'type'>): Declaration<number> => ({
  type: 'number',
  ...declaration,
});
const flag = (declaration: Omit<Declaration<boolean>, 'type'>): Declaration<boolean> => ({
  type: 'boolean',
  ...declaration,
});
const rangeDescriptions: Readonly<Record<RangeMethod, string>> = {
  minmax: 'Up to the largest magnitude: nothing is clamped',
  percentile: 'All but one magnitude in ten thousand',
  entropy: 'The least loss of information (Kullback-Leibler divergence)',
  mse: 'The least squared error (the default)',
};
const toolPath = (tool: string): Declaration<string> =>
  text({ default: '', scope: 'machine', description: `Path of ${tool}. Empty: the one on the search path.` });

export const settings = {
  'camber.device': text({
    default: defaultPart,
    scope: 'resource',
    description: 'FPGA part that models are compiled for.',
  }),
  'camber.clock': number({
    default: 100,
    minimum: 1,
    maximum: 1000,
    scope: 'resource',
    description: 'Clock of the accelerator, in MHz. Latencies are figured from it.',
  }),
  'camber.array': text({
    default: defaultArray,
    pattern: '^(auto|[0-9]+x[0-9]+)$',
    patternErrorMessage: 'auto, or rows and columns such as 16x16',
    scope: 'resource',
    description: 'Size of the multiply-accumulate array, ROWSxCOLUMNS, or `auto`.',
  }),
  'camber.target': text({
    default: '',
    scope: 'resource',
    description:
      'Tensor that the GradCAM map is taken on. Empty: the deepest activation with more than one pixel.',
  }),
  'camber.class': text({
    default: 'argmax',
    pattern: '^(argmax|[0-9]+)$',
    patternErrorMessage: 'argmax, or the index of a class',
    scope: 'resource',
    description: 'Class that is explained: `argmax` (the top class, chosen at run time) or an index.',
  }),
  'camber.gradientBits': {
    type: 'integer',
    default: 16,
    enum: [8, 16],
    enumDescriptions: ['Fewer cycles, coarser maps', 'The default'],
    scope: 'resource',
    description: 'Width of gradients in fixed point, in bits.',
  } satisfies Declaration<number>,
  'camber.calibrationFolder': text({
    default: '',
    scope: 'resource',
    description: 'Folder of pictures that the int8 scales are found from. Empty: the bundled pictures.',
  }),
  'camber.ranges': {
    type: 'string',
    default: defaultQuantiseOptions.rangeMethod,
    enum: rangeMethods,
    enumDescriptions: rangeMethods.map((method) => rangeDescriptions[method]),
    scope: 'resource',
    description: 'How int8 ranges of activations are chosen from the calibration pictures.',
  } satisfies Declaration<RangeMethod>,
  'camber.wideActivations': text({
    default: 'none',
    scope: 'resource',
    description:
      'Activations kept in 16 bits, at twice the cycles of what reads them: `none`, `auto` (those that lose most in 8 bits), or names of layers with commas between them.',
  }),
  'camber.equalise': flag({
    default: false,
    scope: 'resource',
    description:
      'Rescale convolutions in a row against each other before quantising: for networks with depthwise convolutions.',
  }),
  'camber.pictureFolder': text({
    default: '',
    scope: 'resource',
    description: 'Folder of pictures that heat maps are shown on. Empty: the bundled pictures.',
  }),
  'camber.outputFolder': text({
    default: 'build',
    scope: 'resource',
    description: "Folder that builds go to, relative to the model's folder.",
  }),
  'camber.simulator': {
    type: 'string',
    default: 'auto',
    enum: ['auto', 'verilator', 'icarus', 'embedded'],
    enumDescriptions: [
      'Verilator where it is installed, else the embedded one',
      'The fastest on long runs; builds a program for each array shape',
      'Slow: small networks only',
      'Comes with Camber, needs nothing installed',
    ],
    scope: 'resource',
    description: 'Simulator that verifies the RTL of a build.',
  } satisfies Declaration<string>,
  'camber.tools.verilator': toolPath('Verilator'),
  'camber.tools.iverilog': toolPath('Icarus Verilog (iverilog)'),
  'camber.tools.yosys': toolPath('Yosys'),
} as const satisfies Record<string, Declaration<string> | Declaration<number> | Declaration<boolean>>;

/** Arrays that can be chosen, and `auto`: the fastest that fits the device. */
export const arrayChoices: readonly string[] = ['auto', ...engineShapes.keys()];

export type SettingId = keyof typeof settings;

/** The settings as the server receives them. */
export type Settings = {
  readonly [
    K in SettingId as K extends `camber.${infer Name}` ? Name : never
  ]: (typeof settings)[K]['default'];
};

/** Values of a manifest default, used before the editor has told any. */
export const defaultSettings: Settings = Object.fromEntries(
  Object.entries(settings).map(([id, s]) => [id.slice('camber.'.length), s.default]),
) as unknown as Settings;
