import { operand, type SumFunction } from './context.ts';

/** acc[k,y,x] = 256 * maximum + (255 - number of the first tap that reads it); taps outside are left out. */
export const maxPool: SumFunction<'maxPool'> = (sum, output, context) => {
  const { tensor, values } = operand(context, sum.input);
  const { kernel, strides, pads, dilations } = sum.geometry;
  const accumulators = new Int32Array(output.channels * output.height * output.width);
  let at = 0;
  for (let k = 0; k < output.channels; k++) {
    for (let y = 0; y < output.height; y++) {
      for (let x = 0; x < output.width; x++) {
        let best = -128;
        let winner = kernel[0] * kernel[1] - 1;
        let found = false;
        for (let tap = 0; tap < kernel[0] * kernel[1]; tap++) {
          const iy = y * strides[0] + Math.floor(tap / kernel[1]) * dilations[0] - pads[0];
          const ix = x * strides[1] + (tap % kernel[1]) * dilations[1] - pads[1];
          if (iy < 0 || iy >= tensor.height || ix < 0 || ix >= tensor.width) continue;
          const value = values[(k * tensor.height + iy) * tensor.width + ix]!;
          if (found && value <= best) continue;
          [best, winner, found] = [value, tap, true];
        }
        accumulators[at++] = 256 * best + (255 - (winner & 255));
      }
    }
  }
  return accumulators;
};
