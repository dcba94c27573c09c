import type { IntegerLayer, IntegerNetwork } from '../quantize/network.ts';
import { tensorOf } from './storage.ts';

/** Layers whose results a layer before them writes as a side output, by the name of that layer. */
export type SideOutputs = ReadonlyMap<string, IntegerLayer>;

export const noSideOutputs: SideOutputs = new Map();

/** True where an output stage only requantises, into a tensor of its own. */
function isPlain({ output }: IntegerLayer, network: IntegerNetwork): boolean {
  const { bits, view } = tensorOf(network, output.tensor);
  const hasMore = [output.low, output.slope, output.table, output.region, output.maskRead];
  return bits === 8 && view === undefined && hasMore.every((more) => more === undefined);
}

/** True where both have the same sums, and the second one's stage can follow the first one's on them. */
function canRideOn(main: IntegerLayer, layer: IntegerLayer, network: IntegerNetwork): boolean {
  const { lower, upper, maskWrite, residual } = layer.output;
  return (
    main.phase === 'inference' &&
    main.sum.kind === 'conv' &&
    JSON.stringify(main.sum) === JSON.stringify(layer.sum) &&
    isPlain(main, network) &&
    isPlain(layer, network) &&
    lower === -128 &&
    upper === 127 &&
    maskWrite === undefined &&
    (residual === undefined || residual.tensor === main.output.residual?.tensor)
  );
}

/** Pass: a target inside a fused stage is computed once more from the same sums: the stage that has them can write it too. */
export function sideOutputs(network: IntegerNetwork): SideOutputs {
  const found = new Map<string, IntegerLayer>();
  for (const layer of network.layers) {
    if (layer.phase === 'inference') continue;
    const main = network.layers.find((other) => !found.has(other.name) && canRideOn(other, layer, network));
    if (main) found.set(main.name, layer);
  }
  return found;
}

/** The layers that get operations of their own. */
export function carriedOut(network: IntegerNetwork, sides: SideOutputs): IntegerLayer[] {
  const riding = new Set(sides.values());
  return network.layers.filter((layer) => !riding.has(layer));
}
