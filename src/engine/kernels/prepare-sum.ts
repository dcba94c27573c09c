import type { LayerKind, OutputStage } from '../../compiler/quantize/network.ts';
import { tensorOf } from '../../compiler/quantize/sums/context.ts';
import type { EngineMemory } from './engine-memory.ts';
import { storedChannels } from './layout.ts';
import { prepareMaxPool, prepareMaxPoolBackward, prepareProduct } from './prepare-elements.ts';
import { prepareConv, prepareConvBackward, prepareConvMean } from './prepare-conv.ts';
import { prepareWindowSum, prepareWindowSumBackward } from './prepare-depthwise.ts';
import { bandSums, borderSums, mapSum, spreadRow } from './small-sums.ts';

/** Part of a layer, ready to run for the class explained (-1 before it is known). */
export type Step = (classIndex: number) => void;

type Preparation<K extends LayerKind['kind']> = (
  sum: Extract<LayerKind, { kind: K }>,
  output: OutputStage,
  memory: EngineMemory,
) => Step;

const preparations: { readonly [K in LayerKind['kind']]: Preparation<K> } = {
  conv: prepareConv,
  convBackward: prepareConvBackward,
  convMean: prepareConvMean,
  windowSum: prepareWindowSum,
  windowSumBackward: prepareWindowSumBackward,
  maxPool: prepareMaxPool,
  maxPoolBackward: prepareMaxPoolBackward,
  product: prepareProduct,
  bandSums:
    ({ input, rows, columns }, _output, memory) =>
    () =>
      bandSums(memory.stored(input), rows, columns, memory.accumulatorValues()),
  borderSums:
    ({ input, geometry, inputSize }, _output, memory) =>
    () =>
      borderSums(memory.stored(input), geometry, inputSize, memory.accumulatorValues()),
  denseRow: ({ weights }, output, memory) => {
    const tensor = tensorOf(memory.network, output.tensor);
    const channels = storedChannels(memory.network, tensor);
    const pixels = tensor.height * tensor.width;
    return (classIndex) =>
      spreadRow(memory.row(weights, classIndex), pixels, channels, memory.accumulatorValues());
  },
  mapFromRow:
    ({ input, weights }, _output, memory) =>
    (classIndex) => {
      const row = memory.row(weights, classIndex);
      mapSum(memory.stored(input), row, row.length, 0, memory.accumulatorValues());
    },
  mapFromTensor: ({ input, alpha }, _output, memory) => {
    const { channels, zeroPoint } = tensorOf(memory.network, input);
    return () =>
      mapSum(
        memory.stored(input),
        memory.stored(alpha).values,
        channels,
        zeroPoint,
        memory.accumulatorValues(),
      );
  },
};

/** Prepares the sum of products of a layer: leaves its accumulators in HWC order. */
export function prepareSum(sum: LayerKind, output: OutputStage, memory: EngineMemory): Step {
  return (preparations[sum.kind] as Preparation<LayerKind['kind']>)(sum, output, memory);
}
