import type { IntegerTensor } from '../quantize/network.ts';
import type { InterpreterResult } from './interpreter.ts';
import type { Schedule } from './operation.ts';

/**
 * Puts a layer's tensor together from what its operations wrote, [channels, height, width] row-major.
 * Elements that were never written stay undefined, so that a hole cannot pass for a zero.
 */
export function unpackTensor(
  schedule: Schedule,
  result: InterpreterResult,
  layer: string,
  tensor: IntegerTensor,
): (number | undefined)[] {
  const { rows } = schedule.shape;
  const { channels, height, width, bits } = tensor;
  const tiles = Math.ceil(channels / rows);
  const positions = height * width;
  const values = new Array<number | undefined>(channels * positions).fill(undefined);
  const placement = schedule.placements.find((p) => p.tensor === tensor.name);
  if (!placement) return values;
  const words = new Map<number, Int8Array>();
  schedule.operations.forEach(({ operation }, index) => {
    const trace = result.operations[index];
    if ((operation.layer !== layer && operation.side?.layer !== layer) || !trace) return;
    trace.addresses.forEach((address, n) =>
      words.set(address, trace.bytes.subarray(n * rows, (n + 1) * rows)),
    );
  });
  for (let channel = 0; channel < channels; channel++) {
    for (let position = 0; position < positions; position++) {
      const address = placement.address + position * tiles + Math.floor(channel / rows);
      const high = words.get(address)?.[channel % rows];
      const low = bits === 16 ? words.get(address + positions * tiles)?.[channel % rows] : 0;
      if (high === undefined || low === undefined) continue;
      values[channel * positions + position] = bits === 16 ? high * 256 + low : high;
    }
  }
  return values;
}
