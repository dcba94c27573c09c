import { operand, type SumFunction } from './context.ts';

/** acc[k,y,x] = sum of dY over the windows whose first maximum is (k,y,x): the adjoint of `maxPool`. */
export const maxPoolBackward: SumFunction<'maxPoolBackward'> = (sum, output, context) => {
  const { tensor, values } = operand(context, sum.input);
  const winners = operand(context, sum.winners).values;
  const { kernel, strides, pads, dilations } = sum.geometry;
  const accumulators = new Int32Array(output.channels * output.height * output.width);
  let at = 0;
  for (let k = 0; k < output.channels; k++) {
    for (let y = 0; y < tensor.height; y++) {
      for (let x = 0; x < tensor.width; x++, at++) {
        const tap = 127 - winners[at]!;
        const iy = y * strides[0] + Math.floor(tap / kernel[1]) * dilations[0] - pads[0];
        const ix = x * strides[1] + (tap % kernel[1]) * dilations[1] - pads[1];
        if (iy < 0 || iy >= output.height || ix < 0 || ix >= output.width) continue;
        const to = (k * output.height + iy) * output.width + ix;
        accumulators[to] = accumulators[to]! + values[at]!;
      }
    }
  }
  return accumulators;
};
