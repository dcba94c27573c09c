/**
 * The plan: the network as fused stages over real numbers, before any scale is chosen.
 *
 * A stage is what becomes one integer layer: a sum of products, then residual add, ReLU or mask. Fusion is decided
 * here, numbers later, so that inference and gradient share one quantiser.
 */
import type { Node } from '../../graph/ir.ts';
import type { Phase, Region, WindowGeometry } from '../network.ts';

/** Weights of a convolution or dense layer, OIHW (dense: [N, K, 1, 1]; after a flatten [N, K, H, W]; I counts one group's inputs). */
export interface RealWeights {
  readonly name: string;
  readonly shape: readonly [number, number, number, number];
  readonly groups?: number;
  readonly data: Float64Array;
  /** Scale per output channel, where the model came quantised. */
  readonly scale?: readonly number[];
}

/** A 4-D tensor [1, channels, height, width]; vectors are 1 x 1 pixels. */
export interface PlanTensor {
  readonly name: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

export type StageSum =
  | {
      readonly kind: 'conv';
      readonly input: string;
      readonly weights: string;
      /** Real bias per output channel, zeros where the node has none. */
      readonly bias: Float64Array;
      readonly geometry: WindowGeometry;
    }
  | { readonly kind: 'windowSum'; readonly input: string; readonly geometry: WindowGeometry }
  | { readonly kind: 'maxPool'; readonly input: string; readonly geometry: WindowGeometry }
  | {
      readonly kind: 'maxPoolBackward';
      readonly input: string;
      /** The pool's tensor of winners: `winnersOf` its output. */
      readonly winners: string;
      readonly geometry: WindowGeometry;
    }
  | { readonly kind: 'product'; readonly input: string; readonly factor: string }
  | { readonly kind: 'windowSumBackward'; readonly input: string; readonly geometry: WindowGeometry }
  | { readonly kind: 'denseRow'; readonly weights: string }
  | {
      readonly kind: 'convBackward';
      readonly input: string;
      readonly weights: string;
      readonly geometry: WindowGeometry;
    }
  | {
      readonly kind: 'borderSums';
      readonly input: string;
      readonly geometry: WindowGeometry;
      readonly inputSize: readonly [number, number];
    }
  | {
      readonly kind: 'bandSums';
      readonly input: string;
      readonly rows: readonly number[];
      readonly columns: readonly number[];
    }
  | { readonly kind: 'convMean'; readonly input: string; readonly weights: string };

/** Bounds a stage's result is clamped to: a ReLU's are 0 and infinity. */
export interface Clip {
  readonly lower: number;
  readonly upper: number;
}

/** A rectangle of output positions with a factor of its own. */
export interface StageRegion extends Region {
  readonly factor: number;
}

/** A tensor that is a range of another one's channels: one operand of a Concat, or a Slice. */
export interface View {
  readonly of: string;
  readonly channel: number;
}

export interface Stage {
  readonly name: string;
  /** ONNX operators joined: `Conv+Add+Relu`. */
  readonly op: string;
  readonly nodes: readonly string[];
  readonly phase: Phase;
  readonly sum: StageSum;
  /** The stage's real sum is this times the sum of products (1/(H*W) of an average). */
  readonly factor: number;
  /** Tensor added to the sum. */
  readonly residual?: string;
  /** Where positions differ in their factor (an average that leaves padding out): it comes on top of `factor`. */
  readonly regions?: readonly StageRegion[];
  readonly clip?: Clip;
  /** The activation's node, where its result is looked up. */
  readonly activation?: Node;
  /** One factor or one per channel: below zero (gradient: where the mask is) the element is multiplied by it. */
  readonly slope?: Float64Array;
  /** Gradient only: the element passes where this mask bit is set. */
  readonly mask?: string;
  /** Stored in int8 with zero point 0, on the range of what it copies: the factor of a product. */
  readonly centred?: true;
  readonly output: string;
  /** Tensors inside the stage that are never stored, first to last: after the sum, after the add. */
  readonly inner: readonly { readonly tensor: string; readonly residual: boolean }[];
}

/** The tensor that tells where each maximum of a pool was. */
export const winnersOf = (pool: string): string => `${pool}#winners`;
/** The tensor that holds an activation's derivative. */
export const derivativeOf = (activation: string): string => `${activation}#derivative`;

/** The copy of a tensor that a product takes as its factor. */
export const factorOf = (tensor: string): string => `${tensor}#factor`;

/** Sums that read two tensors leave the output stage no port for a residual. */
export function takesResidual({ kind }: StageSum): boolean {
  return kind !== 'maxPool' && kind !== 'maxPoolBackward' && kind !== 'product';
}

/** Name of the mask that says where a pre-activation tensor lies between 0 and `upper`. */
export function maskName(preActivation: string, upper: number): string {
  return Number.isFinite(upper) ? `${preActivation} < ${upper}` : preActivation;
}

/** 1 x 1 window: the identity. */
export const unitGeometry: WindowGeometry = {
  kernel: [1, 1],
  strides: [1, 1],
  pads: [0, 0, 0, 0],
  dilations: [1, 1],
};

/** Sums of products per output element (0 where the stage only adds). */
export function reduction(sum: StageSum, weights: ReadonlyMap<string, RealWeights>): number {
  if (!('weights' in sum) || sum.kind === 'denseRow') return 0;
  const { shape, groups = 1 } = weights.get(sum.weights)!;
  const [outputs, inputs, height, width] = shape;
  return (sum.kind === 'conv' ? inputs : outputs / groups) * height * width;
}
