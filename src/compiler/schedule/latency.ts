import type { EngineShape, ImageLayout, Operation } from './operation.ts';
import { stepsOf } from './walk.ts';

/** Cycles from issuing a step to its products standing in the accumulators. */
const accumulateLatency = 5;
/** Cycles from an accumulator leaving the array to its word standing in memory, beyond the output stage's steps. */
const outputLatency = 8;
/** Cycles from an accepted beat to the image word it completes being readable. */
const loaderLatency = 3;

/** Steps the output stage needs for one output vector. */
export function outputSteps(shape: EngineShape, operation: Pick<Operation, 'output' | 'counts'>): number {
  const { destination } = operation.output;
  if (destination === 'map' || destination === 'bias') return 1;
  if (destination === 'scores') return shape.columns;
  return shape.columns / shape.lanes;
}

/** Cycles per output vector. */
export function intervalOf(shape: EngineShape, operation: Pick<Operation, 'output' | 'counts'>): number {
  return Math.max(stepsOf(operation.counts), outputSteps(shape, operation));
}

/** Cycles from the end of the last interval to the next operation's first issue: every result is in memory by then. */
export function drainOf(shape: EngineShape, operation: Pick<Operation, 'output' | 'counts'>): number {
  return accumulateLatency + outputSteps(shape, operation) + outputLatency;
}

/** Cycle in which image word `word` can first be read, the input stream never pausing: one word per cycle at most. */
export function imageWordReady(layout: ImageLayout, word: number): number {
  const stride = layout.width + layout.padLeft;
  const row = Math.floor(word / stride);
  const last = Math.min(layout.width - 1, (word % stride) - layout.padLeft + layout.pack - 1);
  const bytes = (row * layout.width + last + 1) * layout.channels;
  return Math.max(Math.ceil(bytes / 4), word + 1) + loaderLatency;
}
