/** Resource estimate of an accelerator: engine by a fit to real synthesis, memories from their shapes. */
import { topParameters } from '../emit/top-parameters.ts';
import type { Schedule } from '../schedule/operation.ts';
import { memoryCost, type MemoryShape } from './block-ram.ts';
import type { ResourceCount } from './resource-count.ts';
import type { Family } from './families.ts';
import { fittedEstimate } from './fitted-estimate.ts';

/** Bits of one channel's parameters: bias 32, multiplier 17, shift 6, residual multiplier 17, residual shift 4. */
const parameterBits = 76;

/** Parameters of `camber_top`: the array's shape and the depths of its memories. */
export type EngineParameters = ReadonlyMap<string, number>;

/** The memories of an engine: name, width, depth (0: left out). They set the block RAM exactly. */
export function engineMemories(parameters: EngineParameters): MemoryShape[] {
  const value = (name: string) => parameters.get(name)!;
  const secondPort = value('PORT') + value('RESIDUAL') > 0;
  const [rows, columns, lanes] = [value('ROWS'), value('COLUMNS'), value('LANES')];
  return [
    {
      name: 'weights',
      width: rows * columns * 8,
      depth: value('WEIGHT_WORDS'),
      readPorts: 1,
      readOnly: true,
    },
    // One port streams operands, one serves residuals and alpha where there are any.
    {
      name: 'activation',
      width: rows * 8,
      depth: value('ACTIVATION_WORDS'),
      readPorts: secondPort ? 2 : 1,
    },
    { name: 'image', width: rows * 8, depth: value('IMAGE_WORDS'), readPorts: 1 },
    {
      name: 'parameters',
      width: lanes * parameterBits,
      depth: value('PARAMETER_WORDS'),
      readPorts: 1,
      readOnly: true,
    },
    // A block's two ports serve two lanes.
    {
      name: 'table',
      width: 16,
      depth: value('TABLES') * value('TABLE_WORDS'),
      readPorts: lanes / 2,
      readOnly: true,
    },
    { name: 'mask', width: columns, depth: value('MASKS') * value('MASK_WORDS'), readPorts: 1 },
    { name: 'result', width: 32, depth: value('RESULT_WORDS'), readPorts: 1 },
    { name: 'control', width: 64, depth: value('ROM_WORDS'), readPorts: 1, readOnly: true },
  ];
}

/** The memories of a schedule's accelerator. */
export const memoryShapes = (schedule: Schedule): MemoryShape[] => engineMemories(topParameters(schedule));

/** DSP blocks of a pair of int8 products, packed and not, and of a requantiser lane's 33 x 17 bit product. */
const dspBlocks: Readonly<Record<Family, { packed: number; plain: number; lane: number }>> = {
  // AMD WP486: two products that share an operand fit one DSP48.
  xc7: { packed: 1, plain: 2, lane: 2 },
  xcup: { packed: 1, plain: 2, lane: 2 },
  // MULT18X18D: the packed factor of 24 bits takes two, so nothing is won.
  ecp5: { packed: 2, plain: 2, lane: 2 },
};

/** What LUT and FF of the engine depend on, by name; the fit has a coefficient for each. */
export function engineFeatures(parameters: EngineParameters): Readonly<Record<string, number>> {
  const value = (name: string) => parameters.get(name)!;
  const bits = (name: string) => Math.ceil(Math.log2(value(name)));
  return {
    constant: 1,
    columns: value('COLUMNS'),
    macs: value('ROWS') * value('COLUMNS'),
    // Each address bit of these two runs through loop walks, operation records and delays.
    activationBits: bits('ACTIVATION_WORDS'),
    weightBits: bits('WEIGHT_WORDS'),
  };
}

/** A fitted figure: coefficients times features. */
export function evaluateFit(
  coefficients: Readonly<Record<string, number>>,
  features: Readonly<Record<string, number>>,
): number {
  return Object.entries(features).reduce((sum, [name, x]) => sum + (coefficients[name] ?? 0) * x, 0);
}

const add = (a: ResourceCount, b: ResourceCount): ResourceCount => ({
  lut: a.lut + b.lut,
  ff: a.ff + b.ff,
  dsp: a.dsp + b.dsp,
  bram36: a.bram36 + b.bram36,
});

/** Everything that the synthesis of an engine with boxed memories leaves out (the result memory is not boxed). */
export function boxedMemories(parameters: EngineParameters, family: Family): ResourceCount {
  return engineMemories(parameters)
    .filter((m) => m.name !== 'result')
    .map((m) => memoryCost(m, family))
    .reduce(add);
}

/** The engine as its synthesis with boxed memories would count it. LUT and FF are fitted, DSP and block RAM exact. */
export function estimateEngine(parameters: EngineParameters, family: Family): ResourceCount {
  const value = (name: string) => parameters.get(name)!;
  const features = engineFeatures(parameters);
  const { packed, plain, lane } = dspBlocks[family];
  const pairs = (value('ROWS') * value('COLUMNS')) / 2;
  const result = engineMemories(parameters).find((m) => m.name === 'result')!;
  const { lut, ff } = fittedEstimate[family];
  return {
    lut: Math.round(evaluateFit(lut, features)),
    ff: Math.round(evaluateFit(ff, features)),
    dsp: pairs * (value('PACKED') === 0 ? plain : packed) + lane * value('LANES'),
    bram36: memoryCost(result, family).bram36,
  };
}

/** Engine and memories of an accelerator with these parameters of `camber_top`. */
export const estimateParameters = (parameters: EngineParameters, family: Family): ResourceCount =>
  add(estimateEngine(parameters, family), boxedMemories(parameters, family));

/** What the accelerator of a schedule takes on a device family. */
export const estimateResources = (schedule: Schedule, family: Family): ResourceCount =>
  estimateParameters(topParameters(schedule), family);

/** Synthesised engine and counted memories together. */
export const withMemories = (
  engine: ResourceCount,
  parameters: EngineParameters,
  family: Family,
): ResourceCount => add(engine, boxedMemories(parameters, family));
