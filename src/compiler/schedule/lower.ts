import type { IntegerLayer } from '../quantize/network.ts';
import { lowerBandSums } from './lower-band-sums.ts';
import { lowerBorderSums } from './lower-border-sums.ts';
import { lowerConvBackward, lowerWindowSumBackward } from './lower-conv-backward.ts';
import { lowerConvMean } from './lower-conv-mean.ts';
import { lowerConv } from './lower-conv.ts';
import { lowerDenseRow } from './lower-dense-row.ts';
import { lowerMaxPool, lowerMaxPoolBackward } from './lower-max-pool.ts';
import { lowerMapFromRow, lowerMapFromTensor } from './lower-map.ts';
import { lowerProduct } from './lower-product.ts';
import { lowerWindowSum } from './lower-window-sum.ts';
import { carriedOut } from './side-outputs.ts';
import type { LayerOf, LoweredOperation, LoweringContext } from './lowering.ts';

type Kind = IntegerLayer['sum']['kind'];
type Lowerings = {
  readonly [K in Kind]: (layer: LayerOf<K>, context: LoweringContext) => LoweredOperation[];
};

const lowerings: Lowerings = {
  conv: lowerConv,
  convBackward: lowerConvBackward,
  windowSum: lowerWindowSum,
  maxPool: lowerMaxPool,
  maxPoolBackward: lowerMaxPoolBackward,
  product: lowerProduct,
  windowSumBackward: lowerWindowSumBackward,
  denseRow: lowerDenseRow,
  bandSums: lowerBandSums,
  borderSums: lowerBorderSums,
  convMean: lowerConvMean,
  mapFromRow: lowerMapFromRow,
  mapFromTensor: lowerMapFromTensor,
};

/** Pass: every layer as engine operations, in order. */
export function lower(context: LoweringContext): LoweredOperation[] {
  return carriedOut(context.network, context.sides).flatMap((layer) => {
    // The table's key and the layer's kind are one: TypeScript cannot see it across the union.
    const lowering = lowerings[layer.sum.kind] as (
      layer: IntegerLayer,
      context: LoweringContext,
    ) => LoweredOperation[];
    return lowering(layer, context);
  });
}
