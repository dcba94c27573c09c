import type { LoweringContext } from './lowering.ts';
import type { Placement, ScheduledOperation } from './operation.ts';
import { imageWords } from './image-layout.ts';
import { carriedOut } from './side-outputs.ts';
import { readsOf } from './storage.ts';

/** Pass: the memory map, with live ranges in operation indices. */
export function placements(
  context: LoweringContext,
  operations: readonly ScheduledOperation[],
  weights: ReadonlyMap<string, { readonly base: number; readonly words: number }>,
): Placement[] {
  const { network } = context;
  const range = new Map<string, { first: number; last: number }>();
  operations.forEach(({ operation }, index) => {
    const known = range.get(operation.layer);
    range.set(operation.layer, { first: known?.first ?? index, last: index });
  });
  // A mask may have the name of the tensor whose sign it keeps.
  const live = new Map<string, [number, number]>([[network.input.tensor, [0, 0]]]);
  const liveMasks = new Map<string, [number, number]>();
  const read = (known: [number, number] | undefined, last: number) => {
    if (known) known[1] = Math.max(known[1], last);
  };
  for (const layer of carriedOut(network, context.sides)) {
    const at = range.get(layer.name);
    if (!at) continue;
    const { maskRead, maskWrite, tensor } = layer.output;
    for (const name of readsOf(layer)) read(live.get(name), at.last);
    if (maskRead !== undefined) read(liveMasks.get(maskRead), at.last);
    live.set(tensor, [at.first, at.last]);
    const side = context.sides.get(layer.name);
    if (side) live.set(side.output.tensor, [at.first, at.last]);
    if (maskWrite) liveMasks.set(maskWrite.mask, [at.first, at.last]);
  }
  const end = Math.max(0, operations.length - 1);
  const result: Placement[] = [];
  for (const [tensor, { memory, address, words }] of context.tensors) {
    const [first, last] = live.get(tensor) ?? [0, end];
    const map = tensor === network.explanation?.map;
    result.push({
      tensor,
      memory,
      address: memory === 'result' && map ? network.classes : address,
      words: memory === 'image' ? imageWords(context.image) : words,
      // Results stay until the host has read them.
      live: [first, memory === 'result' ? end : last],
    });
  }
  for (const [tensor, { address, words }] of context.masks) {
    result.push({ tensor, memory: 'mask', address, words, live: liveMasks.get(tensor) ?? [0, end] });
  }
  for (const [tensor, { base, words }] of weights) {
    result.push({ tensor, memory: 'weights', address: base, words, live: [0, end] });
  }
  return result;
}
