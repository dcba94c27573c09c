import { operand, type SumFunction } from './context.ts';

/** acc[k,y,x] = (in[k,y,x] - zeroPoint(in)) * factor[k,y,x]; a factor of one pixel counts everywhere. */
export const product: SumFunction<'product'> = (sum, output, context) => {
  const { tensor, values } = operand(context, sum.input);
  const factor = operand(context, sum.factor);
  const pixels = output.height * output.width;
  const factorPixels = factor.tensor.height * factor.tensor.width;
  return Int32Array.from({ length: output.channels * pixels }, (_, i) => {
    const at = factorPixels === 1 ? Math.floor(i / pixels) : i;
    return (values[i]! - tensor.zeroPoint) * factor.values[at]!;
  });
};
