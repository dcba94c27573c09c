/** The integer engine: the network of `src/compiler/quantize` on WebAssembly SIMD kernels, buffers allocated once. */
import { argmax, type ExecuteOptions, type Execution } from '../compiler/quantize/executor.ts';
import type {
  IntegerLayer,
  IntegerNetwork,
  IntegerTensor,
  WindowGeometry,
} from '../compiler/quantize/network.ts';
import { requantise } from '../compiler/quantize/semantics.ts';
import { tensorOf, weightsOf } from '../compiler/quantize/sums/context.ts';
import { Arena } from './kernels/arena.ts';
import {
  blockChannels,
  packWeights,
  reader,
  segmentsOf,
  storedChannels,
  type WeightAt,
} from './kernels/layout.ts';
import { instantiateKernels, type Kernels } from './kernels/module.ts';
import { borderSums, mapSum, spreadRow, windowSum, type Stored } from './kernels/smallSums.ts';

/** What an explanation needs of a run; the whole of it can be read afterwards, tensor by tensor. */
export type IntegerRun = Omit<Execution, 'tensors' | 'masks'>;

export interface IntegerEngine {
  readonly network: IntegerNetwork;
  /** Same answers as `execute`, bit for bit. */
  run(image: Uint8Array | Int8Array, options?: ExecuteOptions): IntegerRun;
  /** A tensor of the last run, CHW. */
  tensor(name: string): Int32Array;
  /** A mask of the last run, CHW, one 0 or 1 per element. */
  mask(name: string): Uint8Array;
}

type Step = (classIndex: number) => void;

/** Where a tensor lies. */
interface Buffer {
  readonly tensor: IntegerTensor;
  readonly channels: number;
  readonly address: number;
}

/** Lays a network out in memory and prepares its kernels' calls. */
export function createIntegerEngine(network: IntegerNetwork): IntegerEngine {
  return new Engine(network);
}

class Engine implements IntegerEngine {
  private readonly kernels: Kernels = instantiateKernels();
  private readonly arena = new Arena(this.kernels);
  private readonly buffers = new Map<string, Buffer>();
  private readonly masks = new Map<string, { address: number; like: Buffer }>();
  private readonly wide = new Map<string, Int32Array>();
  private readonly accumulators: number;
  private readonly scratch: number;
  private scratchBytes = 0;
  private readonly steps: { layer: IntegerLayer; run: Step }[];
  /** Constants to write once the memory has its final size. */
  private readonly constants: (() => void)[] = [];

  constructor(readonly network: IntegerNetwork) {
    let largest = 0;
    for (const tensor of network.tensors.values()) {
      const channels = storedChannels(network, tensor);
      const elements = channels * tensor.height * tensor.width;
      largest = Math.max(largest, elements);
      if (tensor.bits === 32) continue;
      this.buffers.set(tensor.name, { tensor, channels, address: this.arena.allocate(elements * 2) });
    }
    this.accumulators = this.arena.allocate(largest * 4);
    this.steps = network.layers.map((layer) => ({ layer, run: this.prepare(layer) }));
    // Behind everything else, so that its size may be known last.
    this.scratch = this.arena.allocate(this.scratchBytes);
    this.arena.commit();
    for (const write of this.constants) write();
  }

  run(image: Uint8Array | Int8Array, options: ExecuteOptions = {}): IntegerRun {
    this.load(image);
    const { network } = this;
    let topClass = -1;
    let classIndex = -1;
    for (const { layer, run } of this.steps) {
      if (options.inferenceOnly && layer.phase !== 'inference') break;
      run(classIndex);
      if (layer.output.tensor !== network.scores) continue;
      topClass = argmax(this.wide.get(network.scores)!);
      classIndex = options.classIndex ?? topClass;
      if (!(classIndex >= 0 && classIndex < network.classes)) {
        throw new Error(`class ${classIndex} is not in 0 ... ${network.classes - 1}`);
      }
    }
    const result = { scores: this.wide.get(network.scores)!.slice(), classIndex, topClass };
    const { explanation } = network;
    if (!explanation || options.inferenceOnly) return result;
    const alpha =
      'tensor' in explanation.alpha
        ? this.tensor(explanation.alpha.tensor)
        : Int32Array.from(this.row(explanation.alpha.row, classIndex));
    return { ...result, explanation: { alpha, map: this.wide.get(explanation.map)!.slice() } };
  }

