import { fail } from '../diagnostics.ts';
import { type Operation, readsPort, type Schedule, slidesWindow } from '../schedule/operation.ts';
import { families, type Family } from '../report/families.ts';
import { recordWords } from './encode-operation.ts';

/** Parts of the engine that are left out where no operation uses them, and which operations do. */
export const optionalParts = {
  TRANSPOSED: ({ weights }) => weights.mode === 'transposed',
  PORT: readsPort,
  DIAGONAL: ({ weights }) => ['diagonal', 'maximum', 'winners'].includes(weights.mode),
  MAXIMUM: ({ weights }) => weights.mode === 'maximum',
  WINNERS: ({ weights }) => weights.mode === 'winners',
  WINDOW: slidesWindow,
  SLOPE: ({ output }) => output.slope,
  TABLES: ({ output }) => output.table !== undefined,
  CLASS: ({ activation, weights, output }) =>
    activation.source === 'oneHot' || weights.classStride !== 0 || output.classColumn,
  WIDE: ({ counts, port, output }) => counts[3] > 1 || port.planes === 2 || output.planes === 2,
  RESIDUAL: ({ port }) => port.planes > 0,
  MASKS: ({ mask }) => mask.mode !== 'none',
  SIDE: ({ side }) => side !== undefined,
  BIAS_REGISTER: ({ output }) => output.destination === 'bias' || output.biasRegister,
} as const satisfies Readonly<Record<string, (operation: Operation) => boolean>>;

/** 1 or 0 for each optional part: whether the schedule uses it. */
export const partsOf = ({
  operations,
}: Pick<Schedule, 'operations'>): readonly (readonly [string, 0 | 1])[] =>
  Object.entries(optionalParts).map(([name, uses]) => [
    name,
    operations.some(({ operation }) => uses(operation)) ? 1 : 0,
  ]);

/**
 * Values of `camber_top`'s parameters for one schedule on a device family: the array's shape, the parts its operations use and the
 * depths of its memories.
 */
export function topParameters(schedule: Schedule, family: Family): ReadonlyMap<string, number> {
  const { shape, depths, operations } = schedule;
  // A memory that nothing uses still has the two words its address decoder needs.
  const depth = (words: number) => Math.max(2, words);
  return new Map([
    ['ROWS', shape.rows],
    ['COLUMNS', shape.columns],
    ['LANES', shape.lanes],
    ['PACKED', families[family].packed],
    ...partsOf(schedule),
    ['ROM_WORDS', (operations.length + 1) * recordWords],
    ['ACTIVATION_WORDS', depth(depths.activation)],
    ['IMAGE_WORDS', depth(depths.image)],
    ['WEIGHT_WORDS', depth(depths.weights)],
    ['PARAMETER_WORDS', depth(depths.parameters)],
    ['MASK_WORDS', depth(depths.mask)],
    ['TABLE_WORDS', depth(depths.table)],
    ['RESULT_WORDS', depth(depths.result)],
  ]);
}

/** The Verilog of a module with new defaults for its parameters; each must be there once. */
export function withParameters(verilog: string, parameters: ReadonlyMap<string, number>): string {
  let text = verilog;
  for (const [name, value] of parameters) {
    const declaration = new RegExp(`(parameter ${name} = )\\d+`, 'g');
    if ((text.match(declaration) ?? []).length !== 1) {
      fail('CAM505', `The top module has no parameter ${name}.`, 'Report this as a fault of Camber.');
    }
    text = text.replace(declaration, `$1${value}`);
  }
  return text;
}
