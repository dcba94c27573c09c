import {
  type EngineShape,
  type Operation,
  readsPort,
  readsWeights,
  type Walk,
} from '../schedule/operation.ts';
import { stepsOf, vectorsOf } from '../schedule/walk.ts';

/** Bytes an operation moves through the engine's memory ports. */
export interface Traffic {
  readonly read: number;
  readonly written: number;
}

/** How many turns of an output loop and a tap loop land inside 0 ... limit - 1. */
function insideTurns(
  window: { walk: Walk; limit: number },
  outer: 1 | 2,
  tap: 4 | 5,
  counts: Operation['counts'],
) {
  const { base, strides } = window.walk;
  let inside = 0;
  for (let o = 0; o < counts[outer]; o++) {
    for (let t = 0; t < counts[tap]; t++) {
      const value = base + o * strides[outer] + t * strides[tap];
      if (value >= 0 && value < window.limit) inside++;
    }
  }
  return inside;
}

/** Bytes read (activations inside the window, weights, residuals, masks, parameters not) and written. */
export function traffic(operation: Operation, shape: EngineShape): Traffic {
  const { counts, activation, port, output, side, mask } = operation;
  const vectors = vectorsOf(counts);
  const steps = vectors * stepsOf(counts);
  const { rows, columns } = shape;
  const [tiles, , , planes, , , inputs] = counts;
  const words =
    insideTurns(operation.y, 1, 4, counts) * insideTurns(operation.x, 2, 5, counts) * tiles * planes * inputs;
  const perVector = columns;
  const maskBytes = (vectors * columns) / 8;
  const wide = Math.min(vectors * columns, output.destination === 'scores' ? output.channels : vectors) * 4;
  return {
    read:
      (activation.source === 'oneHot' ? 0 : words * rows) +
      (readsPort(operation) ? steps * rows : 0) +
      (readsWeights(operation) ? steps * rows * columns : 0) +
      (readsPort(operation) ? 0 : vectors * port.planes * (side?.residual ? 2 : 1) * perVector) +
      (mask.mode === 'read' ? maskBytes : 0),
    written:
      (output.destination === 'activation' ? vectors * (output.planes + (side ? 1 : 0)) * perVector : wide) +
      (mask.mode === 'write' ? maskBytes : 0),
  };
}
