/** Pools by maximum and products: sums without weights. */
import type { LayerKind, OutputStage } from '../../compiler/quantize/network.ts';
import type { EngineMemory } from './engine-memory.ts';

type Kind<K extends LayerKind['kind']> = Extract<LayerKind, { kind: K }>;

export function prepareMaxPool(sum: Kind<'maxPool'>, output: OutputStage, memory: EngineMemory): () => void {
  const input = memory.buffer(sum.input);
  const { tensor, channels } = memory.buffer(output.tensor);
  const { kernel, strides, pads, dilations } = sum.geometry;
  const { height, width } = input.tensor;
  return () =>
    memory.kernels.maxPool(
      input.address,
      height,
      width,
      channels,
      memory.accumulators,
      tensor.height,
      tensor.width,
      ...kernel,
      ...strides,
      pads[0],
      pads[1],
      ...dilations,
    );
}

export function prepareMaxPoolBackward(
  sum: Kind<'maxPoolBackward'>,
  output: OutputStage,
  memory: EngineMemory,
): () => void {
  const gradient = memory.buffer(sum.input);
  const winners = memory.buffer(sum.winners);
  const { tensor } = memory.buffer(output.tensor);
  const { kernel, strides, pads, dilations } = sum.geometry;
  const { height, width } = gradient.tensor;
  return () =>
    memory.kernels.maxPoolBackward(
      gradient.address,
      winners.address,
      height,
      width,
      gradient.channels,
      memory.accumulators,
      tensor.height,
      tensor.width,
      kernel[1],
      ...strides,
      pads[0],
      pads[1],
      ...dilations,
    );
}

export function prepareProduct(sum: Kind<'product'>, _output: OutputStage, memory: EngineMemory): () => void {
  const input = memory.buffer(sum.input);
  const factor = memory.buffer(sum.factor);
  const { height, width, zeroPoint } = input.tensor;
  const isBroadcast = factor.tensor.height * factor.tensor.width === 1;
  return () =>
    memory.kernels.product(
      input.address,
      factor.address,
      isBroadcast ? 0 : factor.channels * 2,
      height * width,
      input.channels,
      zeroPoint,
      memory.accumulators,
    );
}
