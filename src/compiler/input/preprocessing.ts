/**
 * Preprocessing: how a picture's uint8 RGB pixels become the model's input. Plain data, so that the quantiser can
 * fold the affine part into the first layer and the engine can carry out all of it.
 */
import { diagnostic, type Diagnostic } from '../diagnostics.ts';

export type Layout = 'NCHW' | 'NHWC';

/** Resizing before the crop: not at all, the shorter side to a length (aspect kept), or both sides to a size. */
export type Resize =
  | { readonly kind: 'none' }
  | { readonly kind: 'shorterSide'; readonly length: number }
  | ({ readonly kind: 'exact' } & Size);

/** Input value of channel c = (pixel[c] * scale - mean[c]) / std[c]. */
export interface Preprocessing {
  readonly scale: number;
  /** One value for all channels, or one per channel. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Undefined: taken from the input's shape (the axis with 1 or 3 entries). */
  readonly layout?: Layout;
  /** Undefined: the picture is scaled to just cover the crop, aspect kept. */
  readonly resize?: Resize;
  /** Centre crop after resizing. Undefined: the model's input size. */
  readonly crop?: Size;
}

export interface Size {
  readonly height: number;
  readonly width: number;
}

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** Named preprocessings, for `--preset`. */
export const preprocessingPresets = {
  /** Pixels as they are, 0 ... 255. */
  raw: { scale: 1, mean: [0], std: [1] },
  /** 0 ... 1. */
  unit: { scale: 1 / 255, mean: [0], std: [1] },
  /** -1 ... 1, as MobileNet and Inception of TensorFlow have it. */
  symmetric: { scale: 1 / 255, mean: [0.5], std: [0.5] },
  /** torchvision's classifiers: shorter side to 256, centre crop. */
  imagenet: { scale: 1 / 255, ...imagenet, resize: { kind: 'shorterSide', length: 256 } },
  cifar10: { scale: 1 / 255, mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616] },
} as const satisfies Record<string, Preprocessing>;

export type PresetName = keyof typeof preprocessingPresets;

/** What is wrong with a preprocessing, whatever its source (options, the model's metadata, a file beside it). */
export function checkPreprocessing(p: Preprocessing): readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  const problem = (message: string, hint: string) => problems.push(diagnostic('CAM303', message, hint));
  const positive = (n: number) => Number.isInteger(n) && n > 0;
  if (!Number.isFinite(p.scale) || p.scale === 0) {
    problem(`The scale ${p.scale} is not a non-zero number.`, 'Give a factor such as 1 or 1/255.');
  }
  for (const [name, values] of [
    ['mean', p.mean],
    ['std', p.std],
  ] as const) {
    if (![1, 3].includes(values.length)) {
      problem(
        `${name} has ${values.length} values.`,
        'Give one value for all channels or three, for R, G and B.',
      );
    } else if (!values.every(Number.isFinite) || (name === 'std' && values.includes(0))) {
      problem(`${name} ${values.join(', ')} is not usable.`, 'Give finite numbers; std may not be 0.');
    }
  }
  const sizes = [p.crop, p.resize?.kind === 'exact' ? p.resize : undefined].filter((s) => s !== undefined);
  for (const size of sizes) {
    if (!positive(size.height) || !positive(size.width)) {
      problem(
        `The size ${size.height}x${size.width} is not usable.`,
        'Give positive whole numbers of pixels, HxW.',
      );
    }
  }
  if (p.resize?.kind === 'shorterSide' && !positive(p.resize.length)) {
    problem(`The shorter side ${p.resize.length} is not usable.`, 'Give a positive whole number of pixels.');
  }
  return problems;
}

/** Entry of `values.` for channel c, where one entry may stand for all. */
export const perChannel = (values: readonly number[], c: number): number => values[c] ?? values[0]!;
