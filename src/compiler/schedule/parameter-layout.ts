import type { IntegerLayer, IntegerNetwork, OutputStage } from '../quantize/network.ts';
import type { ChannelParameters, EngineShape } from './operation.ts';
import { tensorOf } from './storage.ts';

export interface ParameterLayout {
  readonly parameters: readonly ChannelParameters[];
  /** First parameter word of each layer, by layer name. */
  readonly words: ReadonlyMap<string, number>;
  /** First parameter word of what a layer puts into the bias register, by layer name. */
  readonly biasWords: ReadonlyMap<string, number>;
}

/** What lanes beyond the channels get: their result is the zero point. */
const unused: ChannelParameters = {
  bias: 0,
  multiplier: 0,
  shift: 1,
  residualMultiplier: 0,
  residualShift: 0,
};

/** Passes acc + bias on as it is: (v * 2 + 1) >> 1 = v. For the bias register. */
const passThrough = (bias: number): ChannelParameters => ({ ...unused, bias, multiplier: 2 });

function channelParameters(output: OutputStage, channel: number): ChannelParameters {
  return {
    bias: output.bias[channel]!,
    multiplier: output.multiplier[channel]!,
    shift: output.shift[channel]!,
    residualMultiplier: output.residual?.multiplier[channel] ?? 0,
    residualShift: output.residual?.shift[channel] ?? 0,
  };
}

/** How many sets of parameters a layer has: channels of its output; a map has one per class or just one. */
function entries(layer: IntegerLayer, network: IntegerNetwork): number {
  if (layer.sum.kind === 'mapFromRow') return network.classes;
  if (layer.sum.kind === 'mapFromTensor') return 1;
  return tensorOf(network, layer.output.tensor).channels;
}

/** Pass: lays out the requantisation parameters, layer after layer, each padded to whole output vectors. */
export function parameterLayout(network: IntegerNetwork, shape: EngineShape): ParameterLayout {
  const parameters: ChannelParameters[] = [];
  const words = new Map<string, number>();
  const biasWords = new Map<string, number>();
  const pad = () => {
    while (parameters.length % shape.columns !== 0) parameters.push(unused);
  };
  for (const layer of network.layers) {
    words.set(layer.name, parameters.length / shape.lanes);
    const count = entries(layer, network);
    for (let channel = 0; channel < count; channel++)
      parameters.push(channelParameters(layer.output, channel));
    pad();
    if (layer.sum.kind !== 'mapFromTensor') continue;
    biasWords.set(layer.name, parameters.length / shape.lanes);
    parameters.push(passThrough(layer.output.bias[0]!));
    pad();
  }
  return { parameters, words, biasWords };
}
