/** How well the integer network tells what the float network tells: figures that an engine measures (`src/engine/measure-fidelity.ts`). */
import type { Phase } from '../quantize/network.ts';

/** Over pictures: the middle one, and the one that 5 % fall below. */
export interface Spread {
  readonly median: number;
  readonly low: number;
}

/** The same figure of both maps. */
export interface Pair {
  readonly fixed: number;
  readonly float: number;
}

/** Agreement of the heat maps of one target. */
export interface MapAgreement {
  readonly target: string;
  /** Pictures whose maps were compared, and those whose float map is all zero: nothing to compare with. */
  readonly maps: number;
  readonly zeroMaps: number;
  readonly pearson: Spread;
  readonly spearman: Spread;
  /** Intersection over union of the highest 20 % of both maps. */
  readonly iou: Spread;
  /** Areas under the insertion and deletion curves (RISE) of the fixed network's probability: mean over some pictures. */
  readonly perturbation?: { readonly pictures: number; readonly insertion: Pair; readonly deletion: Pair };
}

/** Signal-to-quantisation-noise ratio of a layer's result, in decibels. */
export interface LayerSignal {
  readonly layer: string;
  readonly op: string;
  readonly phase: Phase;
  readonly tensor: string;
  /** Median over the pictures; null where the result is exact on all of them. */
  readonly decibels: number | null;
}

export interface FidelityReport {
  readonly pictures: number;
  /** Share of pictures that both networks take for the same class. */
  readonly top1Agreement: number;
  readonly scores: {
    readonly decibels: number | null;
    /** Largest error over the range of the float scores. */
    readonly largestError: number;
  };
  /** Absent without an explanation, or where no float map has contrast. */
  readonly map?: MapAgreement;
  readonly layers: readonly LayerSignal[];
}

/** A ratio in decibels as text. */
export const decibelText = (decibels: number | null): string =>
  decibels === null ? 'exact' : `${decibels.toFixed(1)} dB`;

/** The layers that lose most, worst first. */
export function noisiest(layers: readonly LayerSignal[], count: number): LayerSignal[] {
  return layers
    .filter((l) => l.decibels !== null)
    .sort((a, b) => a.decibels! - b.decibels!)
    .slice(0, count);
}
