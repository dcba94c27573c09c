/** Adjoint of Resize: interpolation is a matrix per axis, its adjoint the transposed matrix. */
import { arrayOf, transposeArray, type NumberArray } from '../array.ts';
import { intAttribute, stringAttribute } from '../../graph/attributes.ts';
import type { NodeFacts, Rule } from '../rule.ts';
import { sizeOf } from '../shape.ts';

export const resize: Rule = {
  refuses(f, input) {
    if (input !== 0) return 'its size is computed at run time';
    const mode = stringAttribute(f.node, 'mode', 'nearest');
    if (mode !== 'nearest' && mode !== 'linear') return `its interpolation mode is ${mode}`;
    if (stringAttribute(f.node, 'coordinate_transformation_mode', '') === 'tf_crop_and_resize')
      return 'it crops and resizes';
    return intAttribute(f.node, 'antialias', 0) === 1 ? 'it is antialiased' : undefined;
  },
  gradient(c) {
    const matrices = interpolations(c);
    return matrices.reduce(
      (g, m, axis) => (m ? c.algebra.axisMap(g, axis, transposeArray(m, [1, 0])) : g),
      c.gradient(),
    );
  },
  /** The weights of every output add up to one, so dY arrives whole. */
  mean(c, _, groups) {
    const [from, to] = [c.shape(0), c.outputShape()];
    if (from[1] !== groups || to[1] !== groups || from.length !== 4) return undefined;
    return c.algebra.scale(c.mean(groups), sizeOf(to.slice(2)) / sizeOf(from.slice(2)));
  },
};

/** Per axis the matrix [outputs, inputs], or undefined where the axis keeps its size. */
function interpolations(f: NodeFacts): (NumberArray | undefined)[] {
  const [from, to] = [f.shape(0), f.outputShape()];
  const scales = scalesOf(f);
  return from.map((n, axis) => {
    const m = to[axis]!;
    return m === n ? undefined : interpolation(f, n, m, scales?.[axis] ?? m / n);
  });
}

/** Scales as given; undefined where sizes were given. */
function scalesOf(f: NodeFacts): readonly number[] | undefined {
  const constant = f.node.inputs[2] ? f.constant(2) : undefined;
  return constant && constant.data.length === f.shape(0).length ? [...arrayOf(constant).data] : undefined;
}

function interpolation(f: NodeFacts, n: number, m: number, scale: number): NumberArray {
  const data = new Float64Array(n * m);
  const clamp = (i: number) => Math.min(Math.max(i, 0), n - 1);
  const linear = stringAttribute(f.node, 'mode', 'nearest') === 'linear';
  const round = rounding(f);
  for (let i = 0; i < m; i++) {
    const x = coordinate(f, i, n, m, scale);
    if (!linear) {
      data[i * n + clamp(round(x))]! += 1;
      continue;
    }
    const inside = Math.min(Math.max(x, 0), n - 1);
    const low = Math.floor(inside);
    data[i * n + low]! += 1 - (inside - low);
    data[i * n + clamp(low + 1)]! += inside - low;
  }
  return { shape: [m, n], data };
}

/** The input coordinate of an output pixel. */
function coordinate(f: NodeFacts, i: number, n: number, m: number, scale: number): number {
  const mode = stringAttribute(f.node, 'coordinate_transformation_mode', 'half_pixel');
  const half = (i + 0.5) / scale - 0.5;
  const formulas: Record<string, () => number> = {
    half_pixel: () => half,
    half_pixel_symmetric: () => (n / 2) * (1 - m / (scale * n)) + half,
    pytorch_half_pixel: () => (m > 1 ? half : 0),
    align_corners: () => (m > 1 ? (i * (n - 1)) / (m - 1) : 0),
    asymmetric: () => i / scale,
  };
  return (formulas[mode] ?? formulas['half_pixel']!)();
}

function rounding(f: NodeFacts): (x: number) => number {
  const modes: Record<string, (x: number) => number> = {
    round_prefer_floor: (x) => Math.ceil(x - 0.5),
    round_prefer_ceil: (x) => Math.floor(x + 0.5),
    floor: Math.floor,
    ceil: Math.ceil,
  };
  return modes[stringAttribute(f.node, 'nearest_mode', 'round_prefer_floor')] ?? modes['floor']!;
}
