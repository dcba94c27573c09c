import type { IntegerLayer, IntegerNetwork } from '../quantize/network.ts';
import type { EngineShape, Schedule } from '../schedule/operation.ts';

/**
 * Bound of a layer: the slots of the array that its nominal multiply-accumulates take, or the bytes of its weights through
 * the weight port, whichever takes longer. A product of 16 by 8 bits takes two slots; adds (pools, border sums) have no bound.
 * Nominal counts padding taps, as utilisation does: an adjoint that leaves them out (`lower-conv-backward.ts`) goes below.
 */
function boundOf(layer: IntegerLayer, network: IntegerNetwork, { rows, columns }: EngineShape): number {
  const { sum } = layer;
  const streamed = sum.kind === 'mapFromTensor' ? sum.alpha : 'input' in sum ? sum.input : undefined;
  const slots = streamed !== undefined && network.tensors.get(streamed)?.bits === 16 ? 2 : 1;
  // A row of dense weights is one class's.
  const bytes = !('weights' in sum)
    ? 0
    : sum.kind === 'denseRow' || sum.kind === 'mapFromRow'
      ? network.weights.get(sum.weights)!.data.length / network.classes
      : network.weights.get(sum.weights)!.data.length;
  return Math.max(Math.ceil((layer.macs * slots) / (rows * columns)), Math.ceil(bytes / (rows * columns)));
}

/** The bounds of everything that is carried out behind the scores, added up. */
export function explanationBound(network: IntegerNetwork, { operations, shape }: Schedule): number {
  const carriedOut = new Set(operations.map(({ operation }) => operation.layer));
  return network.layers
    .filter(({ phase, name }) => phase !== 'inference' && carriedOut.has(name))
    .reduce((sum, layer) => sum + boundOf(layer, network, shape), 0);
}
