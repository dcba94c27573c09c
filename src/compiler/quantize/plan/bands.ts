/** Bands of a gradient whose border sums are all that is asked for: what all taps read is summed once. */
import type { WindowGeometry } from '../network.ts';

/** A gradient's rows or columns in bands; the bands' sums have the border sums that the rows had. */
interface AxisBands {
  /** First position of each band, and the end of the last. */
  readonly bounds: readonly number[];
  /** Input size that a map of one position per band belongs to. */
  readonly inputSize: number;
}

/** Bands of both axes. */
export interface Bands {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly inputSize: readonly [number, number];
}

/** The positions whose taps all lie inside become one band, each of the others stays one of its own. */
function bandsOf(axis: 0 | 1, geometry: WindowGeometry, input: number, size: number): AxisBands {
  const { kernel, strides, dilations, pads } = geometry;
  const reach = (kernel[axis] - 1) * dilations[axis];
  const first = Math.ceil(pads[axis] / strides[axis]);
  const last = Math.min(size - 1, Math.floor((input - 1 - reach + pads[axis]) / strides[axis]));
  const within = Math.max(0, last - first);
  const bounds = Array.from({ length: size - within + 1 }, (_, n) => (n <= first ? n : n + within));
  return { bounds, inputSize: input - within * strides[axis] };
}

/**
 * How to sum a gradient [O, Ho, Wo] of a convolution over bands before its border sums are taken; undefined where that
 * would be no shorter. Sums of bands are read as two planes.
 */
export function borderBands(
  geometry: WindowGeometry,
  [inputHeight, inputWidth]: readonly [number, number],
  { height, width }: { readonly height: number; readonly width: number },
): Bands | undefined {
  const [y, x] = [bandsOf(0, geometry, inputHeight, height), bandsOf(1, geometry, inputWidth, width)];
  const taps = geometry.kernel[0] * geometry.kernel[1];
  const banded = height * width + 2 * taps * (y.bounds.length - 1) * (x.bounds.length - 1);
  if (taps * height * width <= banded) return undefined;
  return { rows: y.bounds, columns: x.bounds, inputSize: [y.inputSize, x.inputSize] };
}
