import type { IntegerNetwork, IntegerTensor } from '../../compiler/quantize/network.ts';
import { weightsOf } from '../../compiler/quantize/sums/context.ts';
import { Arena } from './arena.ts';
import { storedChannels } from './layout.ts';
import { instantiateKernels, type Kernels } from './module.ts';

/** Where a tensor or mask lies. */
export interface Buffer {
  readonly tensor: IntegerTensor;
  readonly channels: number;
  readonly address: number;
}

/** A tensor in the engine's memory. */
export interface Stored {
  readonly values: Int16Array;
  readonly height: number;
  readonly width: number;
  /** Stored channels. */
  readonly channels: number;
  readonly zeroPoint: number;
}

/** The kernels' memory with every buffer of a network at a fixed address. */
export class EngineMemory {
  readonly kernels: Kernels = instantiateKernels();
  private readonly arena = new Arena(this.kernels);
  private readonly buffers = new Map<string, Buffer>();
  private readonly masks = new Map<string, Buffer>();
  /** 32-bit results by tensor, CHW. */
  readonly wide = new Map<string, Int32Array>();
  /** Address of the accumulators, shared by all layers. */
  readonly accumulators: number;
  /** Address of the padded copy of a layer's input; known after `commit`. */
  scratch = 0;
  private scratchBytes = 0;
  private readonly constants: (() => void)[] = [];

  constructor(readonly network: IntegerNetwork) {
    let largest = 0;
    for (const tensor of network.tensors.values()) {
      const channels = storedChannels(network, tensor);
      const elements = channels * tensor.height * tensor.width;
      largest = Math.max(largest, elements);
      if (tensor.bits === 32)
        this.wide.set(tensor.name, new Int32Array(tensor.channels * tensor.height * tensor.width));
      else this.buffers.set(tensor.name, { tensor, channels, address: this.arena.allocate(elements * 2) });
    }
    this.accumulators = this.arena.allocate(largest * 4);
  }

  buffer(tensor: string): Buffer {
    const found = this.buffers.get(tensor);
    if (!found) throw new Error(`integer network ${this.network.name} has no stored tensor ${tensor}`);
    return found;
  }

  mask(name: string): Buffer {
    const found = this.masks.get(name);
    if (!found) throw new Error(`mask ${name} is read before any layer writes it`);
    return found;
  }

  /**
   * Copies a range of channels between a view's own buffer and the tensor it lies in: the kernels read and write
   * tensors whose channels are all there are at a pixel.
   *
   * @returns undefined for a tensor that is no view
   */
  viewCopy(name: string, direction: 'into view' | 'out of view'): (() => void) | undefined {
    const { tensor, channels, address } = this.buffer(name);
    if (!tensor.view) return undefined;
    const whole = this.buffer(tensor.view.of);
    const range = [whole.address + tensor.view.channel * 2, whole.channels * 2] as const;
    const own = [address, channels * 2] as const;
    const [from, to] = direction === 'into view' ? [range, own] : [own, range];
    const pixels = tensor.height * tensor.width;
    return () => this.kernels.copyChannels(...from, ...to, tensor.channels * 2, pixels);
  }

  /** Reserves a mask of the shape of a tensor, one byte per element. */
  addMask(name: string, { tensor, channels }: Buffer): Buffer {
    // The regions of a tensor share a mask.
    const known = this.masks.get(name);
    if (known) return known;
    const address = this.arena.allocate(channels * tensor.height * tensor.width);
    const mask = { tensor, channels, address };
    this.masks.set(name, mask);
    return mask;
  }

  /** Reserves room for constant data, written once the memory has its size. */
  constant(values: Int16Array | Int32Array): number {
    const address = this.arena.allocate(values.byteLength);
    this.constants.push(() => {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      new Uint8Array(this.kernels.memory.buffer, address, bytes.length).set(bytes);
    });
    return address;
  }

  /** Asks for a scratch buffer of at least this size. */
  reserveScratch(bytes: number): void {
    this.scratchBytes = Math.max(this.scratchBytes, bytes);
  }

  /** Fixes the layout and writes the constants. No reservations after this. */
  commit(): void {
    this.scratch = this.arena.allocate(this.scratchBytes);
    this.arena.commit();
    for (const write of this.constants.splice(0)) write();
  }

  /** A tensor's integers as stored. */
  stored(name: string): Stored {
    const { tensor, channels, address } = this.buffer(name);
    const { height, width, zeroPoint } = tensor;
    const values = new Int16Array(this.kernels.memory.buffer, address, height * width * channels);
    return { values, height, width, channels, zeroPoint };
  }

  accumulatorValues(): Int32Array {
    return new Int32Array(this.kernels.memory.buffer, this.accumulators);
  }

  /** A mask's bytes as stored. */
  maskBytes({ tensor, channels, address }: Buffer): Uint8Array {
    return new Uint8Array(this.kernels.memory.buffer, address, channels * tensor.height * tensor.width);
  }

  /** Row `classIndex` of dense weights. */
  row(weights: string, classIndex: number): Int8Array {
    const { data, shape } = weightsOf(this.network, weights);
    const count = data.length / shape[0];
    return data.subarray(classIndex * count, (classIndex + 1) * count);
  }
}
