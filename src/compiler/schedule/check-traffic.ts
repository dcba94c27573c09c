import { arrayLatency, imageWordReady, mainSteps, outputSteps, writeLatency } from './timing.ts';
import {
  type Operation,
  type Placement,
  readsPort,
  type Schedule,
  slidesWindow,
  type Walk,
} from './operation.ts';
import { stepsOf } from './walk.ts';
import type { Problems } from './problems.ts';

/** Which operation wrote each word of a memory last, in which cycle, the placement it belonged to, and its last read. */
class Memory {
  private readonly writer: Int32Array;
  private readonly written: Int32Array;
  private readonly sampled: Int32Array;
  private readonly owner: Int32Array;
  private readonly buffers: readonly Placement[];

  constructor(
    private readonly name: Placement['memory'],
    depth: number,
    private readonly schedule: Schedule,
    private readonly problems: Problems,
  ) {
    this.writer = new Int32Array(depth).fill(-1);
    this.written = new Int32Array(depth).fill(-1);
    this.sampled = new Int32Array(depth).fill(-1);
    this.owner = new Int32Array(depth).fill(-1);
    this.buffers = schedule.placements.filter(
      ({ memory, within }) => memory === name && within === undefined,
    );
  }

  /** The buffer that is alive at an operation and holds an address. */
  private bufferAt(address: number, operation: number): number {
    return this.buffers.findIndex(
      (b) =>
        b.live[0] <= operation &&
        operation <= b.live[1] &&
        address >= b.address &&
        address < b.address + b.words,
    );
  }

  private layer(operation: number): string {
    return `Operation ${operation} (${this.schedule.operations[operation]!.operation.layer})`;
  }

  /** `cycle`: the memory holds the word from the next cycle on. */
  write(address: number, operation: number, cycle: number): void {
    const buffer = this.recent(address, operation);
    if (buffer < 0) {
      this.problems.report(
        `write ${this.name}`,
        operation,
        `${this.layer(operation)} writes ${this.name} word ${address}, where no live buffer is.`,
      );
      return;
    }
    if (cycle < this.sampled[address]! || cycle <= this.written[address]!) {
      this.problems.report(
        `early write ${this.name}`,
        operation,
        `${this.layer(operation)} writes ${this.name} word ${address} before an earlier access to it is over.`,
      );
    }
    this.written[address] = cycle;
    this.writer[address] = operation;
    this.owner[address] = buffer;
  }

  /** `cycle`: at its end the memory is sampled. */
  read(address: number, operation: number, cycle: number): void {
    const buffer = this.recent(address, operation);
    const writer = buffer < 0 ? -1 : this.writer[address]!;
    if (writer < 0 || this.owner[address] !== buffer) {
      this.problems.report(
        `read ${this.name}`,
        operation,
        `${this.layer(operation)} reads ${this.name} word ${address}, which holds nothing of a live buffer.`,
      );
    } else if (writer >= operation) {
      this.problems.report(
        `read ${this.name}`,
        operation,
        `${this.layer(operation)} reads ${this.name} word ${address}, which it writes itself.`,
      );
    } else if (cycle <= this.written[address]!) {
      this.problems.report(
        `early read ${this.name}`,
        operation,
        `${this.layer(operation)} reads ${this.name} word ${address} in cycle ${cycle}; it is written in cycle ${this.written[address]!}.`,
      );
    }
    this.sampled[address] = Math.max(this.sampled[address] ?? -1, cycle);
  }

  /** Two words are due at the write port in one cycle. */
  collide(operation: number): void {
    this.problems.report(
      `collision ${this.name}`,
      operation,
      `${this.layer(operation)} writes two words at once.`,
    );
  }

  // Neighbouring accesses mostly hit the same buffer.
  private hit = -1;
  private recent(address: number, operation: number): number {
    const b = this.buffers[this.hit];
    const same =
      b &&
      b.live[0] <= operation &&
      operation <= b.live[1] &&
      address >= b.address &&
      address < b.address + b.words;
    if (!same) this.hit = this.bufferAt(address, operation);
    return this.hit;
  }
}

/** Value of a walk at given loop indices: written out, for it is asked for in every step. */
const at = ({ base, strides: s }: Walk, index: readonly number[]) =>
  base +
  s[0] * index[0]! +
  s[1] * index[1]! +
  s[2] * index[2]! +
  s[3] * index[3]! +
  s[4] * index[4]! +
  s[5] * index[5]! +
  s[6] * index[6]!;

