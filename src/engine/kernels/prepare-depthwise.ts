import type { LayerKind, OutputStage } from '../../compiler/quantize/network.ts';
import { tensorOf } from '../../compiler/quantize/sums/context.ts';
import type { EngineMemory } from './engine-memory.ts';
import { padInput, type KernelInput } from './kernel-input.ts';
import { blockChannels } from './layout.ts';
import { windowSum } from './small-sums.ts';

type Kind<K extends LayerKind['kind']> = Extract<LayerKind, { kind: K }>;

/** Weights of each channel alone, tap after tap; `step` 0: the same for all taps. */
interface ChannelWeights {
  readonly values: Int16Array;
  readonly step: number;
}

interface KernelDepthwise extends KernelInput {
  readonly weights: ChannelWeights;
  readonly strides: readonly [number, number];
  readonly output: OutputStage;
}

/** Weights by channel and tap as the kernel takes them; stored channels beyond the real ones have none. */
export function perChannel(
  [height, width]: readonly [number, number],
  channels: number,
  stored: number,
  at: (channel: number, ky: number, kx: number) => number,
): ChannelWeights {
  const values = new Int16Array(height * width * stored);
  for (let tap = 0; tap < height * width; tap++) {
    for (let k = 0; k < channels; k++) {
      values[tap * stored + k] = at(k, Math.floor(tap / width), tap % width);
    }
  }
  return { values, step: stored * 2 };
}

const ones = (stored: number): ChannelWeights => ({ values: new Int16Array(stored).fill(1), step: 0 });

/** Sums channel by channel, at the output's own region. */
export function prepareDepthwise(memory: EngineMemory, conv: KernelDepthwise): () => void {
  const { kernels } = memory;
  const { padded, strides, geometry, output } = conv;
  const { channels } = memory.buffer(conv.input);
  const { height, width } = tensorOf(memory.network, output.tensor);
  const region = output.region ?? { rows: [0, height], columns: [0, width] };
  const pixel = channels * 2;
  const row = padded.width * pixel;
  const [kernelHeight, kernelWidth] = geometry.kernel;
  const offsets = Int32Array.from({ length: kernelHeight * kernelWidth }, (_, tap) => {
    const [ky, kx] = [Math.floor(tap / kernelWidth), tap % kernelWidth];
    return ky * geometry.dilations[0] * row + kx * geometry.dilations[1] * pixel;
  });
  const [weights, places] = [memory.constant(conv.weights.values), memory.constant(offsets)];
  const source = padInput(memory, conv);
  const [rowStep, columnStep] = [strides[0] * row, strides[1] * pixel];
  return () =>
    kernels.depthwise(
      source() + region.rows[0] * rowStep + region.columns[0] * columnStep,
      weights,
      conv.weights.step,
      memory.accumulators + (region.rows[0] * width + region.columns[0]) * channels * 4,
      region.rows[1],
      region.columns[1],
      width * channels * 4,
      channels,
      rowStep,
      columnStep,
      offsets.length,
      places,
    );
}

export function prepareWindowSum(
  sum: Kind<'windowSum'>,
  output: OutputStage,
  memory: EngineMemory,
): () => void {
  const { tensor, channels } = memory.buffer(sum.input);
  const { kernel, strides, dilations, pads } = sum.geometry;
  if (channels % blockChannels !== 0) {
    // The image, whose channels are not stored in whole blocks.
    const result = memory.buffer(output.tensor);
    return () => windowSum(memory.stored(sum.input), sum.geometry, result, memory.accumulatorValues());
  }
  const [top, left, bottom, right] = pads;
  return prepareDepthwise(memory, {
    input: sum.input,
    weights: ones(channels),
    geometry: { kernel, dilations },
    strides,
    padded: { height: tensor.height + top + bottom, width: tensor.width + left + right },
    corner: [top, left],
    spread: [1, 1],
    output,
  });
}

/** The adjoint: a window of ones over the gradient spread out by the strides. */
export function prepareWindowSumBackward(
  sum: Kind<'windowSumBackward'>,
  output: OutputStage,
  memory: EngineMemory,
): () => void {
  const { channels } = memory.buffer(sum.input);
  const { kernel, dilations, pads, strides } = sum.geometry;
  const reach = [(kernel[0] - 1) * dilations[0], (kernel[1] - 1) * dilations[1]] as const;
  const result = tensorOf(memory.network, output.tensor);
  return prepareDepthwise(memory, {
    input: sum.input,
    weights: ones(channels),
    geometry: { kernel, dilations },
    strides: [1, 1],
    padded: { height: result.height + reach[0], width: result.width + reach[1] },
    corner: [reach[0] - pads[0], reach[1] - pads[1]],
    spread: strides,
    output,
  });
}
