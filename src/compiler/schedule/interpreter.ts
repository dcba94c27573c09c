/**
 * The reference for engine operations: carries out a schedule on memories, exactly as `operation.ts` says, with the
 * arithmetic of `semantics.ts`. What it writes is what the RTL must write, port for port.
 */
import { accumulate } from './interpreter-array.ts';
import { Memories } from './interpreter-memories.ts';
import { finish, type OperationTrace, Recorder } from './interpreter-output.ts';
import type { Schedule } from './operation.ts';
import { vectorsOf } from './walk.ts';

export type { OperationTrace };

export interface InterpreterResult {
  readonly scores: Int32Array;
  readonly class: number;
  readonly map: Int32Array;
  readonly operations: readonly OperationTrace[];
}

/**
 * Runs a schedule on an image.
 *
 * @param pixels height x width x channels, uint8 or int8 as `schedule.image.unsigned` says
 * @param fixedClass class to explain; argmax of the scores where absent
 */
export function interpret(
  schedule: Schedule,
  pixels: Uint8Array | Int8Array,
  fixedClass?: number,
): InterpreterResult {
  const memories = new Memories(schedule, pixels, fixedClass);
  const sums = new Int32Array(schedule.shape.columns);
  const operations = schedule.operations.map(({ operation }) => {
    const log = new Recorder();
    const [, rows, columns] = operation.counts;
    for (let vector = 0; vector < vectorsOf(operation.counts); vector++) {
      const column = vector % columns;
      const row = Math.floor(vector / columns) % rows;
      const tile = Math.floor(vector / (columns * rows));
      accumulate(memories, operation, tile, row, column, sums);
      finish(memories, operation, tile, row, column, sums, log);
    }
    return log.done();
  });
  return {
    scores: memories.result.slice(0, schedule.classes),
    class: memories.class,
    map: memories.result.slice(schedule.classes),
    operations,
  };
}
