/** The interpreter's window modes: three taps of a kernel row, channel by channel. */
import type { Memories } from './interpreter-memories.ts';
import type { Operation } from './operation.ts';

/** Where a step stands: window coordinates and address of its middle position, its weight word and by what its banks are exchanged. */
interface WindowStep {
  readonly y: number;
  readonly x: number;
  readonly address: number;
  readonly word: number;
  readonly parity: number;
}

/** Positions of the taps relative to the step's own, in the order of their rows. */
export const tapOffsets = [0, 1, -1] as const;

/** Adds one step to every column. */
export function accumulateWindow(
  { schedule, activation }: Memories,
  op: Operation,
  step: WindowStep,
  accumulators: Int32Array,
): void {
  const { rows, columns } = schedule.shape;
  const [quarter, halves] = [rows / tapRows, columns / rows];
  // The second port reads the next position, so the bases are one position apart.
  const pitch = op.port.walk.base - op.activation.walk.base;
  tapOffsets.forEach((offset, tap) => {
    const x = step.x + offset;
    const isInside = step.y >= 0 && step.y < op.y.limit && x >= 0 && x < op.x.limit;
    const from = (step.address + offset * pitch) * rows;
    for (let column = 0; column < columns; column++) {
      const group = Math.floor((column % rows) / quarter) * quarter;
      const block = step.word * halves + (Math.floor(column / rows) ^ step.parity);
      for (let j = 0; j < quarter; j++) {
        const value = isInside ? activation[from + group + j]! : op.padding;
        const row = tap * quarter + j;
        accumulators[column]! += value * schedule.weightWords[(block * rows + row) * rows + (column % rows)]!;
      }
    }
  });
}

/** The rows are shared among as many taps, one of which stays empty. */
export const tapRows = 4;
