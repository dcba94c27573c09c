/** The integer engine: the network of `src/compiler/quantize` on WebAssembly SIMD kernels, buffers allocated once. */
import { argmax, type ExecuteOptions, type Execution } from '../compiler/quantize/executor.ts';
import type { IntegerLayer, IntegerNetwork } from '../compiler/quantize/network.ts';
import { readsOf } from '../compiler/schedule/storage.ts';
import { EngineMemory, type Buffer } from './kernels/engine-memory.ts';
import { prepareStage } from './kernels/prepare-stage.ts';
import { prepareSum, type Step } from './kernels/prepare-sum.ts';

/** What an explanation needs of a run; the whole of it can be read afterwards, tensor by tensor. */
export type IntegerRun = Omit<Execution, 'tensors' | 'masks'>;

export interface IntegerEngine {
  readonly network: IntegerNetwork;
  /**
   * Runs the network on one image: the same answers as `execute`, bit for bit.
   *
   * @param image Height x width x channels bytes, as `execute` takes them.
   */
  run(image: Uint8Array | Int8Array, options?: ExecuteOptions): IntegerRun;
  /** A tensor of the last run, CHW. */
  tensor(name: string): Int32Array;
  /** A mask of the last run, CHW, one 0 or 1 per element. */
  mask(name: string): Uint8Array;
}

/** Lays a network out in memory and prepares its kernels' calls. */
export function createIntegerEngine(network: IntegerNetwork): IntegerEngine {
  return new Engine(network);
}

class Engine implements IntegerEngine {
  private readonly memory: EngineMemory;
  private readonly steps: readonly {
    readonly layer: IntegerLayer;
    readonly run: readonly Step[];
  }[];

  constructor(readonly network: IntegerNetwork) {
    const memory = new EngineMemory(network);
    this.memory = memory;
    this.steps = network.layers.map((layer) => ({
      layer,
      run: [
        ...viewsRead(layer, memory),
        prepareSum(layer.sum, layer.output, memory),
        prepareStage(layer, memory),
        ...viewWritten(layer, memory),
      ],
    }));
    memory.commit();
  }

  run(image: Uint8Array | Int8Array, options: ExecuteOptions = {}): IntegerRun {
    this.load(image);
    const { network, memory } = this;
    const scores = memory.wide.get(network.scores)!;
    let topClass = -1;
    let classIndex = -1;
    for (const { layer, run } of this.steps) {
      if (options.inferenceOnly && layer.phase !== 'inference') break;
      for (const step of run) step(classIndex);
      if (layer.output.tensor !== network.scores) continue;
      topClass = argmax(scores);
      classIndex = options.classIndex ?? topClass;
      if (!(classIndex >= 0 && classIndex < network.classes)) {
        throw new Error(`class ${classIndex} is not in 0 ... ${network.classes - 1}`);
      }
    }
    const result = { scores: scores.slice(), classIndex, topClass };
    const { explanation } = network;
    if (!explanation || options.inferenceOnly) return result;
    const alpha =
      'tensor' in explanation.alpha
        ? this.tensor(explanation.alpha.tensor)
        : Int32Array.from(memory.row(explanation.alpha.row, classIndex));
    return { ...result, explanation: { alpha, map: this.tensor(explanation.map) } };
  }

  tensor(name: string): Int32Array {
    const wide = this.memory.wide.get(name);
    if (wide) return wide.slice();
    this.memory.viewCopy(name, 'into view')?.();
    const { tensor, channels } = this.memory.buffer(name);
    const out = new Int32Array(tensor.channels * tensor.height * tensor.width);
    planar(this.memory.stored(name).values, channels, out, tensor.height * tensor.width);
    return out;
  }

  mask(name: string): Uint8Array {
    const mask: Buffer = this.memory.mask(name);
    const { channels, height, width } = mask.tensor;
    const out = new Uint8Array(channels * height * width);
    planar(this.memory.maskBytes(mask), mask.channels, out, height * width);
    return out;
  }

  /** HWC bytes to stored int16. */
  private load(image: Uint8Array | Int8Array): void {
    const { tensor } = this.memory.buffer(this.network.input.tensor);
    const { values, channels } = this.memory.stored(tensor.name);
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
    for (let p = 0, from = 0; p < pixels; p++) {
      for (let k = 0; k < tensor.channels; k++)
        values[p * channels + k] = image[from++]! - (signed ? 0 : 128);
    }
  }
}

/** Copies of what a layer reads of other tensors' channels. */
function viewsRead(layer: IntegerLayer, memory: EngineMemory): Step[] {
  return readsOf(layer).flatMap((name) => memory.viewCopy(name, 'into view') ?? []);
}

/** Copies what a layer writes into the tensor of which it is a part. */
function viewWritten({ output }: IntegerLayer, memory: EngineMemory): Step[] {
  if (memory.wide.has(output.tensor)) return [];
  return [memory.viewCopy(output.tensor, 'out of view') ?? []].flat();
}

/** From HWC with stored channels to CHW. */
function planar(
  stored: Int16Array | Uint8Array,
  channels: number,
  out: Int32Array | Uint8Array,
  pixels: number,
): void {
  for (let k = 0, at = 0; at < out.length; k++)
    for (let p = 0, from = k; p < pixels; p++, from += channels) out[at++] = stored[from]!;
}
