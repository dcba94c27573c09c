/** Seeded random graphs of integer layers for the RTL, from both generators, and what they are made of. */
import type { EngineShape, Schedule } from '../../../src/compiler/schedule/operation.ts';
import type { IntegerNetwork } from '../../../src/compiler/quantize/network.ts';
import { randomNetwork } from '../../compiler/quantize/random-network.ts';
import { generateNetwork } from '../../compiler/schedule/support/generate.ts';

export interface RandomGraph {
  readonly network: IntegerNetwork;
  readonly pixels: Uint8Array | Int8Array;
}

/** Even seeds: chains of layers with residuals; odd seeds: a layer of every kind, with uneven windows. */
export function randomGraph(seed: number, shape: EngineShape): RandomGraph {
  if (seed % 2 === 0) return generateNetwork(seed, { maxChannels: 2 * shape.rows + 3 });
  const { net, image } = randomNetwork(seed);
  return { network: oneMap(net, (seed - 1) / 2), pixels: image };
}

/** The accelerator sends one map: of the maps in a network, one is kept. */
function oneMap(net: IntegerNetwork, choice: number): IntegerNetwork {
  const maps = net.layers.filter(
    ({ phase, output }) => phase === 'heatmap' && net.tensors.get(output.tensor)!.bits === 32,
  );
  const kept = maps[choice % maps.length]!;
  return {
    ...net,
    layers: net.layers.filter((layer) => layer === kept || !maps.includes(layer)),
    explanation: { ...net.explanation!, map: kept.output.tensor },
  };
}

/** The hardware operators of a network: kinds of sums, what the output stage adds to them, and how the array takes its weights. */
export function operatorsOf({ layers, tensors, weights }: IntegerNetwork, plan: Schedule): string[] {
  const modes = plan.operations.map(({ operation }) => `mode ${operation.weights.mode}`);
  const ofLayers = layers.flatMap(({ sum, output }) => [
    sum.kind,
    ...('weights' in sum && (weights.get(sum.weights)!.groups ?? 1) > 1 ? [`grouped ${sum.kind}`] : []),
    ...(output.region && output.region.columns[1] < tensors.get(output.tensor)!.width
      ? ['column region']
      : []),
    ...(output.residual ? ['residual'] : []),
    ...(output.maskWrite ? ['mask written'] : []),
    ...(output.maskRead === undefined ? [] : ['mask read']),
    ...(output.slope ? ['slope'] : []),
    ...(output.table ? ['table'] : []),
    ...(output.low === undefined ? [] : ['low plane']),
    ...(tensors.get(output.tensor)!.bits === 16 ? ['16 bits'] : []),
  ]);
  return [...ofLayers, ...modes];
}
