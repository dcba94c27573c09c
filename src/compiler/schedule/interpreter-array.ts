/** The interpreter's array: operands, products, accumulators. */
import { inner, type Memories, type Operand, outer } from './interpreter-memories.ts';
import { accumulateWindow } from './interpreter-window.ts';
import { type Operation, readsPort, readsTwoWords, slidesWindow } from './operation.ts';

/** Runs the reduction loops of one output vector into `accumulators`. */
export function accumulate(
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
  const halves = columns / rows;
  const classTile = Math.floor(memories.class / columns) * op.weights.classStride;
  // Where the class stands in the upper half of its tile, a one-hot operand's first step is an odd one.
  const classHalf = op.activation.source === 'oneHot' ? Math.floor(memories.class / rows) : 0;
  const inputsPerWord = readsTwoWords(op, schedule.shape) ? 2 : 1;
  const words = schedule.weightWords;
  const yBase = outer(op.y.walk, t, r, c);
  const xBase = outer(op.x.walk, t, r, c);
  const activationBase = outer(op.activation.walk, t, r, c);
  const weightBase = outer(op.weights.walk, t, r, c) + classTile;
  const portBase = outer(op.port.walk, t, r, c);
  const { operand } = memories;
  const second = readsPort(op) ? memories.activation : undefined;
  const isOpen = [true, true];

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
          readOperand(memories, op, isInside, address);
          const port = (portBase + inner(op.port.walk, p, ky, kx, i)) * rows;
          const weight = weightBase + inner(op.weights.walk, p, ky, kx, Math.floor(i / inputsPerWord));
          /** The column half whose turn it is, or by which the banks are exchanged. */
          const parity = (i + classHalf) % halves;
          if (slidesWindow(op)) {
            accumulateWindow(memories, op, { y, x, address, word: weight, parity }, accumulators);
            continue;
          }
          const { values, first } = operand;
          if (mode === 'port') {
            for (let row = 0; row < rows; row++)
              accumulators[0]! += values[first + row]! * second![port + row]!;
            continue;
          }
          const half = parity * rows;
          if (mode === 'diagonal') {
            for (let row = 0; row < rows; row++)
              accumulators[half + row]! += values[first + row]! * second![port + row]!;
            continue;
          }
          if (mode === 'winners') {
            for (let row = 0; row < rows; row++) {
              const isWinner = ((127 - weight - second![port + row]!) & 255) === 0;
              accumulators[half + row]! += isWinner ? values[first + row]! : op.padding;
            }
            continue;
          }
          if (mode === 'maximum') {
            // Until a step has been inside, any step counts.
            for (let row = 0; row < rows; row++) {
              const key = values[first + row]! * 256 + 255 - (weight & 255);
              const isLarger = values[first + row]! > accumulators[half + row]! >> 8;
              if (isOpen[half / rows] || isLarger) accumulators[half + row] = key;
            }
            if (isInside) isOpen[half / rows] = false;
            continue;
          }
          const [rowStep, columnStep] = mode === 'plain' ? [rows, 1] : [1, rows];
          for (let j = 0; j < halves; j++) {
            const word = mode === 'plain' ? weight : weight + j;
            const block = (word * halves + (j ^ parity)) * rows * rows;
            multiply(operand, words, block, rowStep, columnStep, rows, accumulators, j * rows);
          }
        }
      }
    }
  }
}

/**
 * Adds a block of R x R weights' products to the columns from `column` on: most of the interpreter's time, so four rows (of which every array has a
 * multiple) go at once.
 */
function multiply(
  { values, first }: Operand,
  words: Int8Array,
  block: number,
  rowStep: number,
  columnStep: number,
  rows: number,
  accumulators: Int32Array,
  column: number,
): void {
  for (let row = 0; row < rows; row += 4) {
    const a = values[first + row]!;
    const b = values[first + row + 1]!;
    const c = values[first + row + 2]!;
    const d = values[first + row + 3]!;
    let at = block + row * rowStep;
    for (let k = column; k < column + rows; k++, at += columnStep) {
      accumulators[k] =
        (accumulators[k]! +
          Math.imul(a, words[at]!) +
          Math.imul(b, words[at + rowStep]!) +
          Math.imul(c, words[at + 2 * rowStep]!) +
          Math.imul(d, words[at + 3 * rowStep]!)) |
        0;
    }
  }
}

/** Points the first operand at a memory word, padding, or one-hot of the class. */
function readOperand(memories: Memories, op: Operation, isInside: boolean, address: number): void {
  const { operand, constant } = memories;
  const { rows } = memories.schedule.shape;
  const { source } = op.activation;
  if (isInside && source !== 'oneHot') {
    operand.values = source === 'memory' ? memories.activation : memories.image;
    operand.first = address * rows;
    return;
  }
  operand.values = constant;
  operand.first = 0;
  if (source === 'memory') {
    constant.fill(op.padding);
  } else if (source === 'oneHot') {
    constant.fill(0);
    constant[memories.class % rows] = 1;
  } else {
    const { padding, channels, pack } = memories.schedule.image;
    constant.fill(0);
    for (let row = 0; row < pack * channels; row++) constant[row] = padding[row % channels]!;
  }
}
