/** The compiled kernels, one instance per integer engine. */
import { kernelsBase64 } from './kernels.wasm.ts';

/** Exports of `assembly/kernels.ts`; addresses are byte offsets. */
export interface Kernels {
  readonly memory: WebAssembly.Memory;
  base(): number;
  conv(
    input: number,
    weights: number,
    accumulators: number,
    height: number,
    width: number,
    blocks: number,
    rowStep: number,
    columnStep: number,
    segments: number,
    offsets: number,
    pairs: number,
  ): void;
  depthwise(
    input: number,
    weights: number,
    weightStep: number,
    accumulators: number,
    height: number,
    width: number,
    targetRow: number,
    channels: number,
    rowStep: number,
    columnStep: number,
    taps: number,
    offsets: number,
  ): void;
  copyChannels(
    source: number,
    sourceStep: number,
    target: number,
    targetStep: number,
    bytes: number,
    pixels: number,
  ): void;
  place(
    source: number,
    height: number,
    width: number,
    channels: number,
    target: number,
    targetHeight: number,
    targetWidth: number,
    top: number,
    left: number,
    stepY: number,
    stepX: number,
    fill: number,
  ): void;
  outputStage(
    accumulators: number,
    parameters: number,
    target: number,
    pixels: number,
    channels: number,
    zeroPoint: number,
    lower: number,
    upper: number,
    residual: number,
    residualZero: number,
    maskWrite: number,
    maskUpper: number,
    maskRead: number,
    sloped: number,
    table: number,
    low: number,
  ): void;
  maxPool(
    input: number,
    inputHeight: number,
    inputWidth: number,
    channels: number,
    accumulators: number,
    height: number,
    width: number,
    kernelHeight: number,
    kernelWidth: number,
    strideY: number,
    strideX: number,
    top: number,
    left: number,
    dilationY: number,
    dilationX: number,
  ): void;
  maxPoolBackward(
    gradient: number,
    winners: number,
    height: number,
    width: number,
    channels: number,
    accumulators: number,
    targetHeight: number,
    targetWidth: number,
    kernelWidth: number,
    strideY: number,
    strideX: number,
    top: number,
    left: number,
    dilationY: number,
    dilationX: number,
  ): void;
  product(
    input: number,
    factor: number,
    factorStep: number,
    pixels: number,
    channels: number,
    zero: number,
    accumulators: number,
  ): void;
}

let compiled: WebAssembly.Module | undefined;

/** A fresh instance with a memory of its own. */
export function instantiateKernels(): Kernels {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(kernelsBase64), (c) => c.charCodeAt(0)));
  return new WebAssembly.Instance(compiled).exports as unknown as Kernels;
}
