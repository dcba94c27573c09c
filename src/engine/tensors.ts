/** Runs the static model and reads any of its tensors: what calibration and layer-by-layer comparison need. */
import type { StaticGradCam } from '../compiler/gradient/derive.ts';
import { legalise } from '../compiler/gradient/legalise/legalise.ts';
import { withOutputs } from '../compiler/gradient/outputs.ts';
import { writeModel } from '../compiler/onnx/write.ts';
import type { RunTensors } from './calibrate.ts';
import { imageInput, withClassInput } from './float.ts';
import { createFloatEngine, type EngineOptions } from './ort.ts';

export interface TensorRunner {
  /** The tensors that can be read. */
  readonly readable: ReadonlySet<string>;
  readonly run: RunTensors;
  dispose(): Promise<void>;
}

/** Loads the model with `tensors` readable; `run` returns those asked for. */
export async function createTensorRunner(
  model: StaticGradCam,
  tensors: Iterable<string>,
  options: EngineOptions = {},
): Promise<TensorRunner> {
  const image = imageInput(model);
  const readable = new Set(tensors);
  const graph = withClassInput(withOutputs(legalise(model.graph), readable), model);
  // The layout optimisations of level `all` lose outputs that lie inside what they fuse (onnxruntime-web 1.30).
  const engine = await createFloatEngine(writeModel(graph), { optimization: 'extended', ...options });
  return {
    readable,
    async run(picture, names, classIndex) {
      const outputs = await engine.run({
        [image.name]: { dtype: image.dtype, shape: image.shape, data: picture },
        [model.classInput]: { dtype: 'int64', shape: [1], data: BigInt64Array.of(BigInt(classIndex)) },
      });
      return new Map(names.map((n) => [n, n === image.name ? picture : (outputs[n]!.data as Float32Array)]));
    },
    dispose: () => engine.dispose(),
  };
}
