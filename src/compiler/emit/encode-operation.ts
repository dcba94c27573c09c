/**
 * Encoding of the schedule into records of the control ROM.
 *
 * A record has 1280 bits (20 words of 64 bits). The tables below give every field's name and width, lowest bits
 * first; `src/rtl/camber_operation_fields.v` and `camber_header_fields.v` take records apart by the same tables (a
 * test compares them).
 */
import { fail } from '../diagnostics.ts';
import { multiplierBits } from '../quantize/semantics.ts';
import {
  type EngineShape,
  levels,
  type Operation,
  type PerLevel,
  readsPort,
  readsWeights,
  type Schedule,
  type Walk,
  weightCounts,
} from '../schedule/operation.ts';
import { stepsOf, walkRange } from '../schedule/walk.ts';

export const recordBits = 1280;
export const romWordBits = 64;
/** ROM words per record. */
export const recordWords = recordBits / romWordBits;

type FieldTable = readonly (readonly [name: string, bits: number])[];

const addressBits = 16;
const coordinateBits = 12;
const countBits = 12;

/** Fields of an operation's record. A walk is its base, then the delta of each level, outermost first. */
export const operationFields = [
  ['last_operation', 1],
  ['counts', 7 * countBits],
  ['bubbles', 16],
  ['drain', 12],
  ['input_words', 16],
  ['source', 2],
  ['weight_mode', 3],
  ['padding', 8],
  ['activation_walk', 8 * addressBits],
  ['y_walk', 8 * coordinateBits],
  ['y_limit', coordinateBits],
  ['x_walk', 8 * coordinateBits],
  ['x_limit', coordinateBits],
  ['weight_walk', 8 * addressBits],
  ['class_stride', 16],
  ['port_walk', 8 * addressBits],
  ['residual_planes', 2],
  ['residual_plane_stride', 16],
  ['residual_zero_point', 16],
  ['destination', 2],
  ['output_walk', 4 * addressBits],
  ['output_wide', 1],
  ['output_plane_stride', 16],
  ['output_channels', 16],
  ['parameters', 16],
  ['class_column', 1],
  ['bias_from_register', 1],
  ['zero_point', 16],
  ['lower', 32],
  ['upper', 32],
  ['mask_mode', 2],
  ['mask_walk', 4 * addressBits],
  ['mask_upper', 32],
  ['closes_inference', 1],
  ['settle', 12],
  ['slope', 1],
  ['lookup', 1],
  ['table_number', 8],
  ['side', 1],
  ['side_residual', 1],
  ['side_offset', 16],
  ['side_parameters', 16],
  ['side_zero_point', 8],
] as const satisfies FieldTable;

/** Fields of the header, the ROM's first record. */
export const headerFields = [
  ['build_id', 32],
  ['classes', 16],
  ['map_values', 16],
  ['class_fixed', 1],
  ['class_index', 12],
  ['image_beats', 24],
  ['image_width', 12],
  ['image_last_row', 12],
  ['image_first_tick', 12],
  ['image_last_tick', 12],
  ['image_channels', 3],
  ['image_insert', 6],
  ['image_unsigned', 1],
  ['image_padding', 32],
  ['image_pattern', 256],
] as const satisfies FieldTable;

type FieldName<T extends FieldTable> = T[number][0];
type FieldValues<T extends FieldTable> = Readonly<Record<FieldName<T>, number | bigint>>;

/** Codes of the operation's choices, in the order in which the RTL numbers them. */
const sources = ['memory', 'input', 'oneHot'] as const;
export const weightModes = [
  'plain',
  'transposed',
  'port',
  'diagonal',
  'maximum',
  'winners',
  'window',
  'stridedWindow',
] as const;
const destinations = ['activation', 'scores', 'map', 'bias'] as const;
const maskModes = ['none', 'write', 'read'] as const;

function tooLarge(what: string, value: number | bigint, bits: number): never {
  fail(
    'CAM501',
    `${what} is ${value}, beyond the ${bits} bits it has in the control ROM.`,
    'Use a larger array, or a smaller input or network.',
  );
}

/** An address difference as the hardware adds it. */
const wrapped = (difference: number) => BigInt.asUintN(addressBits, BigInt(difference));

