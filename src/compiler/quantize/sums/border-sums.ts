import { operand, type SumFunction } from './context.ts';

/** acc[o,ky,kx] = sum of dY[o,y,x] over the outputs (y,x) whose tap (ky,kx) lies inside the convolution's input. */
export const borderSums: SumFunction<'borderSums'> = (sum, output, context) => {
  const { tensor, values } = operand(context, sum.input);
  const { geometry } = sum;
  const [inputHeight, inputWidth] = sum.inputSize;
  const [kernelHeight, kernelWidth] = geometry.kernel;
  const accumulators = new Int32Array(output.channels * kernelHeight * kernelWidth);
  let at = 0;
  for (let o = 0; o < output.channels; o++) {
    for (let ky = 0; ky < kernelHeight; ky++) {
      for (let kx = 0; kx < kernelWidth; kx++) {
        let total = 0;
        for (let y = 0; y < tensor.height; y++) {
          const iy = y * geometry.strides[0] + ky * geometry.dilations[0] - geometry.pads[0];
          if (iy < 0 || iy >= inputHeight) continue;
          for (let x = 0; x < tensor.width; x++) {
            const ix = x * geometry.strides[1] + kx * geometry.dilations[1] - geometry.pads[1];
            if (ix >= 0 && ix < inputWidth) total += values[(o * tensor.height + y) * tensor.width + x]!;
          }
        }
        accumulators[at++] = total;
      }
    }
  }
  return accumulators;
};
