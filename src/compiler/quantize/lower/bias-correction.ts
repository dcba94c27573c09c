import type { IntegerWeights } from '../network.ts';
import { inputOf } from '../groups.ts';
import type { RealWeights } from '../plan/stage.ts';

/**
 * What rounding the weights adds to each output channel on average: sum of (Wq - W)[o,i,ky,kx] * mean(input[i]).
 * Subtracting it from the bias centres the error (Nagel et al., Data-Free Quantization, 2019, section 4.2).
 */
export function biasShift(real: RealWeights, rounded: IntegerWeights, mean: Float64Array): Float64Array {
  const [outputs, inputs, height, width] = real.shape;
  const taps = height * width;
  const shift = new Float64Array(outputs);
  for (let o = 0, index = 0; o < outputs; o++) {
    const scale = rounded.scale[o]!;
    const firstInput = inputOf(real, index);
    for (let i = 0; i < inputs; i++) {
      const average = mean[firstInput + i]!;
      for (let tap = 0; tap < taps; tap++, index++)
        shift[o]! += (rounded.data[index]! * scale - real.data[index]!) * average;
    }
  }
  return shift;
}
