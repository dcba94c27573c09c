import { weightsOf, type SumFunction } from './context.ts';

/** acc[k,y,x] = W[class, k] at every position: a dense layer's adjoint, spread over H x W. */
export const denseRow: SumFunction<'denseRow'> = (sum, output, context) => {
  const weights = weightsOf(context.network, sum.weights);
  const pixels = output.height * output.width;
  const accumulators = new Int32Array(output.channels * pixels);
  for (let k = 0; k < output.channels; k++) {
    accumulators.fill(weights.data[context.classIndex * output.channels + k]!, k * pixels, (k + 1) * pixels);
  }
  return accumulators;
};
