import { operand, type SumFunction } from './context.ts';
import { padded } from './pad.ts';

/** acc[k,y,x] = sum of in[k, ...] over the window; taps outside read the zero point. */
export const windowSum: SumFunction<'windowSum'> = (sum, output, context) => {
  const { height, width, values } = padded(operand(context, sum.input), sum.geometry, context.network);
  const [kernelHeight, kernelWidth] = sum.geometry.kernel;
  const [strideY, strideX] = sum.geometry.strides;
  const [dilationY, dilationX] = sum.geometry.dilations;
  const accumulators = new Int32Array(output.channels * output.height * output.width);
  let at = 0;
  for (let k = 0; k < output.channels; k++) {
    for (let y = 0; y < output.height; y++) {
      for (let x = 0; x < output.width; x++) {
        let total = 0;
        for (let ky = 0; ky < kernelHeight; ky++) {
          const row = (k * height + y * strideY + ky * dilationY) * width + x * strideX;
          for (let kx = 0; kx < kernelWidth; kx++) total += values[row + kx * dilationX]!;
        }
        accumulators[at++] = total;
      }
    }
  }
  return accumulators;
};
