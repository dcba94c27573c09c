import { operand, weightsOf, type SumFunction } from './context.ts';

/** acc[y,x] = sum over k of W[class,k] * A[k,y,x]; A's zero point is the bias's business. */
export const mapFromRow: SumFunction<'mapFromRow'> = (sum, output, context) => {
  const { tensor, values } = operand(context, sum.input);
  const weights = weightsOf(context.network, sum.weights);
  const pixels = output.height * output.width;
  const accumulators = new Int32Array(pixels);
  for (let k = 0; k < tensor.channels; k++) {
    const weight = weights.data[context.classIndex * tensor.channels + k]!;
    for (let p = 0; p < pixels; p++) accumulators[p] = accumulators[p]! + weight * values[k * pixels + p]!;
  }
  return accumulators;
};