  tensor(name: string): Int32Array {
    const wide = this.wide.get(name);
    if (wide) return wide.slice();
    const { tensor, channels, address } = this.buffers.get(name)!;
    const pixels = tensor.height * tensor.width;
    const stored = this.int16(address, pixels * channels);
    const out = new Int32Array(tensor.channels * pixels);
    for (let k = 0, at = 0; k < tensor.channels; k++) {
      for (let p = 0; p < pixels; p++) out[at++] = stored[p * channels + k]!;
    }
    return out;
  }

  mask(name: string): Uint8Array {
    const { address, like } = this.masks.get(name)!;
    const pixels = like.tensor.height * like.tensor.width;
    const stored = new Uint8Array(this.kernels.memory.buffer, address, pixels * like.channels);
    const out = new Uint8Array(like.tensor.channels * pixels);
    for (let k = 0, at = 0; k < like.tensor.channels; k++) {
      for (let p = 0; p < pixels; p++) out[at++] = stored[p * like.channels + k]!;
    }
    return out;
  }

  /** HWC bytes to stored int16. */
  private load(image: Uint8Array | Int8Array): void {
    const { tensor, channels, address } = this.buffers.get(this.network.input.tensor)!;
    const pixels = tensor.height * tensor.width;
    if (image.length !== tensor.channels * pixels) {
      throw new Error(
        `image has ${image.length} bytes, ${tensor.height} x ${tensor.width} x ${tensor.channels} expected`,
      );
    }
    const signed = image instanceof Int8Array;
    if (signed !== (this.network.input.format === 'int8')) {
      throw new Error(
        `image is ${signed ? 'int8' : 'uint8'}, the network expects ${this.network.input.format}`,
      );
    }
    const stored = this.int16(address, pixels * channels);
    for (let p = 0, from = 0; p < pixels; p++) {
      for (let k = 0; k < tensor.channels; k++)
        stored[p * channels + k] = image[from++]! - (signed ? 0 : 128);
    }
  }

  /** The step that computes a layer's accumulators and runs its output stage. */
  private prepare(layer: IntegerLayer): Step {
    const sum = this.prepareSum(layer);
    const output = tensorOf(this.network, layer.output.tensor);
    const stage = output.bits === 32 ? this.prepareWideStage(layer, output) : this.prepareStage(layer);
    return (classIndex) => {
      sum(classIndex);
      stage(classIndex);
    };
  }

