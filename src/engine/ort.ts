/** ONNX Runtime (its WebAssembly build): the one module that knows it. */
import * as ort from 'onnxruntime-web';
import { floatToHalf, halfToFloat } from '../compiler/graph/float16.ts';
import type { DataType, TypedData } from '../compiler/graph/ir.ts';

/** A tensor that goes into or comes out of a run. */
export interface FloatTensor {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly data: TypedData;
}

export type Feeds = Readonly<Record<string, FloatTensor>>;

export interface FloatEngine {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Runs the model once; gives all outputs by name. */
  run(inputs: Feeds): Promise<Record<string, FloatTensor>>;
  dispose(): Promise<void>;
}

export interface EngineOptions {
  /** 'disabled' runs the graph node by node as written: the reference for quantised models. Default 'all'. */
  readonly optimization?: 'disabled' | 'basic' | 'extended' | 'all';
  /** Where the runtime's .wasm files lie, as a URL ending in '/'; by default beside its script. */
  readonly wasmPaths?: string;
}

/** Loads a model into ONNX Runtime. One thread: results do not depend on the machine. */
export async function createFloatEngine(
  model: Uint8Array,
  options: EngineOptions = {},
): Promise<FloatEngine> {
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  if (options.wasmPaths !== undefined) ort.env.wasm.wasmPaths = options.wasmPaths;
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: options.optimization ?? 'all',
    logSeverityLevel: 3,
  });
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    async run(inputs) {
      const feeds = Object.fromEntries(Object.entries(inputs).map(([name, t]) => [name, toOrt(t)]));
      const results = await session.run(feeds);
      return Object.fromEntries(Object.entries(results).map(([name, t]) => [name, fromOrt(t)]));
    },
    dispose: () => session.release(),
  };
}

/** Half-precision tensors are held as float32 outside the runtime, as everywhere in Camber. */
function toOrt(t: FloatTensor): ort.Tensor {
  if (t.dtype === 'float16') {
    return new ort.Tensor('float16', Uint16Array.from(t.data as Float32Array, floatToHalf), t.shape);
  }
  return new ort.Tensor(t.dtype as 'float32', t.data as Float32Array, t.shape);
}

/** The runtime has already copied the data out of its own memory. */
function fromOrt(t: ort.Tensor): FloatTensor {
  const shape = [...t.dims];
  if (t.type === 'float16') return { dtype: 'float16', shape, data: widen(t.data) };
  return { dtype: t.type as DataType, shape, data: t.data as TypedData };
}

/** The runtime gives bits, or numbers where JavaScript has Float16Array. */
function widen(data: unknown): Float32Array {
  return data instanceof Uint16Array
    ? Float32Array.from(data, halfToFloat)
    : Float32Array.from(data as Iterable<number>);
}
