import { operand, type SumFunction } from './context.ts';

/** acc[k,y,x] = sum of dY[k, ...] over the windows in which (y,x) lies: the adjoint of `windowSum`. */
export const windowSumBackward: SumFunction<'windowSumBackward'> = (sum, output, context) => {
  const { tensor, values } = operand(context, sum.input);
  const { kernel, strides, pads, dilations } = sum.geometry;
  const accumulators = new Int32Array(output.channels * output.height * output.width);
  let from = 0;
  for (let k = 0; k < output.channels; k++) {
    for (let y = 0; y < tensor.height; y++) {
      for (let x = 0; x < tensor.width; x++) {
        const value = values[from++]!;
        for (let ky = 0; ky < kernel[0]; ky++) {
          const iy = y * strides[0] + ky * dilations[0] - pads[0];
          if (iy < 0 || iy >= output.height) continue;
          for (let kx = 0; kx < kernel[1]; kx++) {
            const ix = x * strides[1] + kx * dilations[1] - pads[1];
            if (ix >= 0 && ix < output.width)
              accumulators[(k * output.height + iy) * output.width + ix]! += value;
          }
        }
      }
    }
  }
  return accumulators;
};
