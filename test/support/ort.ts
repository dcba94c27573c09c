/** ONNX Runtime (web build, one thread) for tests. */
import * as ort from 'onnxruntime-web';

ort.env.wasm.wasmPaths = new URL('../../node_modules/onnxruntime-web/dist/', import.meta.url).href;
ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

export { ort };

/** Runs a model on float32 (or given) tensors and returns all outputs. Graph optimisations are off by default. */
export async function runModel(
  model: Uint8Array,
  feeds: Record<string, ort.Tensor>,
  graphOptimizationLevel: 'disabled' | 'all' = 'disabled',
): Promise<Record<string, ort.Tensor>> {
  const session = await ort.InferenceSession.create(model, { graphOptimizationLevel });
  try {
    return (await session.run(feeds)) as Record<string, ort.Tensor>;
  } finally {
    await session.release();
  }
}
