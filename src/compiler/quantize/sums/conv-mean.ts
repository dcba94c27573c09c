import { groupSizes, inputChannels } from '../groups.ts';
import { operand, weightsOf, type SumFunction } from './context.ts';

/** acc[i] = sum over the o of i's group, ky, kx of W[o,i,ky,kx] * S[o,ky,kx]. */
export const convMean: SumFunction<'convMean'> = (sum, _output, context) => {
  const { values } = operand(context, sum.input);
  const weights = weightsOf(context.network, sum.weights);
  const [outputs, , kernelHeight, kernelWidth] = weights.shape;
  const group = groupSizes(weights);
  const taps = kernelHeight * kernelWidth;
  const accumulators = new Int32Array(inputChannels(weights));
  for (let o = 0; o < outputs; o++) {
    const first = Math.floor(o / group.outputs) * group.inputs;
    for (let j = 0; j < group.inputs; j++) {
      for (let tap = 0; tap < taps; tap++) {
        accumulators[first + j] =
          accumulators[first + j]! +
          weights.data[(o * group.inputs + j) * taps + tap]! * values[o * taps + tap]!;
      }
    }
  }
  return accumulators;
};
