import type { IntegerLayer, IntegerNetwork, OutputStage } from '../quantize/network.ts';
import type { ChannelParameters, EngineShape } from './operation.ts';
import { placesOf } from './segments.ts';
import type { TensorForm } from './storage.ts';

export interface ParameterLayout {
  readonly parameters: readonly ChannelParameters[];
  /** First parameter word of each layer, by layer name. */
  readonly words: ReadonlyMap<string, number>;
}

/** What lanes beyond the channels get: they give 0. */
const unused: ChannelParameters = {
  bias: 0,
  multiplier: 0,
  shift: 1,
  residualMultiplier: 0,
  residualShift: 0,
};

function channelParameters(output: OutputStage, channel: number): ChannelParameters {
  return {
    bias: output.bias[channel]!,
    multiplier: output.multiplier[channel]!,
    shift: output.shift[channel]!,
    residualMultiplier: output.residual?.multiplier[channel] ?? output.slope?.[channel] ?? 0,
    residualShift: output.residual?.shift[channel] ?? 0,
  };
}

/** Where each set of a layer's parameters stands: that of its output channel; a map has one per class or just one. */
function places(
  layer: IntegerLayer,
  network: IntegerNetwork,
  tensors: ReadonlyMap<string, TensorForm>,
  shape: EngineShape,
): number[] {
  if (layer.sum.kind === 'mapFromRow') return placesOf([network.classes], shape.rows);
  if (layer.sum.kind === 'mapFromTensor') return [0];
  return placesOf(tensors.get(layer.output.tensor)!.segments, shape.rows);
}

/** Pass: lays out the requantisation parameters, layer after layer, each padded to whole output vectors. */
export function parameterLayout(
  network: IntegerNetwork,
  tensors: ReadonlyMap<string, TensorForm>,
  shape: EngineShape,
): ParameterLayout {
  const parameters: ChannelParameters[] = [];
  const words = new Map<string, number>();
  for (const layer of network.layers) {
    words.set(layer.name, parameters.length / shape.lanes);
    const first = parameters.length;
    places(layer, network, tensors, shape).forEach((place, channel) => {
      while (parameters.length < first + place) parameters.push(unused);
      parameters.push(channelParameters(layer.output, channel));
    });
    while (parameters.length % shape.columns !== 0) parameters.push(unused);
  }
  return { parameters, words };
}
