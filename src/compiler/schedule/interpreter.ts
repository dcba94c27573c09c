/**
 * The reference for engine operations: carries out a schedule on memories, exactly as `operation.ts` says, with the
 * arithmetic of `semantics.ts`. What it writes is what the RTL must write, port for port.
 */
import { maskBit, requantise, splitPlanes, wideValue } from '../quantize/semantics.ts';
import { loadImage } from './load-image.ts';
import type { ChannelParameters, Operation, Schedule, Walk } from './operation.ts';
import { vectorsOf } from './walk.ts';

/** Everything one operation wrote, in order. */
export interface OperationTrace {
  /** Activation words: address of each write, and R bytes each. */
  readonly addresses: Int32Array;
  readonly bytes: Int8Array;
  /** Mask words: address of each write, and C bits each, one byte per bit. */
  readonly maskAddresses: Int32Array;
  readonly maskBits: Uint8Array;
  /** Wide results in order: scores, map values or the bias register. */
  readonly wide: Int32Array;
}

export interface InterpreterResult {
  readonly scores: Int32Array;
  readonly class: number;
  readonly map: Int32Array;
  readonly operations: readonly OperationTrace[];
}

class Memories {
  readonly activation: Int8Array;
  readonly image: Int8Array;
  readonly mask: Uint8Array;
  readonly result: Int32Array;
  biasRegister = 0;
  class: number;
  best = -Infinity;

  constructor(
    readonly schedule: Schedule,
    pixels: Uint8Array | Int8Array,
    fixedClass: number | undefined,
  ) {
    const { depths, shape, image } = schedule;
    this.activation = new Int8Array(depths.activation * shape.rows);
    this.image = loadImage(image, shape.rows, pixels);
    this.mask = new Uint8Array(depths.mask * shape.columns);
    this.result = new Int32Array(depths.result);
    this.class = fixedClass ?? 0;
    this.fixed = fixedClass !== undefined;
  }
  readonly fixed: boolean;

  /** Running argmax: the first of the largest wins. */
  score(channel: number, value: number): void {
    this.result[channel] = value;
    if (channel === 0) this.best = -Infinity;
    if (value <= this.best) return;
    this.best = value;
    if (!this.fixed) this.class = channel;
  }
}

/** Value of a walk at the output levels (tile, row, column). */
const outer = ({ base, strides }: Walk, t: number, r: number, c: number) =>
  base + t * strides[0] + r * strides[1] + c * strides[2];
/** What the reduction levels (plane, ky, kx, input) add. */
const inner = ({ strides }: Walk, p: number, ky: number, kx: number, i: number) =>
  p * strides[3] + ky * strides[4] + kx * strides[5] + i * strides[6];

/** Runs the reduction loops of one output vector into `accumulators`. */
function accumulate(
  memories: Memories,
  op: Operation,
  t: number,
  r: number,
  c: number,
  accumulators: Int32Array,
) {
  const { schedule } = memories;
  const { rows, columns } = schedule.shape;
  const [, , , planes, kys, kxs, inputs] = op.counts;
  const { mode } = op.weights;
  const classTile =
    Math.floor(memories.class / (op.activation.source === 'oneHot' ? rows : columns)) *
    op.weights.classStride;
  const words = schedule.weightWords;
  const yBase = outer(op.y.walk, t, r, c);
  const xBase = outer(op.x.walk, t, r, c);
  const activationBase = outer(op.activation.walk, t, r, c);
  const weightBase = outer(op.weights.walk, t, r, c) + classTile;
  const portBase = outer(op.port.walk, t, r, c);
  const operand = new Int8Array(rows);

  accumulators.fill(0);
  for (let p = 0; p < planes; p++) {
    if (p === 1) for (let k = 0; k < columns; k++) accumulators[k]! <<= 8;
    for (let ky = 0; ky < kys; ky++) {
      for (let kx = 0; kx < kxs; kx++) {
        for (let i = 0; i < inputs; i++) {
          const y = yBase + inner(op.y.walk, p, ky, kx, i);
          const x = xBase + inner(op.x.walk, p, ky, kx, i);
          const isInside = y >= 0 && y < op.y.limit && x >= 0 && x < op.x.limit;
          const address = activationBase + inner(op.activation.walk, p, ky, kx, i);
          readOperand(memories, op, isInside, address, operand);
          if (mode === 'port') {
            const second = (portBase + inner(op.port.walk, p, ky, kx, i)) * rows;
            for (let row = 0; row < rows; row++)
              accumulators[0]! += operand[row]! * memories.activation[second + row]!;
            continue;
          }
          const word = (weightBase + inner(op.weights.walk, p, ky, kx, i)) * rows * columns;
          const [rowStep, columnStep] = mode === 'plain' ? [columns, 1] : [1, columns];
          for (let row = 0; row < rows; row++) {
            const a = operand[row]!;
            if (a === 0) continue;
            const at = word + row * rowStep;
            for (let k = 0; k < columns; k++) accumulators[k]! += a * words[at + k * columnStep]!;
          }
        }
      }
    }
  }
}

