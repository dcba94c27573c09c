/**
 * The fit of the estimate to syntheses by Yosys (bench/resources): a table of the engine's units, and what lies around
 * them as a linear function of the parameters.
 */
import { type EngineUnit, pairBlocks, unitName } from './engine-units.ts';
import { families, type Family } from './families.ts';
import type { Coefficients, FamilyFit, FitModel, Logic } from './fit-model.ts';
import { fittedEstimate } from './fitted-estimate.ts';
import type { ResourceCount } from './resource-count.ts';
import type { EngineParameters } from './engine-parameters.ts';

/** The family's own fit, or the nearest one's: a figure says which it is from. */
export const fitOf = (family: Family): FamilyFit => fittedEstimate[family] ?? fittedEstimate.xc7!;

/** Where the figures for a family come from, for the report. */
export interface EstimateSource {
  /** Family whose syntheses were fitted. */
  readonly family: Family;
  /** It is the device's own family. */
  readonly own: boolean;
  readonly tool: string;
  /** Syntheses in the fit, and others it was judged by: largest deviations in per cent. */
  readonly points: number;
  readonly holdOut: FamilyFit['holdOut'];
}

export function estimateSource(wanted: Family): EstimateSource {
  const { family, tool, points, holdOut } = fitOf(wanted);
  return { family, own: family === wanted, tool, points, holdOut };
}

/** `the fit of xc7 to 22 syntheses by Yosys 0.55: others are within 2.1 % (LUT) and 1.0 % (FF)`. */
export function describeSource({ family, own, tool, points, holdOut }: EstimateSource): string {
  const within =
    holdOut.points === 0
      ? 'not judged by others yet'
      : `${holdOut.points} others are within ${holdOut.lut.toFixed(1)} % (LUT) and ${holdOut.ff.toFixed(1)} % (FF)`;
  const borrowed = own ? '' : '; the device is of another family, so this may be far off';
  return `the fit of ${family} to ${points} syntheses by ${tool}: ${within}${borrowed}`;
}

/** Parts whose hardware around the units grows with the columns; the others' has one size. */
export const growing = [
  'WINDOW',
  'MAXIMUM',
  'WINNERS',
  'SLOPE',
  'TABLES',
  'WIDE',
  'RESIDUAL',
  'MASKS',
  'BIAS_REGISTER',
  'SIDE',
];
const single = ['TRANSPOSED', 'PORT', 'DIAGONAL', 'WINDOW', 'CLASS', 'WIDE', 'SIDE', 'RESIDUAL', 'MASKS'];

/** What LUT and FF around the units depend on. */
export function restFeatures(parameters: EngineParameters): Coefficients {
  const value = (name: string) => parameters.get(name)!;
  const bits = (...names: string[]) =>
    names.reduce((sum, name) => sum + Math.ceil(Math.log2(Math.max(2, value(name)))), 0);
  const secondPort = value('PORT') + value('RESIDUAL') > 0 ? 1 : 0;
  return {
    constant: 1,
    rows: value('ROWS'),
    columns: value('COLUMNS'),
    macs: value('ROWS') * value('COLUMNS'),
    secondPort: secondPort * value('ROWS'),
    // Each address bit of these two runs through loop walks, operation records and delays.
    activationBits: bits('ACTIVATION_WORDS'),
    weightBits: bits('WEIGHT_WORDS'),
    otherBits: bits('ROM_WORDS', 'IMAGE_WORDS', 'PARAMETER_WORDS', 'RESULT_WORDS'),
    ...Object.fromEntries(single.map((part) => [part, value(part)])),
    ...Object.fromEntries(growing.map((part) => [`${part} columns`, value(part) * value('COLUMNS')])),
  };
}

/** Features of a family's correction. */
export const correctionFeatures = (
  base: number,
  parameters: EngineParameters,
  family: Family,
): Coefficients => ({
  base,
  constant: 1,
  columns: parameters.get('COLUMNS')!,
  macs: parameters.get('ROWS')! * parameters.get('COLUMNS')!,
  ...Object.fromEntries(families[family].correctedParts.map((part) => [part, parameters.get(part)!])),
});

/** A fitted figure: coefficients times features. */
function evaluateFit(coefficients: Coefficients, features: Coefficients): number {
  return Object.entries(features).reduce((sum, [name, x]) => sum + (coefficients[name] ?? 0) * x, 0);
}

/** LUT and FF around the units; `base` is the fit of the family that this one corrects. */
export function evaluateRest(
  { family, rest }: FitModel,
  parameters: EngineParameters,
  base: FitModel | undefined = rest.base && fittedEstimate[rest.base],
): Logic {
  if (rest.base === undefined || base === undefined) {
    const features = restFeatures(parameters);
    return { lut: evaluateFit(rest.lut, features), ff: evaluateFit(rest.ff, features) };
  }
  const other = evaluateRest(base, parameters);
  return {
    lut: evaluateFit(rest.lut, correctionFeatures(other.lut, parameters, family)),
    ff: evaluateFit(rest.ff, correctionFeatures(other.ff, parameters, family)),
  };
}

type Parameters = EngineUnit['parameters'];
type Unit = Pick<EngineUnit, 'module' | 'parameters'>;

/** Rows of the pairs that tell what an optional part adds. */
const referenceRows = 8;

const without = (parameters: Parameters): Parameters =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      name === 'ROWS' || name === 'PACKED' ? value : name === 'COLUMN' ? 2 : 0,
    ]),
  );

/**
 * The syntheses that a unit's figure is put together from, each with its weight: itself where it was synthesised;
 * else a pair of as many rows without any part, and what its parts add to a pair of 8 rows, block by block.
 */
export function unitTerms(
  unit: Unit,
  synthesised: (name: string) => boolean,
): readonly (readonly [unit: Unit, weight: number])[] {
  if (synthesised(unitName(unit)) || unit.module !== 'camber_column_pair') return [[unit, 1]];
  const { module, parameters } = unit;
  const bare = without(parameters);
  const reference = { ...bare, ROWS: referenceRows };
  const added = Object.entries(pairBlocks).flatMap(([block, names]) => {
    const parts = Object.fromEntries(names.map((name) => [name, parameters[name]!]));
    const weight = block === 'operands' ? parameters['ROWS']! / referenceRows : 1;
    return [
      [{ module, parameters: { ...reference, ...parts } }, weight],
      [{ module, parameters: reference }, -weight],
    ] as const;
  });
  return [[{ module, parameters: bare }, 1], ...added];
}

/** What one unit takes. */
export function estimateUnit(unit: Unit, { units }: FitModel): ResourceCount {
  const total = { lut: 0, ff: 0, dsp: 0, bram36: 0 };
  for (const [term, weight] of unitTerms(unit, (name) => name in units)) {
    const { lut, ff, dsp } = units[unitName(term)]!;
    total.lut += weight * lut;
    total.ff += weight * ff;
    total.dsp += weight * dsp;
  }
  return total;
}
