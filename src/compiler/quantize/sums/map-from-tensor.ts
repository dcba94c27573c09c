import { operand, type SumFunction } from './context.ts';

/** acc[y,x] = sum over k of alpha[k] * (A[k,y,x] - zeroPoint(A)). */
export const mapFromTensor: SumFunction<'mapFromTensor'> = (sum, output, context) => {
  const { tensor, values } = operand(context, sum.input);
  const alpha = operand(context, sum.alpha).values;
  const pixels = output.height * output.width;
  const accumulators = new Int32Array(pixels);
  for (let k = 0; k < tensor.channels; k++) {
    const weight = alpha[k]!;
    for (let p = 0; p < pixels; p++) {
      accumulators[p] = accumulators[p]! + weight * (values[k * pixels + p]! - tensor.zeroPoint);
    }
  }
  return accumulators;
};
