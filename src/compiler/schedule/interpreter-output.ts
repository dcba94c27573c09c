/** The interpreter's output stage, and the record of what it writes. */
import {
  maskBit,
  requantise,
  signedMultiplier,
  splitPlanes,
  toByte,
  wideValue,
} from '../quantize/semantics.ts';
import { type Memories, outer } from './interpreter-memories.ts';
import { type ChannelParameters, type Operation, readsPort } from './operation.ts';
import { Growing } from './growing.ts';
import { tableEntries } from './table-layout.ts';

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

/** Residual of one element, its zero point subtracted. */
function residualAt(memories: Memories, op: Operation, address: number, channel: number): number {
  const { rows } = memories.schedule.shape;
  const at = (address + Math.floor(channel / rows)) * rows + (channel % rows);
  const high = memories.activation[at]!;
  if (op.port.planes === 1) return high - op.port.zeroPoint;
  return high * 256 + memories.activation[at + op.port.planeStride * rows]! - op.port.zeroPoint;
}

/** Growing record of one operation's writes. */
export class Recorder {
  readonly addresses = new Growing(Int32Array);
  readonly bytes = new Growing(Int8Array);
  readonly maskAddresses = new Growing(Int32Array);
  readonly maskBits = new Growing(Uint8Array);
  readonly wide = new Growing(Int32Array);

  done(): OperationTrace {
    return {
      addresses: this.addresses.taken(),
      bytes: this.bytes.taken(),
      maskAddresses: this.maskAddresses.taken(),
      maskBits: this.maskBits.taken(),
      wide: this.wide.taken(),
    };
  }
}

/** The output stage for one output vector. */
export function finish(
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
  const hasResidual = op.port.planes > 0 && !readsPort(op);
  const residualAddress = outer(op.port.walk, t, r, c);

  // Written out: spreading the parameters makes this the slowest line of the interpreter.
  const stageInput = (column: number, parameters: ChannelParameters, addsResidual: boolean) => ({
    accumulator: sums[column]!,
    bias: output.biasRegister ? memories.biasRegister : parameters.bias,
    multiplier: parameters.multiplier,
    shift: parameters.shift,
    residual: addsResidual ? residualAt(memories, op, residualAddress, column) : 0,
    residualMultiplier: parameters.residualMultiplier,
    residualShift: parameters.residualShift,
  });

  /** One column through the output stage: its wide value, its result and whether it took the slope. */
  const stage = (column: number, isFlat?: boolean) => {
    const parameters = parameterOf(column);
    const input = stageInput(column, parameters, hasResidual);
    const onSlope = output.slope && (isFlat ?? input.accumulator + input.bias <= 0);
    if (onSlope) input.multiplier = signedMultiplier(parameters.residualMultiplier);
    const q = requantise(input, output.zeroPoint, output.lower, output.upper);
    return { wide: wideValue(input), q, onSlope };
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
    const isFlat = mask.mode === 'read' ? memories.mask[maskBase + column] === 0 : undefined;
    const { wide, q, onSlope } = stage(column, isFlat);
    bits[column] = onSlope ? 0 : maskBit(wide, q, mask.upper);
    const looked = output.table === undefined ? q : schedule.tables[output.table * tableEntries + q + 128]!;
    values[column] = isFlat && !output.slope ? 0 : looked;
  }
  if (mask.mode === 'write') {
    memories.mask.set(bits, maskBase);
    log.maskAddresses.push(maskBase / columns);
    for (const bit of bits) log.maskBits.push(bit);
  }
  const usedWords = Math.ceil(valid / rows);
  const write = (at: number, byteOf: (column: number) => number) => {
    log.addresses.push(at);
    for (let row = 0; row < rows; row++) {
      const byte = byteOf(row);
      memories.activation[at * rows + row] = byte;
      log.bytes.push(byte);
    }
  };
  for (let plane = 0; plane < output.planes; plane++) {
    for (let word = 0; word < usedWords; word++) {
      write(address + plane * output.planeStride + word, (row) => {
        const value = values[word * rows + row]!;
        if (output.planes === 1) return value;
        const { high, low } = splitPlanes(value);
        return plane === 0 ? toByte(high) : low;
      });
    }
  }
  const { side } = op;
  if (!side) return;
  const sideValues = new Int32Array(columns);
  for (let column = 0; column < valid; column++) {
    const parameters = schedule.parameters[side.parameters * lanes + t * columns + column]!;
    const input = stageInput(column, parameters, side.residual);
    sideValues[column] = requantise(input, side.zeroPoint, -128, 127);
  }
  for (let word = 0; word < usedWords; word++)
    write(address + side.offset + word, (row) => sideValues[word * rows + row]!);
}
