/** The float engine: runs the static GradCAM model on ONNX Runtime and gives explanations. */
import type { ClassChoice } from '../compiler/class-choice.ts';
import { CompileError, diagnostic } from '../compiler/diagnostics.ts';
import { deriveFromModel, type ExportOptions } from '../compiler/gradient/export.ts';
import { legalise } from '../compiler/gradient/legalise/legalise.ts';
import type { MethodTarget, StaticModel } from '../compiler/gradient/derive.ts';
import { withOutputs } from '../compiler/gradient/outputs.ts';
import type { Graph, ValueInfo } from '../compiler/graph/ir.ts';
import { writeModel } from '../compiler/onnx/write.ts';
import { createFloatEngine, type EngineOptions } from './ort.ts';

export { createFloatEngine, type EngineOptions, type FloatEngine, type FloatTensor } from './ort.ts';

/** One target's answer. */
export interface MapResult {
  readonly target: MethodTarget;
  /** [K]; methods without channel weights have none. */
  readonly alpha?: Float32Array;
  /** [C, H, W], of the methods that explain the input. */
  readonly attribution?: Float32Array;
  /** Raw L, [H, W] row-major. */
  readonly map: Float32Array;
}

export interface Explanation {
  /** Class scores z, [N]; for a single logit [1]. */
  readonly scores: Float32Array;
  readonly probability?: Float32Array;
  readonly class: number;
  readonly classIsArgmax: boolean;
  readonly maps: readonly MapResult[];
}

export interface FloatExplainer {
  readonly model: StaticModel;
  /** Explains one image (float32, the model's own input shape). `wanted` overrides the class for this image. */
  explain(image: Float32Array, wanted?: ClassChoice): Promise<Explanation>;
  dispose(): Promise<void>;
}

/** Derives a model's static GradCAM, loads it once, and explains images. */
export async function createExplainer(
  source: Uint8Array | Graph,
  options: ExportOptions & EngineOptions = {},
): Promise<FloatExplainer> {
  const model = deriveFromModel(source, options);
  const image = imageInput(model);
  const read = [model.scores, ...(model.probability === undefined ? [] : [model.probability])];
  const engine = await createFloatEngine(
    writeModel(withClassInput(withOutputs(legalise(model.graph), read), model)),
    options,
  );
  const preset = options.class ?? 'argmax';
  return {
    model,
    async explain(data, wanted = preset) {
      if (wanted !== 'argmax' && !(Number.isInteger(wanted) && wanted >= 0 && wanted < model.classes)) {
        throw outOfRange(wanted, model.classes);
      }
      const index = wanted === 'argmax' ? -1 : wanted;
      const outputs = await engine.run({
        [image.name]: { dtype: image.dtype, shape: image.shape, data },
        [model.classInput]: { dtype: 'int64', shape: [1], data: BigInt64Array.of(BigInt(index)) },
      });
      const numbers = (name: string) => outputs[name]!.data as Float32Array;
      return {
        scores: numbers(model.scores),
        ...(model.probability === undefined ? {} : { probability: numbers(model.probability) }),
        class: Number(outputs[model.classIndex]!.data[0]),
        classIsArgmax: index < 0,
        maps: model.targets.map((target) => ({
          target,
          map: numbers(target.map),
          ...(target.alpha === undefined ? {} : { alpha: numbers(target.alpha) }),
          ...(target.attribution === undefined ? {} : { attribution: numbers(target.attribution) }),
        })),
      };
    },
    dispose: () => engine.dispose(),
  };
}

/** ONNX Runtime's web API cannot override an initializer, so here `class` is an ordinary input. */
export function withClassInput(graph: Graph, model: Pick<StaticModel, 'classInput'>): Graph {
  const initializers = new Map(graph.initializers);
  initializers.delete(model.classInput);
  return { ...graph, initializers };
}

/** The graph input that takes the image. */
export function imageInput(model: Pick<StaticModel, 'graph' | 'classInput'>): ValueInfo {
  return model.graph.inputs.find((i) => i.name !== model.classInput)!;
}

function outOfRange(index: number, classes: number): CompileError {
  return new CompileError([
    diagnostic(
      'CAM205',
      `Class ${index} is out of range: the model has ${classes} classes`,
      `Choose a class from 0 to ${classes - 1}, or argmax.`,
    ),
  ]);
}
