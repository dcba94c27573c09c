/** What a graph pass is: a named, pure step from one graph to the next, and what passes leave on record. */
import type { Graph } from './ir.ts';

export interface Pass {
  readonly name: string;
  /** One line, for reports and `ARCHITECTURE.md`. */
  readonly description: string;
  readonly run: (graph: Graph, notes: PassNotes) => Graph;
}

/**
 * A batch norm that was folded into the convolution before it: `bnOutput = scale * convOutput + shift` per channel.
 * The tensor `convOutput` no longer exists; as a GradCAM target it is served from `bnOutput`.
 */
export interface FoldedBatchNorm {
  readonly convOutput: string;
  readonly bnOutput: string;
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

/** A Pad that became the padding of the node that reads it. Where nothing else reads its output, that exists no longer. */
export interface MergedPad {
  readonly pad: string;
  readonly input: string;
  readonly output: string;
  /** The node whose padding it is. */
  readonly reader: string;
}

/** What the passes did that later stages must know. Passes append. */
export interface PassNotes {
  readonly foldedBatchNorms: FoldedBatchNorm[];
  /** Removed tensor -> the surviving tensor with the same value. */
  readonly aliases: Map<string, string>;
  readonly mergedPads: MergedPad[];
}

export function emptyNotes(): PassNotes {
  return { foldedBatchNorms: [], aliases: new Map(), mergedPads: [] };
}
