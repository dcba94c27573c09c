/**
 * Seeded smooth random pictures like the procedural inputs of the oracles, whose own generator is not known.
 *
 * Measured on the oracle's 64x64 inputs: per channel a mean of 0 ... 0.3, a standard deviation near 1, correlation of
 * pixels 1, 4 and 8 columns apart of 0.96, 0.8 and 0.3 ... 0.6. Bilinear interpolation between normal values on a grid of
 * `pitch` pixels gives the last two, 2 % of white noise the first.
 */
import { Random } from '../compiler/schedule/support/random.ts';

const pitch = 10;
const noise = Math.sqrt(0.02);
/** Standard deviation of a bilinear interpolation of independent values of variance 1, over all positions. */
const interpolated = 2 / 3;

/** A normal value (Box-Muller). */
function normal(random: Random): number {
  const uniform = () => (random.integer(0, 2 ** 24 - 1) + 0.5) / 2 ** 24;
  return Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** A picture [1, channels, height, width], float32, in the units of normalised pixels. */
export function proceduralPicture(seed: number, shape: readonly number[]): Float32Array {
  const [, channels, height, width] = shape as [number, number, number, number];
  const random = new Random(seed);
  const picture = new Float32Array(channels * height * width);
  for (let c = 0; c < channels; c++) {
    const mean = random.integer(0, 300) / 1000;
    const [top, left] = [random.integer(0, pitch - 1), random.integer(0, pitch - 1)];
    const columns = Math.ceil(width / pitch) + 2;
    const rows = Math.ceil(height / pitch) + 2;
    const grid = Array.from({ length: rows * columns }, () => normal(random));
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const [v, u] = [(y + top) / pitch, (x + left) / pitch];
        const [row, column] = [Math.floor(v), Math.floor(u)];
        const at = (i: number, j: number) => grid[(row + i) * columns + column + j]!;
        const [b, a] = [v - row, u - column];
        const value = (1 - b) * ((1 - a) * at(0, 0) + a * at(0, 1)) + b * ((1 - a) * at(1, 0) + a * at(1, 1));
        picture[(c * height + y) * width + x] = mean + value / interpolated + noise * normal(random);
      }
  }
  return picture;
}
