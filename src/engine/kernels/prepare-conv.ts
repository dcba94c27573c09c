import type { IntegerTensor, LayerKind, WindowGeometry } from '../../compiler/quantize/network.ts';
import { tensorOf, weightsOf } from '../../compiler/quantize/sums/context.ts';
import type { EngineMemory } from './engine-memory.ts';
import { blockChannels, packWeights, reader, segmentsOf, type WeightAt } from './layout.ts';

type Kind<K extends LayerKind['kind']> = Extract<LayerKind, { kind: K }>;

/** A convolution as the kernel runs it: over a copy of the input with padding, and gaps between pixels, written out. */
interface KernelConv {
  readonly input: string;
  readonly weights: WeightAt;
  readonly outputs: number;
  /** Kernel and dilations. */
  readonly geometry: Pick<WindowGeometry, 'kernel' | 'dilations'>;
  readonly strides: readonly [number, number];
  readonly padded: { readonly height: number; readonly width: number };
  /** Where the input's first pixel goes in the copy, and how far apart its pixels stand there. */
  readonly corner: readonly [number, number];
  readonly spread: readonly [number, number];
  readonly output: IntegerTensor;
}

export function prepareConv(sum: Kind<'conv'>, output: string, memory: EngineMemory): () => void {
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
    output: tensorOf(memory.network, output),
  });
}

/** The adjoint: stride 1, with the kernel turned round, over the gradient spread out by the strides. */
export function prepareConvBackward(
  sum: Kind<'convBackward'>,
  output: string,
  memory: EngineMemory,
): () => void {
  const weights = weightsOf(memory.network, sum.weights);
  const forward = reader(weights);
  const { kernel, dilations, pads, strides } = sum.geometry;
  const reach = [(kernel[0] - 1) * dilations[0], (kernel[1] - 1) * dilations[1]] as const;
  const result = tensorOf(memory.network, output);
  return prepare(memory, {
    input: sum.input,
    weights: (i, o, ky, kx) => forward(o, i, kernel[0] - 1 - ky, kernel[1] - 1 - kx),
    outputs: weights.shape[1],
    geometry: sum.geometry,
    strides: [1, 1],
    padded: { height: result.height + reach[0], width: result.width + reach[1] },
    corner: [reach[0] - pads[0], reach[1] - pads[1]],
    spread: strides,
    output: result,
  });
}

/** The mean of the adjoint: one window as large as the border sums. */
export function prepareConvMean(sum: Kind<'convMean'>, output: string, memory: EngineMemory): () => void {
  const weights = weightsOf(memory.network, sum.weights);
  const forward = reader(weights);
  const [, inputs, height, width] = weights.shape;
  return prepare(memory, {
    input: sum.input,
    weights: (i, o, ky, kx) => forward(o, i, ky, kx),
    outputs: inputs,
    geometry: { kernel: [height, width], dilations: [1, 1] },
    strides: [1, 1],
    padded: { height, width },
    corner: [0, 0],
    spread: [1, 1],
    output: tensorOf(memory.network, output),
  });
}

function prepare(memory: EngineMemory, conv: KernelConv): () => void {
  const { kernels } = memory;
  const { padded, corner, spread, strides, output, outputs } = conv;
  const { tensor, channels, address } = memory.buffer(conv.input);
  const segments = segmentsOf(conv.geometry, channels, padded.width);
  const weights = memory.constant(packWeights(conv.weights, outputs, tensor.channels, channels, segments));
  const offsets = memory.constant(segments.offsets);
  const asItIs = padded.height === tensor.height && padded.width === tensor.width;
  const fill = asItIs ? 0 : memory.constant(padding(memory, tensor, channels));
  if (!asItIs) memory.reserveScratch(padded.height * padded.width * channels * 2);
  const pixel = channels * 2;
  const row = padded.width * pixel;
  const blocks = Math.ceil(outputs / blockChannels);
  return () => {
    const source = asItIs ? address : memory.scratch;
    if (!asItIs) {
      kernels.place(
        address,
        tensor.height,
        tensor.width,
        channels,
        source,
        padded.height,
        padded.width,
        ...corner,
        ...spread,
        fill,
      );
    }
    kernels.conv(
      source,
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
  };
}

/** What padding reads, per stored channel. */
function padding({ network }: EngineMemory, tensor: IntegerTensor, channels: number): Int16Array {
  const isImage = tensor.name === network.input.tensor;
  return Int16Array.from({ length: channels }, (_, k) =>
    isImage ? (network.input.padding[k] ?? 0) : tensor.zeroPoint,
  );
}
