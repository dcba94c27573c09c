import { imageWords } from './image-layout.ts';
import { InFlight } from './in-flight.ts';
import { classLead, earliestAfter, fetchCycles, imageWordReady, intervalOf, settleOf } from './timing.ts';
import type { LoweredOperation } from './lowering.ts';
import type { EngineShape, ImageLayout, Operation, Schedule, ScheduledOperation } from './operation.ts';
import { vectorsOf } from './walk.ts';

/** Calls `visit` with the offset from the operation's start of each image word it reads. */
function eachImageRead(
  operation: LoweredOperation,
  interval: number,
  visit: (cycle: number, word: number) => void,
) {
  const [tiles, rows, columns, , kys, kxs] = operation.counts;
  const { activation, y, x } = operation;
  const at = (walk: Operation['activation']['walk'], r: number, c: number, ky: number, kx: number) =>
    walk.base + r * walk.strides[1] + c * walk.strides[2] + ky * walk.strides[4] + kx * walk.strides[5];
  let vector = 0;
  for (let tile = 0; tile < tiles; tile++) {
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++, vector++) {
        for (let ky = 0; ky < kys; ky++) {
          const row = at(y.walk, r, c, ky, 0);
          if (row < 0 || row >= y.limit) continue;
          for (let kx = 0; kx < kxs; kx++) {
            const column = at(x.walk, r, c, ky, kx);
            if (column < 0 || column >= x.limit) continue;
            visit(vector * interval + ky * kxs + kx, at(activation.walk, r, c, ky, kx));
          }
        }
      }
    }
  }
}

/** The earliest start at which an operation never reads an image word before an unpausing loader has written it. */
function startBehindLoader(operation: LoweredOperation, interval: number, image: ImageLayout): number {
  let start = 0;
  eachImageRead(operation, interval, (cycle, word) => {
    start = Math.max(start, imageWordReady(image, word) - cycle);
  });
  return start;
}

/** Image words to wait for so that an operation starts at `start` or as soon after as a word has been written. */
function wordsToAwait(image: ImageLayout, start: number): number {
  let words = 1;
  while (words < imageWords(image) && imageWordReady(image, words - 1) < start) words++;
  return words;
}

/**
 * Pass: start, interval, drain and length of every operation. Cycle 0 is the first accepted input beat. An operation
 * starts as soon as the engine is free for it and what it reads is there, while the one before it still drains.
 */
export function time(
  operations: readonly LoweredOperation[],
  shape: EngineShape,
  image: ImageLayout,
  classes: number,
): ScheduledOperation[] {
  const inFlight = new InFlight(shape);
  const starts: number[] = [];
  const waits: number[] = [];
  const drains: number[] = [];
  let known = 0;
  operations.forEach((lowered, index) => {
    const before = operations[index - 1];
    let free = 0;
    if (before) {
      const last = starts[index - 1]!;
      free = inFlight.earliest(lowered, last + earliestAfter(shape, before, lowered));
      const lead = lowered.phase === 'inference' ? undefined : classLead(shape, lowered, classes);
      if (lead !== undefined) free = Math.max(free, known - lead);
      drains.push(free - last - issueCycles(shape, before));
    }
    const interval = intervalOf(shape, lowered);
    const fromImage = lowered.activation.source === 'input';
    const inputWords = fromImage ? wordsToAwait(image, startBehindLoader(lowered, interval, image)) : 0;
    const start = fromImage ? Math.max(free, imageWordReady(image, inputWords - 1)) : free;
    if (lowered.phase === 'inference') known = start + issueCycles(shape, lowered) + settleOf(shape, lowered);
    inFlight.settle(start);
    inFlight.add(lowered, start);
    starts.push(start);
    waits.push(inputWords);
  });
  return operations.map((lowered, index) => {
    const settle = settleOf(shape, lowered);
    const operation: Operation = {
      ...lowered,
      interval: intervalOf(shape, lowered),
      drain: drains[index] ?? Math.max(settle, fetchCycles - issueCycles(shape, lowered)),
      settle,
      inputWords: waits[index]!,
    };
    return {
      operation,
      start: starts[index]!,
      length: issueCycles(shape, lowered) + operation.drain,
    };
  });
}

/** Cycles of all intervals of an operation. */
function issueCycles(shape: EngineShape, operation: LoweredOperation): number {
  return vectorsOf(operation.counts) * intervalOf(shape, operation);
}

/** Cycles up to the results of the last inference operation, and from there to the end. */
export function cyclesOf(operations: readonly ScheduledOperation[]): Schedule['cycles'] {
  const settled = ({ start, length, operation }: ScheduledOperation) =>
    start + length - operation.drain + operation.settle;
  const last = operations.at(-1);
  const total = last ? last.start + last.length : 0;
  if (last?.operation.phase === 'inference') return { inference: total, explanation: 0 };
  const inference = operations.filter(({ operation }) => operation.phase === 'inference').map(settled);
  const known = Math.max(0, ...inference);
  return { inference: known, explanation: total - known };
}
