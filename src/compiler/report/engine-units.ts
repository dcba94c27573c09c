/**
 * The parts that the engine repeats. They are synthesised once and counted as often as they are there; nothing is
 * optimised across their borders, which costs some flip-flops and little else (bench/resources/README.md).
 */
import type { EngineParameters } from './engine-parameters.ts';

export interface EngineUnit {
  readonly module: string;
  /** Of the module. */
  readonly parameters: Readonly<Record<string, number>>;
  /** How many the engine has. */
  readonly count: number;
}

/** Modules that are counted as units. */
export const unitModules = ['camber_column_pair', 'camber_requantise_lane'] as const;

/** Parts inside a column pair: those of its operands grow with the rows, those of its accumulators do not. */
export const pairBlocks = {
  operands: ['COLUMN', 'TRANSPOSED', 'PORT', 'DIAGONAL'],
  accumulators: ['MAXIMUM', 'WIDE', 'EXCHANGE'],
} as const;

/** Parts inside a requantiser lane. */
export const laneParts = ['RESIDUAL', 'SLOPE', 'TABLES', 'MASKS'] as const;

/** The units of an engine with these parameters of `camber_top`. */
export function engineUnits(parameters: EngineParameters): readonly EngineUnit[] {
  const value = (name: string) => parameters.get(name)!;
  const values = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, value(name)]));
  const pairs = value('COLUMNS') / 2;
  const pair = (column: number, count: number): EngineUnit => ({
    module: 'camber_column_pair',
    parameters: {
      ...values(['ROWS', 'PACKED', 'TRANSPOSED', 'PORT', 'DIAGONAL', 'MAXIMUM', 'WIDE']),
      EXCHANGE: value('COLUMNS') === value('ROWS') ? 0 : 1,
      COLUMN: column,
    },
    count,
  });
  const lane = { module: 'camber_requantise_lane', parameters: values(laneParts), count: value('LANES') };
  // Column 0 alone takes a whole word of the activation port. The others differ in which row is on their diagonal.
  return value('PORT') === 0 ? [pair(2, pairs), lane] : [pair(0, 1), pair(2, pairs - 1), lane];
}

/** Names a unit: `camber_column_pair COLUMN=0 DIAGONAL=1 ...`, parameters in the order of the alphabet. */
export const unitName = ({ module, parameters }: Pick<EngineUnit, 'module' | 'parameters'>): string =>
  [
    module,
    ...Object.entries(parameters)
      .map(([name, value]) => `${name}=${value}`)
      .sort(),
  ].join(' ');
