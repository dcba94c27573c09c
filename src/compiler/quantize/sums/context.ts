import type { IntegerNetwork, IntegerTable, IntegerTensor, IntegerWeights, LayerKind } from '../network.ts';

/** What one layer's sum of products may read: every stored tensor so far, as integers in CHW order, and the class. */
export interface SumContext {
  readonly network: IntegerNetwork;
  readonly values: Map<string, Int32Array>;
  /** The class to explain; -1 until the scores are known. */
  readonly classIndex: number;
}

/** The layer kind called `K`. */
export type Kind<K extends LayerKind['kind']> = Extract<LayerKind, { kind: K }>;

/** Accumulators of one layer in CHW order of its output tensor. */
export type SumFunction<K extends LayerKind['kind']> = (
  sum: Kind<K>,
  output: IntegerTensor,
  context: SumContext,
) => Int32Array;

/** A tensor with its values. */
export interface Operand {
  readonly tensor: IntegerTensor;
  readonly values: Int32Array;
}

/** Looks a tensor of the network up by name. */
export function tensorOf(network: IntegerNetwork, name: string): IntegerTensor {
  const tensor = network.tensors.get(name);
  if (!tensor) throw new Error(`integer network ${network.name} has no tensor ${name}`);
  return tensor;
}

/** Looks weights of the network up by name. */
export function weightsOf(network: IntegerNetwork, name: string): IntegerWeights {
  const weights = network.weights.get(name);
  if (!weights) throw new Error(`integer network ${network.name} has no weights ${name}`);
  return weights;
}

/** Looks a look-up table of the network up by name. */
export function tableOf(network: IntegerNetwork, name: string): IntegerTable {
  const table = network.tables?.get(name);
  if (!table) throw new Error(`integer network ${network.name} has no table ${name}`);
  return table;
}

/** A tensor's values; those of a view are a range of the tensor it lies in. */
export function valuesOf(
  { network, values }: Pick<SumContext, 'network' | 'values'>,
  name: string,
): Int32Array | undefined {
  const { view, channels, height, width } = tensorOf(network, name);
  if (!view) return values.get(name);
  const pixels = height * width;
  return values.get(view.of)?.subarray(view.channel * pixels, (view.channel + channels) * pixels);
}

/** Looks an already computed tensor up by name. */
export function operand(context: SumContext, name: string): Operand {
  const values = valuesOf(context, name);
  if (!values) throw new Error(`tensor ${name} is read before any layer has written it`);
  return { tensor: tensorOf(context.network, name), values };
}
