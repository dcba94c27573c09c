import { inputChannels, isDepthwise } from '../../compiler/quantize/groups.ts';
import type { LayerKind, OutputStage } from '../../compiler/quantize/network.ts';
import { tensorOf, weightsOf } from '../../compiler/quantize/sums/context.ts';
import type { EngineMemory } from './engine-memory.ts';
import { padInput, type KernelInput } from './kernel-input.ts';
import { blockChannels, packWeights, reader, segmentsOf, type WeightAt } from './layout.ts';
import { perChannel, prepareDepthwise } from './prepare-depthwise.ts';

type Kind<K extends LayerKind['kind']> = Extract<LayerKind, { kind: K }>;

/** A convolution as the kernel runs it. */
interface KernelConv extends KernelInput {
  readonly weights: WeightAt;
  readonly outputs: number;
  readonly strides: readonly [number, number];
  /** Every output reads the one input channel of its own number. */
  readonly depthwise: boolean;
  readonly output: OutputStage;
}

export function prepareConv(sum: Kind<'conv'>, output: OutputStage, memory: EngineMemory): () => void {
  const weights = weightsOf(memory.network, sum.weights);
  const [top, left, bottom, right] = sum.geometry.pads;
  const input = memory.buffer(sum.input).tensor;
  return prepare(memory, {
    input: sum.input,
    weights: reader(weights),
    outputs: weights.shape[0],
    geometry: sum.geometry,
    strides: sum.geometry.strides,
    padded: { height: input.height + top + bottom, width: input.width + left + right },
    corner: [top, left],
    spread: [1, 1],
    depthwise: isDepthwise(weights) && weights.shape[1] === 1,
    output,
  });
}

/** The adjoint: stride 1, with the kernel turned round, over the gradient spread out by the strides. */
export function prepareConvBackward(
  sum: Kind<'convBackward'>,
  output: OutputStage,
  memory: EngineMemory,
): () => void {
  const weights = weightsOf(memory.network, sum.weights);
  const forward = reader(weights);
  const { kernel, dilations, pads, strides } = sum.geometry;
  const reach = [(kernel[0] - 1) * dilations[0], (kernel[1] - 1) * dilations[1]] as const;
  const result = tensorOf(memory.network, output.tensor);
  return prepare(memory, {
    input: sum.input,
    weights: (i, o, ky, kx) => forward(o, i, kernel[0] - 1 - ky, kernel[1] - 1 - kx),
    outputs: inputChannels(weights),
    geometry: sum.geometry,
    strides: [1, 1],
    padded: { height: result.height + reach[0], width: result.width + reach[1] },
    corner: [reach[0] - pads[0], reach[1] - pads[1]],
    spread: strides,
    depthwise: isDepthwise(weights) && weights.shape[1] === 1,
    output,
  });
}

/** The mean of the adjoint: one window as large as the border sums. */
export function prepareConvMean(
  sum: Kind<'convMean'>,
  output: OutputStage,
  memory: EngineMemory,
): () => void {
  const weights = weightsOf(memory.network, sum.weights);
  const forward = reader(weights);
  const [, , height, width] = weights.shape;
  return prepare(memory, {
    input: sum.input,
    weights: (i, o, ky, kx) => forward(o, i, ky, kx),
    outputs: inputChannels(weights),
    geometry: { kernel: [height, width], dilations: [1, 1] },
    strides: [1, 1],
    padded: { height, width },
    corner: [0, 0],
    spread: [1, 1],
    depthwise: isDepthwise(weights) && weights.shape[1] === 1,
    output,
  });
}

function prepare(memory: EngineMemory, conv: KernelConv): () => void {
  const { channels, tensor } = memory.buffer(conv.input);
  if (conv.depthwise && channels % blockChannels === 0) {
    const at = conv.weights;
    const weights = perChannel(conv.geometry.kernel, tensor.channels, channels, (k, ky, kx) =>
      at(k, k, ky, kx),
    );
    return prepareDepthwise(memory, { ...conv, weights });
  }
  return prepareDense(memory, conv);
}

function prepareDense(memory: EngineMemory, conv: KernelConv): () => void {
  const { kernels } = memory;
  const { padded, strides, outputs } = conv;
  const output = tensorOf(memory.network, conv.output.tensor);
  const { tensor, channels } = memory.buffer(conv.input);
  const segments = segmentsOf(conv.geometry, channels, padded.width);
  const weights = memory.constant(packWeights(conv.weights, outputs, tensor.channels, channels, segments));
  const offsets = memory.constant(segments.offsets);
  const source = padInput(memory, conv);
  const pixel = channels * 2;
  const row = padded.width * pixel;
  const blocks = Math.ceil(outputs / blockChannels);
  return () =>
    kernels.conv(
      source(),
      weights,
      memory.accumulators,
      output.height,
      output.width,
      blocks,
      strides[0] * row,
      strides[1] * pixel,
      segments.offsets.length,
      offsets,
      segments.pairs,
    );
}
