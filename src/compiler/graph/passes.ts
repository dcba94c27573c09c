/** The simplification of a read graph, as a list of passes. */
import { explicitPadding } from './explicit-padding.ts';
import { float32Inside } from './float32-inside.ts';
import { foldBatchNorm } from './fold-batch-norm.ts';
import { foldConstants } from './fold-constants.ts';
import { inferShapes } from './infer.ts';
import { resolveBranches } from './resolve-branches.ts';
import { sinkTransposes } from './sink-transposes.ts';
import type { Graph } from './ir.ts';
import { settleOpset } from './settle-opset.ts';
import { mergePad } from './merge-pad.ts';
import { mergeRelayouts } from './merge-relayouts.ts';
import { emptyNotes, type Pass, type PassNotes } from './pass.ts';
import { raiseOpset } from './raise-opset.ts';
import { recogniseActivations } from './recognise-activations.ts';
import { removeDead } from './remove-dead.ts';
import { removeIdentity } from './remove-identity.ts';

export interface SimplifyOptions {
  /** Fold batch norms into convolutions (default true); each fold is on record in `foldedBatchNorms`. */
  readonly foldBatchNorm?: boolean;
  /**
   * Tensors that must survive under their own names, e.g. GradCAM targets. One before a folded batch norm does
   * not: it is served from the folded tensor (see FoldedBatchNorm).
   */
  readonly keep?: readonly string[];
}

export interface Simplified extends Readonly<PassNotes> {
  readonly graph: Graph;
}

const infer: Pass = {
  name: 'infer-shapes',
  description: 'Finds the type and shape of every tensor.',
  run: inferShapes,
};

/** The passes in order. */
function passList(options: SimplifyOptions = {}): readonly Pass[] {
  return [
    infer,
    foldConstants,
    resolveBranches,
    removeDead,
    raiseOpset,
    float32Inside,
    sinkTransposes,
    mergeRelayouts,
    removeIdentity,
    recogniseActivations,
    ...(options.foldBatchNorm === false ? [] : [foldBatchNorm]),
    explicitPadding,
    mergePad,
    removeDead,
    settleOpset,
    infer,
  ];
}

/**
 * A smaller graph that computes the same outputs, with all shapes inferred. Throws a CompileError with all
 * diagnostics of shape inference.
 *
 * @param observe called after each pass with the graph as it then is (tests verify it there)
 */
export function simplify(
  graph: Graph,
  options: SimplifyOptions = {},
  observe?: (pass: Pass, graph: Graph) => void,
): Simplified {
  const notes = emptyNotes();
  let current = graph;
  for (const pass of passList(options)) {
    const next = pass.run(withKept(current, pass, options.keep ?? []), notes);
    current = { ...next, outputs: next.outputs.slice(0, graph.outputs.length) };
    observe?.(pass, current);
  }
  return { graph: current, ...notes };
}

/**
 * Kept tensors stand as extra outputs while a pass runs, so that it leaves them alone. Batch-norm folding may take
 * them (it records them), and half precision becomes float32 in them as everywhere inside.
 */
function withKept(graph: Graph, pass: Pass, keep: readonly string[]): Graph {
  if (pass === foldBatchNorm || pass === float32Inside) return graph;
  const outputs = new Set(graph.outputs.map((o) => o.name));
  const kept = keep.flatMap((name) => graph.values.get(name) ?? []).filter((v) => !outputs.has(v.name));
  return { ...graph, outputs: [...graph.outputs, ...kept] };
}
