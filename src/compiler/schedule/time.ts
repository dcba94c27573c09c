import { imageWords } from './image-layout.ts';
import { drainOf, imageWordReady, intervalOf } from './timing.ts';
import type { LoweredOperation } from './lowering.ts';
import type { EngineShape, ImageLayout, Operation, ScheduledOperation } from './operation.ts';
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

/** Pass: start, interval, drain and length of every operation. Cycle 0 is the first accepted input beat. */
export function time(
  operations: readonly LoweredOperation[],
  shape: EngineShape,
  image: ImageLayout,
): ScheduledOperation[] {
  const scheduled: ScheduledOperation[] = [];
  let next = 0;
  for (const lowered of operations) {
    const interval = intervalOf(shape, lowered);
    const drain = drainOf(shape, lowered);
    const fromImage = lowered.activation.source === 'input';
    const inputWords = fromImage ? wordsToAwait(image, startBehindLoader(lowered, interval, image)) : 0;
    const start = fromImage ? Math.max(next, imageWordReady(image, inputWords - 1)) : next;
    const length = vectorsOf(lowered.counts) * interval + drain;
    const operation: Operation = { ...lowered, interval, drain, inputWords };
    scheduled.push({ operation, start, length });
    next = start + length;
  }
  return scheduled;
}
