/** The static GradCAM model as plain ONNX: `<model>.gradcam.onnx`. */
import type { Diagnostic } from '../diagnostics.ts';
import { inferKnownShapes } from '../graph/infer.ts';
import type { Graph } from '../graph/ir.ts';
import { simplify } from '../graph/passes.ts';
import { readModel, type ReadOptions } from '../onnx/read.ts';
import { writeModel } from '../onnx/write.ts';
import { deriveStaticModel, type DeriveOptions, type StaticModel } from './derive.ts';
import { legalise } from './legalise/legalise.ts';

export interface ExportOptions extends Omit<DeriveOptions, 'notes'>, ReadOptions {}

export interface ExportedModel {
  readonly bytes: Uint8Array;
  /** The exported graph, standard operators only. */
  readonly graph: Graph;
  readonly model: StaticModel;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Simplifies a model without touching its numbers and derives its static GradCAM. Batch norms stay nodes, so that
 * every activation of the file can be a target under its own name.
 */
export function deriveFromModel(source: Uint8Array | Graph, options: ExportOptions = {}): StaticModel {
  const graph = source instanceof Uint8Array ? readModel(source, options).graph : source;
  const { graph: known } = inferKnownShapes(graph);
  const wanted = new Set(options.targets ?? []);
  const keep = known.nodes.flatMap((n) => n.outputs.filter((o) => wanted.has(o) || wanted.has(n.name)));
  const simplified = simplify(known, {
    foldBatchNorm: false,
    keep: [...keep, ...(options.score ? [options.score] : [])],
  });
  return deriveStaticModel(simplified.graph, { ...options, notes: simplified });
}

/**
 * The original outputs, then `heatmap` (float32 [1, 1, H, W], raw L), `alpha` [1, K] and `class_index` (int64 [1]);
 * an optional input `class` (int64 [1], -1 = argmax; a fixed class is its default). Standard operators only.
 * A name the model already uses gets a number behind it (`heatmap_1`).
 */
export function exportStaticModel(source: Uint8Array | Graph, options: ExportOptions = {}): ExportedModel {
  const model = deriveFromModel(source, options);
  const graph = legalise(model.graph);
  return { bytes: writeModel(graph), graph, model, diagnostics: model.diagnostics };
}
