import type { IntegerTensor, WindowGeometry } from '../../compiler/quantize/network.ts';
import type { EngineMemory } from './engine-memory.ts';

/** What a kernel reads: a copy of the input with padding, and gaps between pixels, written out. */
export interface KernelInput {
  readonly input: string;
  /** Kernel and dilations. */
  readonly geometry: Pick<WindowGeometry, 'kernel' | 'dilations'>;
  readonly padded: { readonly height: number; readonly width: number };
  /** Where the input's first pixel goes in the copy, and how far apart its pixels stand there. */
  readonly corner: readonly [number, number];
  readonly spread: readonly [number, number];
}

/** Prepares the copy; the function makes it and gives its address, the input's own where it is needed as it is. */
export function padInput(memory: EngineMemory, { input, padded, corner, spread }: KernelInput): () => number {
  const { kernels } = memory;
  const { tensor, channels, address } = memory.buffer(input);
  const sameSize = padded.height === tensor.height && padded.width === tensor.width;
  if (sameSize && corner.every((c) => c === 0) && spread.every((s) => s === 1)) return () => address;
  const fill = memory.constant(padding(memory, tensor, channels));
  memory.reserveScratch(padded.height * padded.width * channels * 2);
  return () => {
    kernels.place(
      address,
      tensor.height,
      tensor.width,
      channels,
      memory.scratch,
      padded.height,
      padded.width,
      ...corner,
      ...spread,
      fill,
    );
    return memory.scratch;
  };
}

/** What padding reads, per stored channel. */
function padding({ network }: EngineMemory, tensor: IntegerTensor, channels: number): Int16Array {
  const isImage = tensor.name === network.input.tensor;
  return Int16Array.from({ length: channels }, (_, k) =>
    isImage ? (network.input.padding[k] ?? 0) : tensor.zeroPoint,
  );
}