/** Puts fields into a record. Throws CAM501 where a value does not fit its field (negative values in two's complement). */
export function packFields<T extends FieldTable>(table: T, values: FieldValues<T>, where: string): bigint {
  let record = 0n;
  let position = 0n;
  for (const [name, bits] of table) {
    const value = BigInt(values[name as FieldName<T>]);
    const size = 1n << BigInt(bits);
    if (value >= size || value < -(size >> 1n)) tooLarge(`${where}: ${name}`, value, bits);
    record |= (value & (size - 1n)) << position;
    position += BigInt(bits);
  }
  return record;
}

/** Numbers of equal width side by side in two's complement, the first one lowest. */
function packVector(values: readonly number[], bits: number): bigint {
  return values.reduce(
    (packed, value, i) => packed | (BigInt.asUintN(bits, BigInt(value)) << BigInt(i * bits)),
    0n,
  );
}

/**
 * What the hardware adds to a walk when a level steps while all levels inside it return to zero, outermost first.
 * Levels that never step (count 1) get 0.
 */
export function walkDeltas({ strides }: Walk, counts: PerLevel): number[] {
  let inner = 0;
  const deltas = new Array<number>(levels.length).fill(0);
  for (let level = levels.length - 1; level >= 0; level--) {
    if (counts[level]! > 1) deltas[level] = strides[level]! - inner;
    inner += (counts[level]! - 1) * strides[level]!;
  }
  return deltas;
}

/** A walk's fields: base and deltas. They wrap modulo their width while it walks, so only its values must fit. */
function packWalk(walk: Walk, counts: PerLevel, bits: number, used: number = levels.length): bigint {
  return packVector([walk.base, ...walkDeltas(walk, counts).slice(0, used)], bits);
}

function addressWalk(walk: Walk, counts: PerLevel, what: string, used?: number): bigint {
  const [low, high] = walkRange(walk, counts);
  if (low < 0) tooLarge(what, low, addressBits);
  if (high >= 2 ** addressBits) tooLarge(what, high, addressBits);
  return packWalk(walk, counts, addressBits, used);
}

function coordinateWalk(walk: Walk, counts: PerLevel, what: string): bigint {
  const [low, high] = walkRange(walk, counts);
  const limit = 2 ** (coordinateBits - 1);
  if (low < -limit) tooLarge(what, low, coordinateBits);
  if (high >= limit) tooLarge(what, high, coordinateBits);
  return packWalk(walk, counts, coordinateBits);
}

/** Loop counts minus one. */
function packCounts(counts: PerLevel, what: string): bigint {
  const largest = Math.max(...counts);
  if (largest > 2 ** countBits) tooLarge(what, largest, countBits);
  return packVector(
    counts.map((count) => count - 1),
    countBits,
  );
}

/** Where an operation stands in its schedule. */
interface OperationPlace {
  readonly isLast: boolean;
  /** The last one of inference, where an explanation follows: its results are the scores. */
  readonly closesInference: boolean;
}

