/**
 * Timing of the engine, cycle by cycle, as the RTL in `src/rtl` behaves: the schedule's figures come from here, and
 * the test bench checks every one of them. Cycle 0 is the cycle in which the first input beat is accepted; cycles in
 * which the input stream keeps the engine waiting are not counted.
 */
import type { EngineShape, ImageLayout, Operation } from './operation.ts';
import { stepsOf, vectorsOf } from './walk.ts';

/** What the timing of an operation depends on. */
export type TimedOperation = Pick<Operation, 'counts' | 'port' | 'weights' | 'output'>;

/** Cycles from taking one record of the control ROM to having the next one (`camber_fetch.v`): no operation is shorter. */
export const fetchCycles = 23;

/** Cycles from the output stage's step to the write it causes (`camber_output_stage.v`). */
const writeLatency = 11;

/** Cycles beyond the last write until what depends on it may issue: the map's counts as sent, the class is decided. */
const settling = { activation: 0, bias: 0, map: 1, scores: 2 } as const;

/** Register stages of a column's adder tree, which sums four values per stage (`camber_column.v`). */
export function treeStages({ rows }: EngineShape): number {
  return Math.ceil(Math.log2(rows) / 2);
}

/** Cycles from a vector's last reduction step to the output stage's first step (`camber_engine.v`). */
export function arrayLatency(shape: EngineShape): number {
  return 7 + treeStages(shape);
}

/** Steps of the output stage per output vector: lane groups (twice with a residual), or single wide columns. */
export function outputSteps(
  { columns, lanes }: EngineShape,
  { output, port, weights }: TimedOperation,
): number {
  if (output.destination === 'map' || output.destination === 'bias') return 1;
  if (output.destination === 'scores') return columns;
  const hasResidual = port.planes > 0 && weights.mode !== 'port';
  return (columns / lanes) * (hasResidual ? 2 : 1);
}

/** Activation words that one output vector takes at most: C / R per plane. */
function wordsPerVector({ rows, columns }: EngineShape, { output }: TimedOperation): number {
  return output.destination === 'activation' ? (columns / rows) * output.planes : 1;
}

/** Cycles per output vector: the longest of reduction, output stage and write port. */
export function intervalOf(shape: EngineShape, operation: TimedOperation): number {
  return Math.max(stepsOf(operation.counts), outputSteps(shape, operation), wordsPerVector(shape, operation));
}

/** Idle cycles between the operation's last interval and the next operation's first issue: all results are in place by then. */
export function drainOf(shape: EngineShape, operation: TimedOperation): number {
  const interval = intervalOf(shape, operation);
  const steps = stepsOf(operation.counts);
  const firstWrite = arrayLatency(shape) + outputSteps(shape, operation) - 1 + writeLatency;
  const lastWrite = firstWrite + wordsPerVector(shape, operation) - 1;
  const drain = lastWrite - (interval - steps) - 1 + settling[operation.output.destination];
  return Math.max(1, drain, fetchCycles - vectorsOf(operation.counts) * interval);
}

/**
 * Cycle in which image word `word` is written, the input stream having a beat in every cycle (`camber_input_stage.v`):
 * one pixel enters per cycle from cycle 1 on, pack - 1 padding pixels follow each row, a word is written a cycle later.
 */
export function imageWordWritten({ width, padLeft, pack }: ImageLayout, word: number): number {
  const stride = width + padLeft;
  const row = Math.floor(word / stride);
  const tick = row * (width + pack - 1) + (word % stride) - padLeft + pack - 1;
  return tick + 2;
}

/** First issue of an operation that waits for image word `word` (and those before it). */
export function imageWordReady(layout: ImageLayout, word: number): number {
  return imageWordWritten(layout, word) + 2;
}
