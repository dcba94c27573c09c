/**
 * Timing of the engine, cycle by cycle, as the RTL in `src/rtl` behaves: the schedule's figures come from here, and
 * the test bench checks every one of them. Cycle 0 is the cycle in which the first input beat is accepted; cycles in
 * which the input stream keeps the engine waiting are not counted.
 */
import { type EngineShape, type ImageLayout, type Operation, readsPort } from './operation.ts';
import { stepsOf, vectorsOf } from './walk.ts';

/** What the timing of an operation depends on. */
export type TimedOperation = Pick<Operation, 'counts' | 'port' | 'weights' | 'output' | 'side'>;

/** Cycles from taking one record of the control ROM to having the next one (`camber_fetch.v`): no operation is shorter. */
export const fetchCycles = 23;

/** Cycles from the output stage's step to the write it causes (`camber_output_stage.v`). */
export const writeLatency = 11;

/** Cycles beyond the last write until what depends on it may issue: the map's counts as sent, the class is decided. */
const settling = { activation: 0, bias: 0, map: 1, scores: 2 } as const;

/** Register stages of a column's adder tree, which sums four values per stage (`camber_column.v`). */
function treeStages({ rows }: EngineShape): number {
  return Math.ceil(Math.log2(rows) / 2);
}

/** Cycles from a vector's last reduction step to the output stage's first step (`camber_engine.v`). */
export function arrayLatency(shape: EngineShape): number {
  return 7 + treeStages(shape);
}

/** True where the second activation port reads residual words. */
function hasResidual(operation: Pick<TimedOperation, 'port' | 'weights'>): boolean {
  return operation.port.planes > 0 && !readsPort(operation);
}

/** Steps of the output stage for a vector's own result: lane groups (twice with a residual), or single wide columns. */
export function mainSteps({ columns, lanes }: EngineShape, operation: TimedOperation): number {
  const { output } = operation;
  if (output.destination === 'map' || output.destination === 'bias') return 1;
  if (output.destination === 'scores') return columns;
  return (columns / lanes) * (hasResidual(operation) ? 2 : 1);
}

/** Steps of the output stage per output vector, those of a side output included. */
export function outputSteps(shape: EngineShape, operation: TimedOperation): number {
  const { side } = operation;
  const groups = shape.columns / shape.lanes;
  return mainSteps(shape, operation) + (side ? groups * (side.residual ? 2 : 1) : 0);
}

/** Activation words that one output vector takes at most: C / R per plane. */
function wordsPerVector({ rows, columns }: EngineShape, { output, side }: TimedOperation): number {
  return output.destination === 'activation' ? (columns / rows) * (output.planes + (side ? 1 : 0)) : 1;
}

/** Activation words that a vector of a tile writes, one per cycle in this order, as offsets to the vector's address. */
export function writesOf({ rows, columns }: EngineShape, { output }: TimedOperation, tile: number): number[] {
  const words = Math.ceil(Math.min(columns, output.channels - tile * columns) / rows);
  const offsets: number[] = [];
  for (let plane = 0; plane < output.planes; plane++)
    for (let word = 0; word < words; word++) offsets.push(plane * output.planeStride + word);
  return offsets;
}

/** Cycles per output vector: the longest of reduction, output stage and write port. */
export function intervalOf(shape: EngineShape, operation: TimedOperation): number {
  return Math.max(stepsOf(operation.counts), outputSteps(shape, operation), wordsPerVector(shape, operation));
}

/** Cycles from an operation's first issue to the output stage's first step for its first vector. */
export function firstOutputStep(shape: EngineShape, { counts }: TimedOperation): number {
  return stepsOf(counts) - 1 + arrayLatency(shape);
}

/** Cycles from an operation's first issue to the first word its first vector writes (and to its mask word). */
export function firstWrite(shape: EngineShape, operation: TimedOperation): number {
  return firstOutputStep(shape, operation) + mainSteps(shape, operation) - 1 + writeLatency;
}

/** The same for the first word of the side output. */
export function firstSideWrite(shape: EngineShape, operation: TimedOperation): number {
  return firstOutputStep(shape, operation) + outputSteps(shape, operation) - 1 + writeLatency;
}

/** Cycles from the operation's last interval until everything it writes is in place. */
export function settleOf(shape: EngineShape, operation: TimedOperation): number {
  const words = wordsPerVector(shape, operation);
  const lastWrite = operation.side
    ? firstSideWrite(shape, operation) + words / 2 - 1
    : firstWrite(shape, operation) + words - 1;
  const settle = lastWrite - intervalOf(shape, operation) + settling[operation.output.destination];
  return Math.max(1, settle);
}

/** Idle cycles that the operands of a step need before the next operation's fields may take over (`camber_operands.v`). */
const operandLatency = 3;

/**
 * Cycles from the output stage's last step of one operation to its first step of the next: until then the first one's
 * fields are in use (`camber_output_stage.v`).
 */
const outputFieldsHeld = 13;

/**
 * Cycles by which one operation's first issue must follow that of the one before it, so that the engine is free: the
 * operands, the second activation port, the fields of the output stage and the fetched record each belong to one operation at a time.
 */
export function earliestAfter(shape: EngineShape, before: TimedOperation, next: TimedOperation): number {
  const issued = vectorsOf(before.counts) * intervalOf(shape, before);
  const lastStep =
    (vectorsOf(before.counts) - 1) * intervalOf(shape, before) +
    firstOutputStep(shape, before) +
    outputSteps(shape, before) -
    1;
  return Math.max(
    issued + operandLatency,
    lastStep + outputFieldsHeld - firstOutputStep(shape, next),
    // The second activation port reads residuals until then.
    hasResidual(before) && readsPort(next) ? lastStep : 0,
    // The output stage takes its fields a cycle before its first step's vector begins.
    firstOutputStep(shape, before) - 1,
    fetchCycles,
  );
}

/** How an operation depends on the class, which is decided when the scores have settled. */
export type ClassUse = Pick<Operation, 'activation' | 'weights' | 'output'>;

/** Cycles before the class is decided by which an operation may issue; undefined where it does not need the class. */
export function classLead(
  shape: EngineShape,
  operation: TimedOperation & ClassUse,
  classes: number,
): number | undefined {
  const isOneHot = operation.activation.source === 'oneHot';
  // The class's tile sets the address, and its half the parity of a one-hot operand's step.
  if (operation.weights.classStride !== 0 && classes > shape.columns) return 0;
  if (isOneHot && shape.columns > shape.rows && classes > shape.rows) return 0;
  if (isOneHot) return operandLatency;
  return operation.output.classColumn ? firstOutputStep(shape, operation) : undefined;
}

/**
 * Cycle in which image word `word` is written, the input stream having a beat in every cycle (`camber_input_stage.v`):
 * one pixel enters per cycle from cycle 1 on, pack - 1 padding pixels follow each row, a word is written a cycle later.
 */
function imageWordWritten({ width, padLeft, pack }: ImageLayout, word: number): number {
  const stride = width + padLeft;
  const row = Math.floor(word / stride);
  const tick = row * (width + pack - 1) + (word % stride) - padLeft + pack - 1;
  return tick + 2;
}

/** First issue of an operation that waits for image word `word` (and those before it). */
export function imageWordReady(layout: ImageLayout, word: number): number {
  return imageWordWritten(layout, word) + 2;
}
