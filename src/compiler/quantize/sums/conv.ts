import { operand, weightsOf, type SumFunction } from './context.ts';
import { groupSizes } from '../groups.ts';
import { padded } from './pad.ts';

/** acc[o,y,x] = sum over i,ky,kx of W[o,i,ky,kx] * in[i, y*s+ky*d-p, x*s+kx*d-p] (ONNX Conv, no bias). */
export const conv: SumFunction<'conv'> = (sum, output, context) => {
  const input = operand(context, sum.input);
  const weights = weightsOf(context.network, sum.weights);
  const [outputs, , kernelHeight, kernelWidth] = weights.shape;
  const group = groupSizes(weights);
  const { height, width, values } = padded(input, sum.geometry, context.network);
  const [strideY, strideX] = sum.geometry.strides;
  const [dilationY, dilationX] = sum.geometry.dilations;
  const pixels = output.height * output.width;
  const accumulators = new Int32Array(outputs * pixels);
  let w = 0;
  for (let o = 0; o < outputs; o++) {
    const first = Math.floor(o / group.outputs) * group.inputs;
    for (let i = first; i < first + group.inputs; i++) {
      for (let ky = 0; ky < kernelHeight; ky++) {
        for (let kx = 0; kx < kernelWidth; kx++) {
          const weight = weights.data[w++]!;
          let at = o * pixels;
          for (let y = 0; y < output.height; y++) {
            let from = (i * height + y * strideY + ky * dilationY) * width + kx * dilationX;
            for (let x = 0; x < output.width; x++) {
              accumulators[at] = accumulators[at]! + Math.imul(weight, values[from]!);
              at++;
              from += strideX;
            }
          }
        }
      }
    }
  }
  return accumulators;
};
