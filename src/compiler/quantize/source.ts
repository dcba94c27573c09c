import type { Graph } from '../graph/ir.ts';
import type { ImportedQuantisation } from './import/imported.ts';

/** What is to be explained, as the gradient derivation left it in the graph. */
export interface ExplanationSource {
  /** The ONNX tensor the user chose. */
  readonly target: string;
  readonly gradient: 'constant' | 'masked' | 'general';
  /** Gradient tensor [1, K] or [1, K, 1, 1] in the graph. */
  readonly alpha: string;
  /** The tensor the map is taken on: the target, or the folded batch norm's output it is served from. */
  readonly activation: string;
  /** Where the target lies before a folded batch norm, activation = scale * target + shift per channel. */
  readonly folded?: { readonly scale: ArrayLike<number>; readonly shift: ArrayLike<number> };
}

export interface QuantiseSource {
  /** Simplified inference graph, with the gradient's nodes (domain `camber`) behind it where there is an explanation. */
  readonly graph: Graph;
  /** The tensor with the class scores. */
  readonly scores: string;
  readonly explanation?: ExplanationSource;
  /** The scales of a model that came quantised: they are kept. */
  readonly imported?: ImportedQuantisation;
}
