import { operand, type SumFunction } from './context.ts';

/** acc[k,a,b] = sum of in[k,y,x] over the rows of band a and the columns of band b. */
export const bandSums: SumFunction<'bandSums'> = (sum, output, context) => {
  const { tensor, values } = operand(context, sum.input);
  const accumulators = new Int32Array(output.channels * output.height * output.width);
  let at = 0;
  for (let k = 0; k < output.channels; k++) {
    for (let a = 0; a < output.height; a++) {
      for (let b = 0; b < output.width; b++) {
        let total = 0;
        for (let y = sum.rows[a]!; y < sum.rows[a + 1]!; y++) {
          for (let x = sum.columns[b]!; x < sum.columns[b + 1]!; x++)
            total += values[(k * tensor.height + y) * tensor.width + x]!;
        }
        accumulators[at++] = total;
      }
    }
  }
  return accumulators;
};
