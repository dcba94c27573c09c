/** Tables of activations: int8 in, int8 out, and the derivative beside it. */
import { floatAttribute } from '../../graph/attributes.ts';
import { scalarFunctions, type ScalarFunction } from '../../graph/evaluate/activations.ts';
import type { Node } from '../../graph/ir.ts';
import { peak, type TensorStatistics } from '../calibration.ts';
import type { IntegerTable } from '../network.ts';
import { nearestByte } from '../semantics.ts';

/** real = scale * (q - zeroPoint). */
export interface ByteScale {
  readonly scale: number;
  readonly zeroPoint: number;
}

export interface TableChoice {
  readonly table: IntegerTable;
  /** What the table's index stands for. */
  readonly domain: ByteScale;
  /** What its values stand for. */
  readonly result: ByteScale;
  readonly derivativeScale: number;
}

export interface TableOptions {
  readonly name: string;
  /** Scale of the pre-activation, where it is given. */
  readonly domain: ByteScale | undefined;
  /** Calibrated pre-activation: where no scale is given. */
  readonly statistics: () => TensorStatistics;
  /** Scale of the result, where it is given. */
  readonly range: ByteScale | undefined;
  readonly withDerivative: boolean;
}

/** Everything that can be tabulated: the bounds of a Clip are attributes here. */
const functions: Readonly<Record<string, ScalarFunction>> = {
  ...scalarFunctions,
  Clip: (x, node) =>
    Math.min(floatAttribute(node, 'max', Infinity), Math.max(floatAttribute(node, 'min', -Infinity), x)),
};

/** The finest scale on which int8 holds low ... high; 0 is one of its values. */
export function byteScale(low: number, high: number): ByteScale {
  const [least, most] = [Math.min(0, low), Math.max(0, high)];
  const scale = (most - least) / 255 || 1;
  return { scale, zeroPoint: nearestByte(-128 - least / scale) };
}

const bytes = Array.from({ length: 256 }, (_, i) => i - 128);

/**
 * Tabulates an activation. A table entry is the function at the real value of its index, or the mean slope over all reals that
 * round to it, so that a kink within them counts for what it is.
 */
export function chooseTable(node: Node, options: TableOptions): TableChoice {
  const rule = functions[node.op]!;
  const f = (x: number) => rule(x, node);
  const domain = options.domain ?? chooseDomain(f, options.statistics());
  const real = bytes.map((q) => domain.scale * (q - domain.zeroPoint));
  const values = real.map(f);
  const result = options.range ?? byteScale(Math.min(...values), Math.max(...values));
  const slopes = real.map((x) => meanSlope(f, x, domain.scale));
  const derivativeScale = Math.max(...slopes.map(Math.abs)) / 127 || 1;
  const table = Int16Array.from(values, (value, i) => {
    const high = nearestByte(value / result.scale + result.zeroPoint);
    return options.withDerivative ? 256 * high + nearestByte(slopes[i]! / derivativeScale) : high;
  });
  return { table: { name: options.name, values: table }, domain, result, derivativeScale };
}

function meanSlope(f: (x: number) => number, x: number, step: number): number {
  return (f(x + step / 2) - f(x - step / 2)) / step;
}

/** Shares of the calibrated range that are tried as the table's. */
const trials = 48;

/**
 * The range of the pre-activation whose 256 steps give the function and its slope with the least squared error over what
 * calibration saw (its histogram tells magnitudes; both signs are taken for equally frequent where both occur). Beyond the
 * range the function is as at its end: what saturates need not be resolved.
 */
function chooseDomain(f: (x: number) => number, statistics: TensorStatistics): ByteScale {
  const low = statistics.minimum.reduce((a, b) => Math.min(a, b), 0);
  const high = statistics.maximum.reduce((a, b) => Math.max(a, b), 0);
  const { counts, limit } = statistics.histogram;
  const points: { x: number; weight: number; y: number; slope: number }[] = [];
  // Neighbouring bins stand for one point: some hundreds tell enough.
  const group = Math.max(1, Math.floor(counts.length / 256));
  for (let bin = 0; bin < counts.length; bin += group) {
    let weight = 0;
    for (let i = bin; i < Math.min(counts.length, bin + group); i++) weight += counts[i]!;
    const magnitude = (limit * (bin + group / 2)) / counts.length;
    for (const x of [magnitude, -magnitude]) {
      if (weight > 0 && x >= low && x <= high)
        points.push({ x, weight, y: f(x), slope: meanSlope(f, x, 1e-3 * limit) });
    }
  }
  const [spreadY, spreadSlope] = [(p: (typeof points)[0]) => p.y, (p: (typeof points)[0]) => p.slope].map(
    (of) => variance(points.map((p) => [of(p), p.weight])),
  ) as [number, number];
  let best = byteScale(low, high);
  let least = Infinity;
  for (let trial = trials; trial > 0; trial--) {
    const clip = (peak(statistics) * trial) / trials;
    const domain = byteScale(Math.max(low, -clip), Math.min(high, clip));
    let error = 0;
    for (const { x, weight, y, slope } of points) {
      const seen = domain.scale * (nearestByte(x / domain.scale + domain.zeroPoint) - domain.zeroPoint);
      const wrong = meanSlope(f, seen, domain.scale) - slope;
      error += weight * ((f(seen) - y) ** 2 / spreadY + wrong ** 2 / spreadSlope);
    }
    if (error < least) [least, best] = [error, domain];
  }
  return best;
}

/** Variance of weighted values; 1 where there is none. */
function variance(values: readonly (readonly [value: number, weight: number])[]): number {
  const total = values.reduce((sum, [, w]) => sum + w, 0);
  const mean = values.reduce((sum, [v, w]) => sum + v * w, 0) / total;
  return values.reduce((sum, [v, w]) => sum + w * (v - mean) ** 2, 0) / total || 1;
}
