import type { IntegerTensor } from '../quantize/network.ts';
import type { InterpreterResult } from './interpreter.ts';
import type { Schedule } from './operation.ts';
import { placesOf } from './segments.ts';

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
  const positions = height * width;
  const values = new Array<number | undefined>(channels * positions).fill(undefined);
  const placement = schedule.placements.find((p) => p.tensor === tensor.name);
  if (!placement?.layout) return values;
  const { pitch, planeStride, segments } = placement.layout;
  const places = placesOf(segments, rows);
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
      const place = places[channel]!;
      const address = placement.address + position * pitch + Math.floor(place / rows);
      const high = words.get(address)?.[place % rows];
      const low = bits === 16 ? words.get(address + planeStride)?.[place % rows] : 0;
      if (high === undefined || low === undefined) continue;
      values[channel * positions + position] = bits === 16 ? high * 256 + low : high;
    }
  }
  return values;
}