  private prepareSum(layer: IntegerLayer): Step {
    const { sum } = layer;
    const output = tensorOf(this.network, layer.output.tensor);
    const accumulators = () => new Int32Array(this.kernels.memory.buffer, this.accumulators);
    const channels = storedChannels(this.network, output);
    switch (sum.kind) {
      case 'conv': {
        const weights = weightsOf(this.network, sum.weights);
        const at = reader(weights);
        const [top, left, bottom, right] = sum.geometry.pads;
        const input = this.buffers.get(sum.input)!.tensor;
        const padded = { height: input.height + top + bottom, width: input.width + left + right };
        return this.prepareConv(
          sum.input,
          at,
          weights.shape[0],
          sum.geometry,
          padded,
          [top, left],
          [1, 1],
          sum.geometry.strides,
          output,
        );
      }
      case 'convBackward': {
        // A convolution of stride 1, with the kernel turned round, over the gradient spread out by the strides.
        const weights = weightsOf(this.network, sum.weights);
        const forward = reader(weights);
        const { geometry } = sum;
        const [kernelHeight, kernelWidth] = geometry.kernel;
        const at: WeightAt = (i, o, ky, kx) => forward(o, i, kernelHeight - 1 - ky, kernelWidth - 1 - kx);
        const reach = [
          (kernelHeight - 1) * geometry.dilations[0],
          (kernelWidth - 1) * geometry.dilations[1],
        ] as const;
        const padded = { height: output.height + reach[0], width: output.width + reach[1] };
        const corner = [reach[0] - geometry.pads[0], reach[1] - geometry.pads[1]] as const;
        return this.prepareConv(
          sum.input,
          at,
          weights.shape[1],
          geometry,
          padded,
          corner,
          geometry.strides,
          [1, 1],
          output,
        );
      }
      case 'convMean': {
        const weights = weightsOf(this.network, sum.weights);
        const forward = reader(weights);
        const [, inputs, kernelHeight, kernelWidth] = weights.shape;
        const geometry: WindowGeometry = {
          kernel: [kernelHeight, kernelWidth],
          strides: [1, 1],
          pads: [0, 0, 0, 0],
          dilations: [1, 1],
        };
        const padded = { height: kernelHeight, width: kernelWidth };
        return this.prepareConv(
          sum.input,
          (i, o, ky, kx) => forward(o, i, ky, kx),
          inputs,
          geometry,
          padded,
          [0, 0],
          [1, 1],
          [1, 1],
          output,
        );
      }
      case 'windowSum':
        return () =>
          windowSum(this.stored(sum.input), sum.geometry, output.height, output.width, accumulators());
      case 'borderSums':
        return () => borderSums(this.stored(sum.input), sum.geometry, sum.inputSize, accumulators());
      case 'denseRow':
        return (classIndex) =>
          spreadRow(
            this.row(sum.weights, classIndex),
            output.height * output.width,
            channels,
            accumulators(),
          );
      case 'mapFromRow':
        return (classIndex) => {
          const row = this.row(sum.weights, classIndex);
          mapSum(this.stored(sum.input), row, row.length, 0, accumulators());
        };
      case 'mapFromTensor':
        return () => {
          const { tensor } = this.buffers.get(sum.input)!;
          mapSum(
            this.stored(sum.input),
            this.stored(sum.alpha).values,
            tensor.channels,
            tensor.zeroPoint,
            accumulators(),
          );
        };
    }
  }

