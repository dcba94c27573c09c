import { fail } from '../diagnostics.ts';
import type { Schedule } from '../schedule/operation.ts';
import { recordWords } from './encode-operation.ts';

/** Values of `camber_top`'s parameters for one schedule: the array's shape and the depths of its memories. */
export function topParameters({ shape, depths, operations }: Schedule): ReadonlyMap<string, number> {
  // A memory that nothing uses still has the two words its address decoder needs.
  const depth = (words: number) => Math.max(2, words);
  return new Map([
    ['ROWS', shape.rows],
    ['COLUMNS', shape.columns],
    ['LANES', shape.lanes],
    ['PACKED', 1],
    ['ROM_WORDS', (operations.length + 1) * recordWords],
    ['ACTIVATION_WORDS', depth(depths.activation)],
    ['IMAGE_WORDS', depth(depths.image)],
    ['WEIGHT_WORDS', depth(depths.weights)],
    ['PARAMETER_WORDS', depth(depths.parameters)],
    ['MASK_WORDS', depth(depths.mask)],
    // Without tables there is no table memory.
    ['TABLE_WORDS', depths.table],
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
