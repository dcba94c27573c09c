/**
 * First half of the pipeline: from a read graph to everything that is known before calibration.
 *
 * simplify (batch norms folded) -> derive static GradCAM -> name the tensors whose ranges the quantiser will need.
 */
import type { ClassChoice } from './class-choice.ts';
import type { Diagnostic } from './diagnostics.ts';
import { CompileError, diagnostic } from './diagnostics.ts';
import { deriveGradCam, type StaticGradCam } from './gradient/derive.ts';
import { findScores } from './gradient/scores.ts';
import type { Graph } from './graph/ir.ts';
import { simplify, type Simplified } from './graph/passes.ts';
import { bothClasses } from './graph/both-classes.ts';
import { equalise } from './graph/equalise.ts';
import { inferKnownShapes } from './graph/infer.ts';
import { importQuantised } from './quantize/import/import-quantised.ts';
import { observedTensors, type ObservedTensors } from './quantize/observed.ts';
import type { ExplanationSource, QuantiseSource } from './quantize/source.ts';

export interface AnalyseOptions {
  /** ONNX tensor or layer name; default: the deepest 4-D activation with H * W > 1. */
  readonly target?: string;
  /** Tensor with the class scores. */
  readonly score?: string;
  readonly class?: ClassChoice;
  /** False: inference only, nothing is kept or computed for a map. */
  readonly explanation?: boolean;
  /** Rescale convolutions in a row against each other before quantising (`graph/equalise.ts`); the outputs stay as they are. */
  readonly equalise?: boolean;
}

export interface Analysis {
  /** As read, with the shapes that can be known. */
  readonly original: Graph;
  /** What the gradient is derived from: a single logit has its two scores here. */
  readonly simplified: Simplified;
  /** Forward, gradient and map nodes (also where no explanation is compiled: calibration runs this graph). */
  readonly model: StaticGradCam;
  /** The model's own tensor with the class scores, or its single logit. */
  readonly scores: string;
  readonly source: QuantiseSource;
  readonly observed: ObservedTensors;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Analyses a read graph for the accelerator.
 *
 * @throws CompileError CAM109, CAM201 to CAM206; CAM501 with every node that has no integer mapping.
 */
export function analyse(original: Graph, options: AnalyseOptions = {}): Analysis {
  const { graph: plain, imported } = importQuantised(original);
  const { graph } = inferKnownShapes(plain);
  // The user may name a tensor as the file does, whose integers are no longer in the graph.
  const known = (tensor: string | undefined) =>
    tensor === undefined ? undefined : (imported?.names.get(tensor) ?? tensor);
  const [wanted, score] = [known(options.target), known(options.score)];
  const keep = wanted === undefined ? [] : tensorsNamed(graph, wanted);
  const simplified = simplify(graph, {
    foldBatchNorm: true,
    keep: [...keep, ...(score === undefined ? [] : [score])],
  });
  const scores = findScores(simplified.graph, score);
  const classes = scores.singleLogit
    ? bothClasses(simplified.graph, scores.tensor, imported === undefined)
    : { graph: simplified.graph, scores: score };
  const derive = (from: Graph): StaticGradCam => ({
    ...deriveGradCam(from, {
      ...(wanted === undefined ? {} : { targets: [wanted] }),
      ...(classes.scores === undefined ? {} : { score: classes.scores }),
      class: options.class ?? 'argmax',
      notes: simplified,
    }),
    ...(scores.probability === undefined ? {} : { probability: scores.probability }),
  });
  const derived = derive(classes.graph);
  // A model that came quantised keeps its own scales.
  const { model, found } =
    options.equalise && !imported ? equalised(derived, classes.graph, derive) : { model: derived, found: [] };
  const inference = { graph: model.graph, scores: model.scores, ...(imported ? { imported } : {}) };
  const source: QuantiseSource =
    options.explanation === false
      ? { ...inference }
      : { ...inference, explanation: explanationSource(model, simplified) };
  return {
    original: graph,
    simplified: { ...simplified, graph: classes.graph },
    model,
    scores: scores.tensor,
    source,
    observed: observedTensors(source),
    diagnostics: [...model.diagnostics, ...found],
  };
}

/** The derivation again from the equalised graph, and what is to be said about it. The target keeps its values, and alpha with it. */
function equalised(
  derived: StaticGradCam,
  graph: Graph,
  derive: (graph: Graph) => StaticGradCam,
): { model: StaticGradCam; found: Diagnostic[] } {
  const target = derived.targets[0]!;
  const map = derived.graph.nodes.find((n) => n.outputs[0] === target.map);
  const kept = new Set([target.tensor, derived.scores, ...(map?.inputs ?? [])]);
  const { graph: changed, tensors, skipped } = equalise(graph, kept);
  const found = skipped.map(({ first, second, why }) =>
    diagnostic(
      'CAM408',
      `"${first}" and "${second}" are not equalised: ${why}.`,
      'Nothing need be done; --wide-activations helps where the layer between them is coarse.',
      { node: second },
    ),
  );
  return { model: tensors.length === 0 ? derived : derive(changed), found };
}

/** Tensors a user may mean by a name: the tensor itself, or the outputs of the node of that name. */
function tensorsNamed(graph: Graph, name: string): string[] {
  return graph.nodes.flatMap((n) => (n.name === name ? n.outputs : n.outputs.filter((o) => o === name)));
}

/** The map node says on which tensor and with which alpha the map is really taken (folded batch norms change both). */
function explanationSource(model: StaticGradCam, notes: Simplified): ExplanationSource {
  const target = model.targets[0]!;
  const map = model.graph.nodes.find((n) => n.op === 'HeatMap' && n.outputs[0] === target.map);
  if (!map) {
    throw new CompileError([
      diagnostic('CAM206', `No map is derived for ${target.tensor}.`, 'Report this as a fault of Camber.'),
    ]);
  }
  const [alpha, activation, shift] = map.inputs;
  const onnx = shift === undefined ? undefined : servedName(notes, target.requested, activation!);
  const folded = onnx && notes.foldedBatchNorms.find((f) => f.convOutput === onnx);
  return {
    target: folded ? folded.convOutput : target.tensor,
    gradient: target.gradient,
    alpha: alpha!,
    activation: activation!,
    ...(folded ? { folded: { scale: folded.scale, shift: folded.shift } } : {}),
  };
}

/** The folded tensor a user meant, by its own name or by its node's. */
function servedName(notes: Simplified, requested: string, activation: string): string | undefined {
  const candidates = notes.foldedBatchNorms.filter((f) => f.bnOutput === activation);
  return (candidates.find((f) => f.convOutput === requested) ?? candidates[0])?.convOutput;
}
