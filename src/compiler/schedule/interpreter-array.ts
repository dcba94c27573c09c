/** The interpreter's array: operands, products, accumulators. */
import { inner, type Memories, outer } from './interpreter-memories.ts';
import { accumulateWindow } from './interpreter-window.ts';
import { type Operation, readsPort, slidesWindow } from './operation.ts';

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
  // A one-hot row stands among R classes, a column among C.
  const classesPerTile = op.activation.source === 'oneHot' ? rows : columns;
  const classTile = Math.floor(memories.class / classesPerTile) * op.weights.classStride;
  const words = schedule.weightWords;
  const yBase = outer(op.y.walk, t, r, c);
  const xBase = outer(op.x.walk, t, r, c);
  const activationBase = outer(op.activation.walk, t, r, c);
  const weightBase = outer(op.weights.walk, t, r, c) + classTile;
  const portBase = outer(op.port.walk, t, r, c);
  const operand = new Int8Array(rows);
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
          readOperand(memories, op, isInside, address, operand);
          const port = (portBase + inner(op.port.walk, p, ky, kx, i)) * rows;
          const weight = weightBase + inner(op.weights.walk, p, ky, kx, i);
          if (slidesWindow(op)) {
            accumulateWindow(memories, op, { y, x, address, word: weight }, accumulators);
            continue;
          }
          if (mode === 'port') {
            for (let row = 0; row < rows; row++) accumulators[0]! += operand[row]! * second![port + row]!;
            continue;
          }
          // The column half whose turn it is.
          const half = (i % (columns / rows)) * rows;
          if (mode === 'diagonal') {
            for (let row = 0; row < rows; row++)
              accumulators[half + row]! += operand[row]! * second![port + row]!;
            continue;
          }
          if (mode === 'winners') {
            for (let row = 0; row < rows; row++) {
              const isWinner = ((127 - weight - second![port + row]!) & 255) === 0;
              accumulators[half + row]! += isWinner ? operand[row]! : op.padding;
            }
            continue;
          }
          if (mode === 'maximum') {
            // Until a step has been inside, any step counts.
            for (let row = 0; row < rows; row++) {
              const key = operand[row]! * 256 + 255 - (weight & 255);
              const isLarger = operand[row]! > accumulators[half + row]! >> 8;
              if (isOpen[half / rows] || isLarger) accumulators[half + row] = key;
            }
            if (isInside) isOpen[half / rows] = false;
            continue;
          }
          const word = weight * rows * columns;
          const [rowStep, columnStep] = mode === 'plain' ? [columns, 1] : [1, columns];
          for (let row = 0; row < rows; row++) {
            const a = operand[row]!;
            if (a === 0) continue;
            let at = word + row * rowStep;
            for (let k = 0; k < columns; k++, at += columnStep) accumulators[k]! += a * words[at]!;
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
