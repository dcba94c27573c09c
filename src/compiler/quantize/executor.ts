import type { IntegerLayer, IntegerNetwork, LayerKind } from './network.ts';
import { outputStage } from './output-stage.ts';
import { bandSums } from './sums/band-sums.ts';
import { borderSums } from './sums/border-sums.ts';
import { tensorOf, valuesOf, weightsOf, type SumContext, type SumFunction } from './sums/context.ts';
import { conv } from './sums/conv.ts';
import { convBackward } from './sums/conv-backward.ts';
import { convMean } from './sums/conv-mean.ts';
import { denseRow } from './sums/dense-row.ts';
import { mapFromRow } from './sums/map-from-row.ts';
import { mapFromTensor } from './sums/map-from-tensor.ts';
import { maxPool } from './sums/max-pool.ts';
import { maxPoolBackward } from './sums/max-pool-backward.ts';
import { product } from './sums/product.ts';
import { windowSum } from './sums/window-sum.ts';
import { windowSumBackward } from './sums/window-sum-backward.ts';

/** Everything the integer network computes for one image. Tensors and masks are in CHW order. */
export interface Execution {
  /** Every tensor, the input included, by name. */
  readonly tensors: ReadonlyMap<string, Int32Array>;
  /** Every mask by name, one 0 or 1 per element. */
  readonly masks: ReadonlyMap<string, Uint8Array>;
  readonly scores: Int32Array;
  /** The class explained. */
  readonly classIndex: number;
  /** Class of the highest score, the lowest index on a tie. */
  readonly topClass: number;
  /** Absent where the network has no explanation. */
  readonly explanation?: { readonly alpha: Int32Array; readonly map: Int32Array };
}

export interface ExecuteOptions {
  /** Class to explain; the top class where absent. */
  readonly classIndex?: number;
  /** Stop after the scores. */
  readonly inferenceOnly?: boolean;
}

/** The sums of products, by kind. */
export const sums: { readonly [K in LayerKind['kind']]: SumFunction<K> } = {
  conv,
  convBackward,
  windowSum,
  maxPool,
  maxPoolBackward,
  product,
  windowSumBackward,
  denseRow,
  bandSums,
  borderSums,
  convMean,
  mapFromRow,
  mapFromTensor,
};

/**
 * Runs the integer network: the slow, obvious reference that the WASM engine and the RTL must equal bit for bit.
 *
 * @param image Height x width x channels bytes in the stream's HWC order: raw pixels for a `uint8` input stage
 *   (re-centred by -128 here), int8 values for an `int8` one.
 * @throws Error where the image's length or the class is wrong, or the network is broken.
 */
export function execute(
  network: IntegerNetwork,
  image: Uint8Array | Int8Array,
  options: ExecuteOptions = {},
): Execution {
  const values = new Map<string, Int32Array>([[network.input.tensor, readImage(network, image)]]);
  const masks = new Map<string, Uint8Array>();
  let topClass = -1;
  let classIndex = -1;
  for (const layer of network.layers) {
    if (options.inferenceOnly && layer.phase !== 'inference') break;
    const context: SumContext = { network, values, classIndex };
    const result = outputStage(network, layer, runSum(layer, context), context, masks);
    if (result.low) values.set(layer.output.low!, result.low);
    if (result.mask) masks.set(layer.output.maskWrite!.mask, result.mask);
    if (layer.output.tensor === network.scores) {
      topClass = argmax(result.values);
      classIndex = options.classIndex ?? topClass;
      if (!(classIndex >= 0 && classIndex < network.classes)) {
        throw new Error(`class ${classIndex} is not in 0 ... ${network.classes - 1}`);
      }
    }
  }
  for (const name of network.tensors.keys()) {
    const found = valuesOf({ network, values }, name);
    if (found) values.set(name, found);
  }
  const scores = values.get(network.scores);
  if (!scores) throw new Error(`no layer of ${network.name} writes the scores ${network.scores}`);
  const result = { tensors: values, masks, scores, classIndex, topClass };
  if (!network.explanation || options.inferenceOnly) return result;
  return {
    ...result,
    explanation: { alpha: alphaOf(network, values, classIndex), map: values.get(network.explanation.map)! },
  };
}

/** The accumulators of one layer, before its output stage. */
function runSum(layer: IntegerLayer, context: SumContext): Int32Array {
  const run = sums[layer.sum.kind] as SumFunction<LayerKind['kind']>;
  return run(layer.sum, tensorOf(context.network, layer.output.tensor), context);
}

/** HWC bytes to CHW integers. */
function readImage(network: IntegerNetwork, image: Uint8Array | Int8Array): Int32Array {
  const { channels, height, width } = tensorOf(network, network.input.tensor);
  const pixels = height * width;
  if (image.length !== channels * pixels) {
    throw new Error(`image has ${image.length} bytes, ${height} x ${width} x ${channels} expected`);
  }
  const signed = image instanceof Int8Array;
  if (signed !== (network.input.format === 'int8')) {
    throw new Error(`image is ${signed ? 'int8' : 'uint8'}, the network expects ${network.input.format}`);
  }
  const out = new Int32Array(image.length);
  for (let p = 0; p < pixels; p++) {
    for (let k = 0; k < channels; k++) out[k * pixels + p] = image[p * channels + k]! - (signed ? 0 : 128);
  }
  return out;
}

/** Index of the largest value; the lowest on a tie. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

function alphaOf(
  network: IntegerNetwork,
  values: ReadonlyMap<string, Int32Array>,
  classIndex: number,
): Int32Array {
  const { alpha } = network.explanation!;
  if ('tensor' in alpha) return values.get(alpha.tensor)!;
  const weights = weightsOf(network, alpha.row);
  const count = weights.data.length / weights.shape[0];
  return Int32Array.from(weights.data.subarray(classIndex * count, (classIndex + 1) * count));
}
