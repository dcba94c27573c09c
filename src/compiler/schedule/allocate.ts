import type { IntegerLayer, IntegerNetwork } from '../quantize/network.ts';
import { carriedOut, type SideOutputs } from './side-outputs.ts';
import { type MaskForm, readsOf, storedName, type TensorForm, writesOf } from './storage.ts';

/** A buffer that must stay whole from its first write to its last read, in layer indices. */
export interface Buffer {
  readonly name: string;
  readonly words: number;
  readonly live: readonly [first: number, last: number];
}

export interface Allocation {
  readonly addresses: ReadonlyMap<string, number>;
  readonly depth: number;
}

/**
 * Places buffers, the largest first, each at the lowest address where it meets no placed buffer alive at the same
 * time. (Greedy by size: Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020.)
 */
export function place(buffers: readonly Buffer[]): Allocation {
  const placed: { buffer: Buffer; address: number }[] = [];
  const bySize = [...buffers].sort((a, b) => b.words - a.words || a.live[0] - b.live[0]);
  for (const buffer of bySize) {
    const neighbours = placed
      .filter(({ buffer: other }) => other.live[0] <= buffer.live[1] && buffer.live[0] <= other.live[1])
      .sort((a, b) => a.address - b.address);
    let address = 0;
    for (const neighbour of neighbours) {
      if (neighbour.address - address >= buffer.words) break;
      address = Math.max(address, neighbour.address + neighbour.buffer.words);
    }
    placed.push({ buffer, address });
  }
  return {
    addresses: new Map(placed.map(({ buffer, address }) => [buffer.name, address])),
    depth: Math.max(0, ...placed.map(({ buffer, address }) => address + buffer.words)),
  };
}

/** From the layer that writes a name to the last that reads it (its writer where nothing does). */
function liveness(
  layers: readonly IntegerLayer[],
  writes: (layer: IntegerLayer) => readonly string[],
  reads: (layer: IntegerLayer) => readonly string[],
  words: (name: string) => number | undefined,
): Buffer[] {
  const live = new Map<string, [number, number]>();
  layers.forEach((layer, index) => {
    for (const name of reads(layer)) {
      const range = live.get(name);
      if (range) range[1] = index;
    }
    for (const name of writes(layer)) {
      const begun = live.get(name);
      if (begun) begun[1] = index;
      else live.set(name, [index, index]);
    }
  });
  return [...live].flatMap(([name, range]) => {
    const size = words(name);
    return size === undefined ? [] : [{ name, words: size, live: range }];
  });
}

/** Pass: static addresses of activations and gradients, from liveness over both directions. */
export function allocateActivations(
  network: IntegerNetwork,
  forms: ReadonlyMap<string, TensorForm>,
  sides: SideOutputs,
): Allocation {
  const words = (name: string) => {
    const form = forms.get(name);
    return form?.memory === 'activation' ? form.words : undefined;
  };
  const stored = (name: string) => storedName(network, name);
  const writes = (layer: IntegerLayer) => {
    const side = sides.get(layer.name);
    return [...writesOf(layer), ...(side ? writesOf(side) : [])];
  };
  return place(
    liveness(
      carriedOut(network, sides),
      (layer) => writes(layer).map(stored),
      (layer) => readsOf(layer).map(stored),
      words,
    ),
  );
}

/** Pass: static addresses of masks. */
export function allocateMasks(network: IntegerNetwork, forms: ReadonlyMap<string, MaskForm>): Allocation {
  return place(
    liveness(
      network.layers,
      ({ output }) => (output.maskWrite ? [output.maskWrite.mask] : []),
      ({ output }) => (output.maskRead === undefined ? [] : [output.maskRead]),
      (name) => forms.get(name)?.words,
    ),
  );
}
