/** Insertion and deletion (Petsiuk et al., RISE, 2018): does the class depend on the pixels that a map points at? */

export interface PictureSize {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export interface PerturbationScores {
  /** Mean probability of the class while the map's highest pixels are put into a blank picture first: high is good. */
  readonly insertion: number;
  /** Mean probability while they are taken out first: low is good. */
  readonly deletion: number;
}

/** Pictures between the whole and the blank one. */
const steps = 16;

/** Inferences that the scores of one map cost. */
export const perturbationRuns = 2 * (steps + 1);

/**
 * Areas under the insertion and deletion curves of a map, both from 0 to 1. The blank picture is the picture's mean
 * colour.
 *
 * @param map Raw L, row-major, of any size; scaled bilinearly to the picture.
 * @param pixels Height x width x channels, as the network takes them.
 * @param probability Probability of the explained class for a picture of the same size.
 */
export function perturbationScores<T extends Uint8Array | Int8Array>(
  map: ArrayLike<number>,
  mapSize: { readonly height: number; readonly width: number },
  pixels: T,
  size: PictureSize,
  probability: (pixels: T) => number,
): PerturbationScores {
  const importance = enlarge(map, mapSize, size);
  const order = Array.from({ length: importance.length }, (_, i) => i).sort(
    (i, j) => importance[j]! - importance[i]! || i - j,
  );
  const blank = meanColour(pixels, size.channels);
  const area = (start: T, source: T): number => {
    const picture = start.slice() as T;
    let sum = probability(picture) / 2;
    for (let step = 1; step <= steps; step++) {
      const [from, to] = [step - 1, step].map((s) => Math.round((s * order.length) / steps)) as [
        number,
        number,
      ];
      for (const pixel of order.slice(from, to)) {
        const at = pixel * size.channels;
        picture.set(source.subarray(at, at + size.channels), at);
      }
      sum += probability(picture) / (step === steps ? 2 : 1);
    }
    return sum / steps;
  };
  return { insertion: area(blank, pixels), deletion: area(pixels, blank) };
}

function meanColour<T extends Uint8Array | Int8Array>(pixels: T, channels: number): T {
  const sums = new Float64Array(channels);
  pixels.forEach((v, i) => (sums[i % channels]! += v));
  const mean = sums.map((s) => Math.round((s * channels) / pixels.length));
  return pixels.map((_, i) => mean[i % channels]!) as T;
}

/** Bilinear with half-pixel centres, edges clamped (ONNX Resize, `half_pixel`). */
export function enlarge(
  map: ArrayLike<number>,
  from: { readonly height: number; readonly width: number },
  to: { readonly height: number; readonly width: number },
): Float64Array {
  const axis = (size: number, target: number) =>
    Array.from({ length: target }, (_, i) => {
      const at = Math.min(size - 1, Math.max(0, ((i + 0.5) * size) / target - 0.5));
      const low = Math.floor(at);
      return { low, high: Math.min(size - 1, low + 1), share: at - low };
    });
  const [rows, columns] = [axis(from.height, to.height), axis(from.width, to.width)];
  const out = new Float64Array(to.height * to.width);
  let i = 0;
  for (const row of rows) {
    for (const column of columns) {
      const at = (y: number, x: number) => map[y * from.width + x]!;
      const along = (y: number) => at(y, column.low) * (1 - column.share) + at(y, column.high) * column.share;
      out[i++] = along(row.low) * (1 - row.share) + along(row.high) * row.share;
    }
  }
  return out;
}
