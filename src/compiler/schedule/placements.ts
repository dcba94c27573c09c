import type { LoweringContext } from './lowering.ts';
import type { Placement, ScheduledOperation } from './operation.ts';
import { imageWords } from './image-layout.ts';
import { carriedOut } from './side-outputs.ts';
import { tableEntries } from './table-layout.ts';
import { readsOf, storedName, writesOf } from './storage.ts';
import type { WeightLayout } from './weight-layout.ts';

/** Pass: the memory map, with live ranges in operation indices. */
export function placements(
  context: LoweringContext,
  operations: readonly ScheduledOperation[],
  weights: WeightLayout['contents'],
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
  // Several layers may write parts of one tensor.
  const write = (
    of: Map<string, [number, number]>,
    name: string,
    { first, last }: { first: number; last: number },
  ) => {
    const known = of.get(name);
    if (known) known[1] = Math.max(known[1], last);
    else of.set(name, [first, last]);
  };
  for (const layer of carriedOut(network, context.sides)) {
    const at = range.get(layer.name);
    if (!at) continue;
    const { maskRead, maskWrite } = layer.output;
    const stored = (name: string) => storedName(network, name);
    for (const name of readsOf(layer)) read(live.get(stored(name)), at.last);
    if (maskRead !== undefined) read(liveMasks.get(maskRead), at.last);
    for (const name of writesOf(layer)) write(live, stored(name), at);
    const side = context.sides.get(layer.name);
    if (side) write(live, stored(side.output.tensor), at);
    if (maskWrite) write(liveMasks, maskWrite.mask, at);
  }
  const end = Math.max(0, operations.length - 1);
  const result: Placement[] = [];
  for (const [tensor, form] of context.tensors) {
    const { memory, address, words, pitch, planeStride, segments, within } = form;
    const [first, last] = live.get(within?.of ?? tensor) ?? [0, end];
    const map = tensor === network.explanation?.map;
    result.push({
      tensor,
      memory,
      address: memory === 'result' && map ? network.classes : address,
      words: memory === 'image' ? imageWords(context.image) : words,
      // Results stay until the host has read them.
      live: [first, memory === 'result' ? end : last],
      ...(memory === 'activation' ? { layout: { pitch, planeStride, segments } } : {}),
      ...(within ? { within: within.of } : {}),
    });
  }
  for (const [tensor, { address, words }] of context.masks) {
    result.push({ tensor, memory: 'mask', address, words, live: liveMasks.get(tensor) ?? [0, end] });
  }
  for (const [tensor, { base, words, copyOf }] of weights) {
    const copy = copyOf === undefined ? {} : { copyOf };
    result.push({ tensor, memory: 'weights', address: base, words, live: [0, end], ...copy });
  }
  for (const [name, index] of context.tables) {
    const [address, words] = [index * tableEntries, tableEntries];
    result.push({ tensor: name, memory: 'table', address, words, live: [0, end] });
  }
  return result;
}
