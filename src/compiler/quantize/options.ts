import type { RangeMethod } from './ranges.ts';

/** Affine preprocessing of a uint8 pixel, per channel: x = (pixel * scale - mean) / std. */
export interface AffinePreprocessing {
  readonly scale: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

export interface QuantiseOptions {
  /** Present: the accelerator takes raw uint8 pixels and this is folded into the first convolution. Absent: int8 input. */
  readonly preprocessing?: AffinePreprocessing;
  /** Storage of gradient tensors; sums of a plane and alpha always have 16 bits. */
  readonly gradientBits: 8 | 16;
  readonly rangeMethod: RangeMethod;
  /** Activations stored with 16 bits: none, those that the rule of `wide-activations.ts` picks, or these layers or tensors. */
  readonly wideActivations: 'none' | 'auto' | readonly string[];
  /** Shift each bias by the mean error that rounding the weights causes on the calibration pictures. */
  readonly biasCorrection: boolean;
}

/** `none`, `auto` or names with commas between them; undefined where no name is left. */
export function parseWideActivations(text: string): QuantiseOptions['wideActivations'] | undefined {
  if (text === 'none' || text === 'auto') return text;
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return names.length === 0 ? undefined : names;
}

export const defaultQuantiseOptions: QuantiseOptions = {
  gradientBits: 16,
  rangeMethod: 'mse',
  wideActivations: 'none',
  biasCorrection: true,
};
