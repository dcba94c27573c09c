import type { LoweredOperation } from './lowering.ts';
import {
  type EngineShape,
  type Operation,
  type PerLevel,
  readsPort,
  slidesWindow,
  type Walk,
} from './operation.ts';
import { firstOutputStep, firstSideWrite, firstWrite, intervalOf, writesOf } from './timing.ts';
import { stepsOf, vectorsOf } from './walk.ts';

/** Output indices (tile, row, column) of a vector. */
function outputIndex([, rows, columns]: PerLevel, vector: number): [number, number, number] {
  return [Math.floor(vector / (rows * columns)), Math.floor(vector / columns) % rows, vector % columns];
}

/** Reduction indices (plane, ky, kx, input) of a step. */
function reductionIndex(
  [, , , , kys, kxs, inputs]: PerLevel,
  step: number,
): [number, number, number, number] {
  return [
    Math.floor(step / (inputs * kxs * kys)),
    Math.floor(step / (inputs * kxs)) % kys,
    Math.floor(step / inputs) % kxs,
    step % inputs,
  ];
}

function at({ base, strides }: Walk, index: readonly number[]): number {
  let value = base;
  for (let level = 0; level < index.length; level++) value += strides[level]! * index[level]!;
  return value;
}

const isInside = ({ walk, limit }: Operation['y'], index: readonly number[]) => {
  const value = at(walk, index);
  return value >= 0 && value < limit;
};

/** Whether the position to the right of a step's lies inside: a window reads it by the second port. */
const rightOf =
  ({ y, x }: Pick<Operation, 'y' | 'x'>) =>
  (index: readonly number[]) =>
    isInside(y, index) && isInside({ ...x, walk: { ...x.walk, base: x.walk.base + 1 } }, index);

type Memory = 'activation' | 'mask';

/**
 * Results on their way to memory: which word is written in which cycle, for as long as the next operation could come
 * too early for it. Reads and writes keep their order in the pipeline, so that a read can only be too early for a write.
 */
export class InFlight {
  private readonly writes: Record<Memory, Map<number, number>> = { activation: new Map(), mask: new Map() };
  private last = 0;

  constructor(private readonly shape: EngineShape) {}

  /** Adds what an operation that starts at `start` writes after its last interval. */
  add(operation: LoweredOperation, start: number): void {
    const { counts, output, mask } = operation;
    if (output.destination !== 'activation') return;
    const interval = intervalOf(this.shape, operation);
    const end = start + vectorsOf(counts) * interval;
    for (let vector = vectorsOf(counts) - 1; vector >= 0; vector--) {
      const index = outputIndex(counts, vector);
      const first = start + vector * interval + firstWrite(this.shape, operation);
      const words = writesOf(this.shape, operation, index[0]);
      const side = start + vector * interval + firstSideWrite(this.shape, operation);
      if (side + words.length <= end) break;
      const address = at(output.walk, index);
      words.forEach((word, n) => this.note('activation', address + word, first + n));
      const { offset } = operation.side ?? {};
      if (offset !== undefined)
        words.forEach((word, n) => this.note('activation', address + offset + word, side + n));
      if (mask.mode === 'write') this.note('mask', at(mask.walk, index), first);
    }
  }

  private note(memory: Memory, address: number, cycle: number): void {
    this.writes[memory].set(address, cycle);
    this.last = Math.max(this.last, cycle);
  }

  /** The earliest start, `from` or later, at which an operation reads every word after it was written. */
  earliest(operation: LoweredOperation, from: number): number {
    let start = from;
    const need = (memory: Memory, address: number, offset: number) => {
      const written = this.writes[memory].get(address);
      if (written !== undefined) start = Math.max(start, written - offset);
    };
    const { counts, activation, port, mask } = operation;
    const interval = intervalOf(this.shape, operation);
    const steps = stepsOf(counts);
    const isPort = readsPort(operation);
    const isRight = slidesWindow(operation) ? rightOf(operation) : undefined;
    for (let vector = 0; vector < vectorsOf(counts); vector++) {
      const issue = vector * interval;
      if (from + issue >= this.last) break;
      const index = outputIndex(counts, vector);
      for (let step = 0; step < steps && from + issue + step < this.last; step++) {
        const all = [...index, ...reductionIndex(counts, step)];
        const isRead =
          activation.source === 'memory' && isInside(operation.y, all) && isInside(operation.x, all);
        if (isRead) need('activation', at(activation.walk, all), issue + step);
        if (isPort && (isRight === undefined || isRight(all)))
          need('activation', at(port.walk, all), issue + step);
      }
      // The output stage reads in the cycle of its step, a reduction step in the cycle after its issue.
      const stage = issue + firstOutputStep(this.shape, operation) - 1;
      if (!isPort) {
        const address = at(port.walk, index);
        for (let plane = 0; plane < port.planes; plane++) {
          for (let word = 0; word < this.shape.columns / this.shape.rows; word++)
            need('activation', address + plane * port.planeStride + word, stage);
        }
      }
      if (mask.mode === 'read') need('mask', at(mask.walk, index), stage);
    }
    return start;
  }

  /** Forgets what is written by the time of a start: nothing issues earlier from then on. */
  settle(start: number): void {
    for (const writes of Object.values(this.writes)) {
      for (const [address, cycle] of writes) if (cycle <= start) writes.delete(address);
    }
  }
}