  private prepareConv(
    input: string,
    at: WeightAt,
    outputs: number,
    geometry: WindowGeometry,
    padded: { readonly height: number; readonly width: number },
    corner: readonly [number, number],
    spread: readonly [number, number],
    strides: readonly [number, number],
    output: IntegerTensor,
  ): Step {
    const { kernels } = this;
    const { tensor, channels, address } = this.buffers.get(input)!;
    const segments = segmentsOf(geometry, channels, padded.width);
    const weights = this.constant(packWeights(at, outputs, tensor.channels, channels, segments));
    const offsets = this.constant(segments.offsets);
    const asItIs = padded.height === tensor.height && padded.width === tensor.width;
    const fill = asItIs ? 0 : this.constant(this.padding(tensor, channels));
    if (!asItIs) this.scratchBytes = Math.max(this.scratchBytes, padded.height * padded.width * channels * 2);
    const pixel = channels * 2;
    const row = padded.width * pixel;
    const blocks = Math.ceil(outputs / blockChannels);
    return () => {
      const source = asItIs ? address : this.scratch;
      if (!asItIs) {
        kernels.place(
          address,
          tensor.height,
          tensor.width,
          channels,
          source,
          padded.height,
          padded.width,
          corner[0],
          corner[1],
          spread[0],
          spread[1],
          fill,
        );
      }
      kernels.conv(
        source,
        weights,
        this.accumulators,
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
  private padding(tensor: IntegerTensor, channels: number): Int16Array {
    const isImage = tensor.name === this.network.input.tensor;
    return Int16Array.from({ length: channels }, (_, k) =>
      isImage ? (this.network.input.padding[k] ?? 0) : tensor.zeroPoint,
    );
  }

  private prepareStage(layer: IntegerLayer): Step {
    const { kernels } = this;
    const stage = layer.output;
    const target = this.buffers.get(stage.tensor)!;
    const { channels, tensor } = target;
    const parameters = new Int32Array(5 * channels);
    parameters.fill(1, 2 * channels, 3 * channels);
    [stage.bias, stage.multiplier, stage.shift, stage.residual?.multiplier, stage.residual?.shift].forEach(
      (values, i) => {
        if (values) parameters.set(values, i * channels);
      },
    );
    const address = this.constant(parameters);
    const residual = stage.residual && this.buffers.get(stage.residual.tensor)!;
    if (stage.maskWrite) {
      const bytes = channels * tensor.height * tensor.width;
      this.masks.set(stage.maskWrite.mask, { address: this.arena.allocate(bytes), like: target });
    }
    const write = stage.maskWrite ? this.masks.get(stage.maskWrite.mask)!.address : 0;
    const read = stage.maskRead === undefined ? 0 : this.masks.get(stage.maskRead)!.address;
    return () =>
      kernels.outputStage(
        this.accumulators,
        address,
        target.address,
        tensor.height * tensor.width,
        channels,
        tensor.zeroPoint,
        stage.lower,
        stage.upper,
        residual?.address ?? 0,
        residual?.tensor.zeroPoint ?? 0,
        write,
        stage.maskWrite?.upper ?? 0,
        read,
      );
  }

  /** Scores and map: few values, in 32 bits. */
  private prepareWideStage(layer: IntegerLayer, tensor: IntegerTensor): Step {
    const { output: stage, sum } = layer;
    const isMap = sum.kind === 'mapFromRow' || sum.kind === 'mapFromTensor';
    const channels = isMap ? 1 : storedChannels(this.network, tensor);
    const pixels = tensor.height * tensor.width;
    const result = new Int32Array(tensor.channels * pixels);
    this.wide.set(tensor.name, result);
    return (classIndex) => {
      const accumulators = new Int32Array(this.kernels.memory.buffer, this.accumulators);
      for (let k = 0; k < tensor.channels; k++) {
        const p = sum.kind === 'mapFromRow' ? classIndex : k;
        for (let n = 0; n < pixels; n++) {
          const operands = {
            accumulator: accumulators[n * channels + k]!,
            bias: stage.bias[p]!,
            multiplier: stage.multiplier[p]!,
            shift: stage.shift[p]!,
            residual: 0,
            residualMultiplier: 0,
            residualShift: 0,
          };
          result[k * pixels + n] = requantise(operands, tensor.zeroPoint, stage.lower, stage.upper);
        }
      }
    };
  }

  private row(weights: string, classIndex: number): Int8Array {
    const { data, shape } = weightsOf(this.network, weights);
    const count = data.length / shape[0];
    return data.subarray(classIndex * count, (classIndex + 1) * count);
  }

  private stored(name: string): Stored {
    const { tensor, channels, address } = this.buffers.get(name)!;
    const { height, width, zeroPoint } = tensor;
    return { values: this.int16(address, height * width * channels), height, width, channels, zeroPoint };
  }

  private int16(address: number, length: number): Int16Array {
    return new Int16Array(this.kernels.memory.buffer, address, length);
  }

  /** Reserves room for constant data, written once the memory has its size. */
  private constant(values: Int16Array | Int32Array): number {
    const address = this.arena.allocate(values.byteLength);
    this.constants.push(() => {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      new Uint8Array(this.kernels.memory.buffer, address, bytes.length).set(bytes);
    });
    return address;
  }
}
