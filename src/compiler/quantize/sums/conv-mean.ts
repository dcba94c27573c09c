import { operand, weightsOf, type SumFunction } from './context.ts';

/** acc[i] = sum over o,ky,kx of W[o,i,ky,kx] * S[o,ky,kx]. */
export const convMean: SumFunction<'convMean'> = (sum, _output, context) => {
  const { values } = operand(context, sum.input);
  const weights = weightsOf(context.network, sum.weights);
  const [outputs, inputs, kernelHeight, kernelWidth] = weights.shape;
  const taps = kernelHeight * kernelWidth;
  const accumulators = new Int32Array(inputs);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      for (let tap = 0; tap < taps; tap++) {
        accumulators[i] =
          accumulators[i]! + weights.data[(o * inputs + i) * taps + tap]! * values[o * taps + tap]!;
      }
    }
  }
  return accumulators;
};
