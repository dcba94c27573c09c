/** Resource estimate of an accelerator: engine by a fit to real synthesis, memories from their shapes. */
import { topParameters } from '../emit/top-parameters.ts';
import type { Schedule } from '../schedule/operation.ts';
import { memoryCost, type MemoryShape } from './block-ram.ts';
import { add, type ResourceCount } from './resource-count.ts';
import { families, type Family } from './families.ts';
import type { EngineParameters } from './engine-parameters.ts';
import { engineUnits } from './engine-units.ts';
import { estimateUnit, evaluateRest, fitOf } from './fit.ts';
import type { FitModel } from './fit-model.ts';

/** Bits of one channel's parameters: bias 32, multiplier 17, shift 6, residual multiplier 17, residual shift 4. */
const parameterBits = 76;

/** The memories of an engine: name, width, depth (0: left out). They set the block RAM exactly. */
export function engineMemories(parameters: EngineParameters): MemoryShape[] {
  const value = (name: string) => parameters.get(name)!;
  const secondPort = value('PORT') + value('RESIDUAL') > 0;
  const [rows, columns, lanes] = [value('ROWS'), value('COLUMNS'), value('LANES')];
  return [
    // A bank for each square of the array.
    ...Array.from({ length: columns / rows }, (_, bank) => ({
      name: bank === 0 ? 'weights' : 'weights, second bank',
      width: rows * rows * 8,
      depth: value('WEIGHT_WORDS'),
      readPorts: 1,
      readOnly: true,
    })),
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

/** The memories of a schedule's accelerator, those left out not among them. */
export const memoryShapes = (schedule: Schedule): MemoryShape[] =>
  // No memory depends on the family.
  engineMemories(topParameters(schedule, 'xc7')).filter(({ depth }) => depth > 0);

/** Everything that the synthesis of an engine with boxed memories leaves out (the result memory is not boxed). */
export function boxedMemories(parameters: EngineParameters, family: Family): ResourceCount {
  return engineMemories(parameters)
    .filter((m) => m.name !== 'result')
    .map((m) => memoryCost(m, family))
    .reduce(add);
}

/** DSP blocks of an engine: its products, two to a block where they are packed, and 33 x 18 bits in every lane. */
function dspBlocks(parameters: EngineParameters): number {
  const value = (name: string) => parameters.get(name)!;
  const products = value('ROWS') * value('COLUMNS');
  return (value('PACKED') === 1 ? products / 2 : products) + 2 * value('LANES');
}

/**
 * The engine as its synthesis with boxed memories would count it: LUT and FF by the fit, of its units as they were
 * synthesised and of what lies around them; DSP and block RAM exactly.
 */
export function estimateEngine(
  parameters: EngineParameters,
  family: Family,
  fit: FitModel = fitOf(family),
  base?: FitModel,
): ResourceCount {
  // A fit that is another family's knows the units as that family has them.
  const fitted = new Map([...parameters, ['PACKED', families[fit.family].packed]]);
  const total = { ...evaluateRest(fit, parameters, base) };
  for (const { count, ...unit } of engineUnits(fitted)) {
    const one = estimateUnit(unit, fit);
    for (const resource of ['lut', 'ff'] as const) total[resource] += count * one[resource];
  }
  const result = engineMemories(parameters).find((m) => m.name === 'result')!;
  return {
    lut: Math.round(total.lut),
    ff: Math.round(total.ff),
    dsp: dspBlocks(parameters),
    bram36: memoryCost(result, family).bram36,
  };
}

/** Engine and memories of an accelerator with these parameters of `camber_top`. */
export const estimateParameters = (parameters: EngineParameters, family: Family): ResourceCount =>
  add(estimateEngine(parameters, family), boxedMemories(parameters, family));

/** Blocks of 36 kbit that two of the memories take. */
export interface BlockRamShares {
  readonly weights: number;
  readonly activations: number;
}

/** What of it is block RAM for the memories that grow with the model. */
export function blockRamShares(parameters: EngineParameters, family: Family): BlockRamShares {
  const blocks = (name: string) =>
    engineMemories(parameters)
      .filter((m) => m.name.startsWith(name))
      .reduce((sum, bank) => sum + memoryCost(bank, family).bram36, 0);
  return { weights: blocks('weights'), activations: blocks('activation') };
}

/** What the accelerator of a schedule takes on a device family. */
export const estimateResources = (schedule: Schedule, family: Family): ResourceCount =>
  estimateParameters(topParameters(schedule, family), family);

/** Synthesised engine and counted memories together. */
export const withMemories = (
  engine: ResourceCount,
  parameters: EngineParameters,
  family: Family,
): ResourceCount => add(engine, boxedMemories(parameters, family));