/** Advances loop indices like an odometer over levels first ... last; false once all are done. */
function advance(index: number[], counts: readonly number[], first: number, last: number): boolean {
  for (let level = last; level >= first; level--) {
    if (++index[level]! < counts[level]!) return true;
    index[level] = 0;
  }
  return false;
}

/** Walks every operation's loops: all reads follow their writes, within live buffers, and the image behind its loader. */
export function checkTraffic(schedule: Schedule, problems: Problems): void {
  const { depths, image } = schedule;
  const activation = new Memory('activation', depths.activation, schedule, problems);
  const mask = new Memory('mask', depths.mask, schedule, problems);
  const imageReady = (address: number) => imageWordReady(image, address);

  schedule.operations.forEach(({ operation, start }, number) => {
    const index = [0, 0, 0, 0, 0, 0, 0];
    const steps = stepsOf(operation.counts);
    let cycle = start;
    do {
      let step = 0;
      do {
        const issue = cycle + step;
        readStep(operation, number, index, issue, activation, (address) => {
          const ready = address >= 0 && address < depths.image && imageReady(address) <= issue;
          if (!ready)
            problems.report('image', number, `Operation ${number} reads image word ${address} too early.`);
        });
        step++;
      } while (advance(index, operation.counts, 3, 6));
      if (step !== steps)
        problems.report('steps', number, `Operation ${number} has lost count of its steps.`);
      finishVector(operation, number, index, cycle + steps - 1, schedule, activation, mask);
      cycle += operation.interval;
    } while (advance(index, operation.counts, 0, 2));
  });
}

/** Reads of one reduction step: addresses take a cycle. */
function readStep(
  operation: Operation,
  number: number,
  index: readonly number[],
  issue: number,
  activation: Memory,
  imageRead: (address: number) => void,
): void {
  const { source, walk } = operation.activation;
  const [y, x] = [at(operation.y.walk, index), at(operation.x.walk, index)];
  const isInside = y >= 0 && y < operation.y.limit && x >= 0 && x < operation.x.limit;
  if (source !== 'oneHot') {
    if (isInside && source === 'memory') activation.read(at(walk, index), number, issue + 1);
    if (isInside && source === 'input') imageRead(at(walk, index));
  }
  // What the second port holds for a step outside the window decides nothing.
  const isUsed = slidesWindow(operation)
    ? y >= 0 && y < operation.y.limit && x + 1 >= 0 && x + 1 < operation.x.limit
    : readsPort(operation) && (isInside || operation.weights.mode !== 'winners');
  if (isUsed) activation.read(at(operation.port.walk, index), number, issue + 1);
}

/**
 * Reads and writes of the output stage for one vector, whose last reduction step issues in `issue`: residual and mask are
 * read from its first step on, words are written one per cycle, the first one a fixed time after its last step.
 */
function finishVector(
  operation: Operation,
  number: number,
  index: readonly number[],
  issue: number,
  { shape }: Schedule,
  activation: Memory,
  mask: Memory,
): void {
  const { port, output } = operation;
  const valid = Math.min(shape.columns, output.channels - index[0]! * shape.columns);
  const words = Math.ceil(valid / shape.rows);
  const isPort = readsPort(operation);
  const firstStep = issue + arrayLatency(shape);
  const firstWrite = firstStep + mainSteps(shape, operation) - 1 + writeLatency;
  const sideWrite = firstStep + outputSteps(shape, operation) - 1 + writeLatency;
  for (let plane = 0; plane < port.planes && !isPort; plane++) {
    for (let word = 0; word < words; word++)
      activation.read(at(port.walk, index) + plane * port.planeStride + word, number, firstStep);
  }
  if (operation.mask.mode === 'read') mask.read(at(operation.mask.walk, index), number, firstStep);
  if (operation.mask.mode === 'write') mask.write(at(operation.mask.walk, index), number, firstWrite);
  for (let plane = 0; plane < output.planes && output.destination === 'activation'; plane++) {
    for (let word = 0; word < words; word++) {
      const address = at(output.walk, index) + plane * output.planeStride + word;
      activation.write(address, number, firstWrite + plane * words + word);
    }
  }
  if (!operation.side) return;
  if (sideWrite < firstWrite + words) activation.collide(number);
  for (let word = 0; word < words; word++)
    activation.write(at(output.walk, index) + operation.side.offset + word, number, sideWrite + word);
}