/** The record of one operation. Throws CAM501 where it is too large for the hardware's counters and addresses. */
function encodeOperation(
  operation: Operation,
  shape: EngineShape,
  { isLast, closesInference }: OperationPlace,
): bigint {
  const { counts, activation, y, x, weights, port, output, side, mask } = operation;
  const where = `Operation of layer ${operation.layer}`;
  const isOperand = readsPort(operation);
  const hasResidual = port.planes > 0 && !isOperand;
  return packFields(
    operationFields,
    {
      last_operation: isLast ? 1 : 0,
      counts: packCounts(counts, `${where}: loop count`),
      bubbles: operation.interval - stepsOf(counts),
      drain: operation.drain - 1,
      input_words: operation.inputWords,
      source: sources.indexOf(activation.source),
      weight_mode: weightModes.indexOf(weights.mode),
      padding: operation.padding,
      // Its address may leave the tensor, and even the memory, wherever padding is read instead.
      activation_walk: packWalk(activation.walk, counts, addressBits),
      y_walk: coordinateWalk(y.walk, counts, `${where}: y`),
      y_limit: y.limit,
      x_walk: coordinateWalk(x.walk, counts, `${where}: x`),
      x_limit: x.limit,
      // Without weights the walk numbers the steps of a window.
      weight_walk: readsWeights(operation)
        ? addressWalk(weights.walk, weightCounts(operation, shape), `${where}: weight address`)
        : packWalk(weights.walk, counts, addressBits),
      class_stride: weights.classStride,
      // Like the first operand's, its address may be anywhere where the step is outside the window.
      port_walk: isOperand
        ? packWalk(port.walk, counts, addressBits)
        : hasResidual
          ? addressWalk(port.walk, counts, `${where}: port address`)
          : 0n,
      residual_planes: hasResidual ? port.planes : 0,
      residual_plane_stride: hasResidual ? port.planeStride : 0,
      residual_zero_point: hasResidual ? port.zeroPoint : 0,
      destination: destinations.indexOf(output.destination),
      output_walk:
        output.destination === 'bias' ? 0n : addressWalk(output.walk, counts, `${where}: output address`, 3),
      output_wide: output.planes === 2 ? 1 : 0,
      // The low plane may lie anywhere: the addition wraps.
      output_plane_stride: output.planes === 2 ? output.planeStride & (2 ** addressBits - 1) : 0,
      output_channels: output.channels,
      parameters: output.parameters,
      class_column: output.classColumn ? 1 : 0,
      bias_from_register: output.biasRegister ? 1 : 0,
      zero_point: output.zeroPoint,
      lower: output.lower,
      upper: output.upper,
      mask_mode: maskModes.indexOf(mask.mode),
      mask_walk: mask.mode === 'none' ? 0n : addressWalk(mask.walk, counts, `${where}: mask address`, 3),
      mask_upper: mask.upper,
      closes_inference: closesInference ? 1 : 0,
      settle: operation.settle - 1,
      slope: output.slope ? 1 : 0,
      lookup: output.table === undefined ? 0 : 1,
      table_number: output.table ?? 0,
      side: side ? 1 : 0,
      side_residual: side?.residual ? 1 : 0,
      // Both are added to the operation's own, modulo their width.
      side_offset: wrapped(side?.offset ?? 0),
      side_parameters: wrapped(side ? side.parameters - output.parameters : 0),
      side_zero_point: side?.zeroPoint ?? 0,
    },
    where,
  );
}

/** What the header tells beyond the schedule. */
export interface BuildOptions {
  /** 32 bits that identify the build; read back from the `build_id` register. */
  readonly buildId: number;
  /** Reset value of the class select register: a fixed class, or argmax where absent. */
  readonly fixedClass?: number;
}

/** The header record: sizes, class selection, image layout. */
function encodeHeader({ shape, image, classes, mapValues }: Schedule, options: BuildOptions): bigint {
  const { width, height, channels, pack, padLeft, padding } = image;
  return packFields(
    headerFields,
    {
      build_id: options.buildId >>> 0,
      classes,
      map_values: mapValues,
      class_fixed: options.fixedClass === undefined ? 0 : 1,
      class_index: options.fixedClass ?? 0,
      image_beats: Math.ceil((width * height * channels) / 4),
      image_width: width,
      image_last_row: height - 1,
      image_first_tick: pack - 1 - padLeft,
      image_last_tick: width + pack - 2,
      image_channels: channels,
      image_insert: (pack - 1) * channels,
      image_unsigned: image.unsigned ? 1 : 0,
      image_padding: packVector(padding, 8),
      image_pattern: packVector(
        Array.from({ length: shape.rows }, (_, row) =>
          row < pack * channels ? padding[row % channels]! : 0,
        ),
        8,
      ),
    },
    'Header',
  );
}

/** All records of the control ROM: header, then the operations in order. */
export function encodeSchedule(schedule: Schedule, options: BuildOptions): bigint[] {
  const { operations, shape } = schedule;
  const closing = operations.findLastIndex(({ operation }) => operation.phase === 'inference');
  return [
    encodeHeader(schedule, options),
    ...operations.map(({ operation }, i) => {
      const isLast = i === operations.length - 1;
      return encodeOperation(operation, shape, { isLast, closesInference: i === closing && !isLast });
    }),
  ];
}

/** Lanes of the requantiser, lowest bits first (`camber_output_stage.v`): one channel's parameters. */
export const parameterFields = [
  ['bias', 32],
  ['multiplier', multiplierBits],
  ['shift_minus_1', 6],
  ['residual_multiplier', multiplierBits],
  ['residual_shift', 4],
] as const satisfies FieldTable;