/** First operand: a memory word, padding, or one-hot of the class. */
function readOperand(
  memories: Memories,
  op: Operation,
  isInside: boolean,
  address: number,
  operand: Int8Array,
) {
  const { rows } = memories.schedule.shape;
  const { source } = op.activation;
  if (source === 'oneHot') {
    operand.fill(0);
    operand[memories.class % rows] = 1;
  } else if (source === 'memory' && !isInside) {
    operand.fill(op.padding);
  } else if (source === 'memory') {
    operand.set(memories.activation.subarray(address * rows, (address + 1) * rows));
  } else if (isInside) {
    operand.set(memories.image.subarray(address * rows, (address + 1) * rows));
  } else {
    const { padding, channels, pack } = memories.schedule.image;
    operand.fill(0);
    for (let row = 0; row < pack * channels; row++) operand[row] = padding[row % channels]!;
  }
}

/** Residual of one element, its zero point subtracted. */
function residualAt(memories: Memories, op: Operation, address: number, channel: number): number {
  const { rows } = memories.schedule.shape;
  const at = (address + Math.floor(channel / rows)) * rows + (channel % rows);
  const high = memories.activation[at]!;
  if (op.port.planes === 1) return high - op.port.zeroPoint;
  return high * 256 + memories.activation[at + op.port.planeStride * rows]! - op.port.zeroPoint;
}

/** Growing record of one operation's writes. */
class Recorder {
  addresses: number[] = [];
  bytes: number[] = [];
  maskAddresses: number[] = [];
  maskBits: number[] = [];
  wide: number[] = [];

  done(): OperationTrace {
    return {
      addresses: Int32Array.from(this.addresses),
      bytes: Int8Array.from(this.bytes),
      maskAddresses: Int32Array.from(this.maskAddresses),
      maskBits: Uint8Array.from(this.maskBits),
      wide: Int32Array.from(this.wide),
    };
  }
}

/** The output stage for one output vector. */
function finish(
  memories: Memories,
  op: Operation,
  t: number,
  r: number,
  c: number,
  sums: Int32Array,
  log: Recorder,
) {
  const { schedule } = memories;
  const { rows, columns, lanes } = schedule.shape;
  const { output, mask } = op;
  const parameterOf = (column: number): ChannelParameters =>
    output.classColumn
      ? schedule.parameters[output.parameters * lanes + memories.class]!
      : schedule.parameters[output.parameters * lanes + t * columns + column]!;
  const hasResidual = op.port.planes > 0 && op.weights.mode !== 'port';
  const residualAddress = outer(op.port.walk, t, r, c);

  /** One column through the output stage: its wide value and its result. */
  const stage = (column: number) => {
    const parameters = parameterOf(column);
    // Written out: spreading the parameters makes this the slowest line of the interpreter.
    const input = {
      accumulator: sums[column]!,
      bias: output.biasRegister ? memories.biasRegister : parameters.bias,
      multiplier: parameters.multiplier,
      shift: parameters.shift,
      residual: hasResidual ? residualAt(memories, op, residualAddress, column) : 0,
      residualMultiplier: parameters.residualMultiplier,
      residualShift: parameters.residualShift,
    };
    return { wide: wideValue(input), q: requantise(input, output.zeroPoint, output.lower, output.upper) };
  };

  const address = outer(output.walk, t, r, c);
  const valid = Math.min(columns, output.channels - t * columns);
  if (output.destination === 'bias') {
    memories.biasRegister = (sums[0]! + parameterOf(0).bias) | 0;
    log.wide.push(memories.biasRegister);
    return;
  }
  if (output.destination === 'map') {
    const { q } = stage(output.classColumn ? memories.class % columns : 0);
    memories.result[schedule.classes + address] = q;
    log.wide.push(q);
    return;
  }
  if (output.destination === 'scores') {
    for (let column = 0; column < valid; column++) {
      const { q } = stage(column);
      memories.score(address + column, q);
      log.wide.push(q);
    }
    return;
  }

  const maskBase = outer(mask.walk, t, r, c) * columns;
  const bits = new Uint8Array(columns);
  const values = new Int32Array(columns);
  // Columns beyond the channels are written as 0.
  for (let column = 0; column < valid; column++) {
    const { wide, q } = stage(column);
    bits[column] = maskBit(wide, q, mask.upper);
    values[column] = mask.mode === 'read' && memories.mask[maskBase + column] === 0 ? 0 : q;
  }
  if (mask.mode === 'write') {
    memories.mask.set(bits, maskBase);
    log.maskAddresses.push(maskBase / columns);
    log.maskBits.push(...bits);
  }
  const usedWords = Math.ceil(valid / rows);
  for (let plane = 0; plane < output.planes; plane++) {
    for (let word = 0; word < usedWords; word++) {
      const at = address + plane * output.planeStride + word;
      const bytes = new Int8Array(rows);
      for (let row = 0; row < rows; row++) {
        const value = values[word * rows + row]!;
        const { high, low } = splitPlanes(value);
        bytes[row] = output.planes === 1 ? value : plane === 0 ? high : low;
      }
      memories.activation.set(bytes, at * rows);
      log.addresses.push(at);
      for (const byte of bytes) log.bytes.push(byte);
    }
  }
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
