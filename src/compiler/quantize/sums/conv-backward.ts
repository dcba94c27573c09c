import { groupSizes, inputChannels } from '../groups.ts';
import { operand, weightsOf, type SumFunction } from './context.ts';

/** acc[i,y,x] = sum over the (o,ky,kx) whose tap reads (i,y,x) of W[o,i,ky,kx] * dY[o, ...]: the adjoint of `conv`. */
export const convBackward: SumFunction<'convBackward'> = (sum, output, context) => {
  const gradient = operand(context, sum.input);
  const weights = weightsOf(context.network, sum.weights);
  const [outputs, , kernelHeight, kernelWidth] = weights.shape;
  const group = groupSizes(weights);
  const [top, left] = sum.geometry.pads;
  const [strideY, strideX] = sum.geometry.strides;
  const [dilationY, dilationX] = sum.geometry.dilations;
  const { height, width } = gradient.tensor;
  const accumulators = new Int32Array(inputChannels(weights) * output.height * output.width);
  for (let o = 0; o < outputs; o++) {
    const first = Math.floor(o / group.outputs) * group.inputs;
    for (let j = 0; j < group.inputs; j++) {
      const i = first + j;
      for (let ky = 0; ky < kernelHeight; ky++) {
        for (let kx = 0; kx < kernelWidth; kx++) {
          const weight = weights.data[((o * group.inputs + j) * kernelHeight + ky) * kernelWidth + kx]!;
          for (let y = 0; y < height; y++) {
            const iy = y * strideY + ky * dilationY - top;
            if (iy < 0 || iy >= output.height) continue;
            for (let x = 0; x < width; x++) {
              const ix = x * strideX + kx * dilationX - left;
              if (ix < 0 || ix >= output.width) continue;
              const at = (i * output.height + iy) * output.width + ix;
              accumulators[at] =
                accumulators[at]! + Math.imul(weight, gradient.values[(o * height + y) * width + x]!);
            }
          }
        }
      }
    }
  }
  return accumulators;
};
