/**
 * The linear maps of which gradient rules are made. Each is defined on all three kinds of gradient: zero stays
 * zero, a constant table is mapped at compile time, a runtime gradient gets one operator.
 */
import type { Tensor } from '../graph/ir.ts';
import {
  arrayOf,
  combine,
  mapArray,
  matmulArray,
  reshapeArray,
  sliceArray,
  sumArray,
  tensorOf,
  transposeArray,
  unsliceArray,
  type NumberArray,
} from './array.ts';
import {
  isFull,
  joinNature,
  zero,
  type ConstantGradient,
  type Gradient,
  type Nature,
  type RuntimeGradient,
} from './gradient.ts';
import { constant, Materialiser } from './materialise.ts';
import { broadcastShapes, padRank, sameShape, sizeOf, type Shape } from './shape.ts';

export class Algebra extends Materialiser {
  scale(g: Gradient, factor: number): Gradient {
    if (g.kind === 'zero' || factor === 0) return zero(g.shape);
    return factor === 1 ? g : { ...g, scale: g.scale * factor };
  }

  /** Element-wise product with a tensor of the graph that broadcasts into the gradient's shape. */
  times(g: Gradient, factor: string, nature: Nature = 'general'): Gradient {
    if (g.kind === 'zero') return g;
    const constant = this.emitter.constantOf(factor);
    if (constant && sizeOf(constant.shape) === 1) return this.scale(g, arrayOf(constant).data[0]!);
    const factorShape = padRank(this.emitter.shape(factor), g.shape.length);
    const stored = broadcastShapes(g.stored, factorShape)!;
    if (constant && this.tableFits(g, stored)) {
      const f = reshapeArray(arrayOf(constant), factorShape);
      return this.mapTable(g, g.shape, (t) => combine(t, f, (x, y) => x * y));
    }
    const r = this.toRuntime(g);
    const tensor = this.emitter.binary('Mul', r.tensor, factor);
    return { ...r, tensor, stored, nature: constant ? r.nature : joinNature(r.nature, nature) };
  }

  add(a: Gradient, b: Gradient): Gradient {
    if (a.kind === 'zero') return b;
    if (b.kind === 'zero') return a;
    const stored = broadcastShapes(a.stored, b.stored)!;
    if (
      a.kind === 'constant' &&
      b.kind === 'constant' &&
      this.tableFits(a, stored) &&
      this.tableFits(b, stored)
    ) {
      const [x, y] = [a, b].map((g) => mapArray(this.table(g), (v) => v * g.scale)) as [
        NumberArray,
        NumberArray,
      ];
      return constant(
        a.shape,
        combine(x, y, (p, q) => p + q),
      );
    }
    const [x, y] = [a, b].map((g) => this.toRuntime(sameShape(g.stored, stored) ? g : this.fill(g))) as [
      RuntimeGradient,
      RuntimeGradient,
    ];
    const scale = x.scale === y.scale ? x.scale : 1;
    const operand = (r: RuntimeGradient) => this.tensor({ ...r, scale: r.scale / scale });
    const tensor = this.emitter.binary('Add', operand(x), operand(y));
    const nature = joinNature(x.nature, y.nature);
    return { kind: 'runtime', shape: a.shape, stored: this.emitter.shape(tensor), tensor, scale, nature };
  }

  sum(gradients: readonly Gradient[], shape: Shape): Gradient {
    return gradients.reduce((a, b) => this.add(a, b), zero(shape) as Gradient);
  }

  /** The gradient in another shape with the same elements in the same order. */
  reshape(g: Gradient, shape: Shape): Gradient {
    if (sameShape(g.shape, shape)) return g;
    if (g.kind === 'zero') return zero(shape);
    const stored = isFull(g) ? shape : reshapeBroadcast(g.shape, g.stored, shape);
    if (!stored) return this.reshape(this.fill(g), shape);
    if (stored[0] !== 1) return this.reshapeRuntime(this.toRuntime(g), shape, stored);
    if (g.kind === 'constant') {
      if (g.rows.kind === 'identity') return { ...g, shape, stored };
      const table = reshapeArray(g.rows.table, [this.classes, ...stored.slice(1)]);
      return { ...g, shape, stored, rows: { ...g.rows, table } };
    }
    return this.reshapeRuntime(g, shape, stored);
  }

  private reshapeRuntime(g: RuntimeGradient, shape: Shape, stored: Shape): RuntimeGradient {
    return { ...g, shape, stored, tensor: this.emitter.reshape(g.tensor, stored) };
  }

  transpose(g: Gradient, perm: readonly number[]): Gradient {
    const permute = (shape: Shape) => perm.map((p) => shape[p]!);
    if (g.kind === 'zero') return zero(permute(g.shape));
    const [shape, stored] = [permute(g.shape), permute(g.stored)];
    if (g.kind === 'constant' && shape[0] === 1 && perm[0] === 0)
      return this.mapTable(g, shape, (t) => transposeArray(t, perm));
    const r = this.toRuntime(g);
    return { ...r, shape, stored, tensor: this.emitter.transpose(r.tensor, perm) };
  }

  /** Adjoint of broadcasting from `shape`: sums over the axes that were repeated. */
  sumTo(g: Gradient, shape: Shape): Gradient {
    if (sameShape(g.shape, shape)) return g;
    const target = padRank(shape, g.shape.length);
    if (g.kind === 'zero') return zero(shape);
    const axes = target.flatMap((d, i) => (d === 1 && g.shape[i]! > 1 ? [i] : []));
    const reduced = this.sumOver(g, axes);
    return this.reshape(reduced, shape);
  }

  /** Sum over axes, kept with size 1. */
  sumOver(g: Gradient, axes: readonly number[]): Gradient {
    const shape = g.shape.map((d, i) => (axes.includes(i) ? 1 : d));
    if (g.kind === 'zero') return zero(shape);
    const repeated = axes.filter((a) => g.stored[a] === 1);
    const stored = axes.filter((a) => g.stored[a] !== 1);
    const scale = repeated.reduce((n, a) => n * g.shape[a]!, g.scale);
    if (stored.length === 0) return { ...g, shape, scale };
    if (g.kind === 'constant') return { ...this.mapTable(g, shape, (t) => sumArray(t, stored)), scale };
    const tensor = this.emitter.reduce('ReduceSum', g.tensor, stored);
    return { ...g, shape, stored: this.emitter.shape(tensor), tensor, scale };
  }

  /** Adjoint of repeating a size-1 axis, or of a mean: one value for many elements. Costs nothing. */
  broadcast(g: Gradient, shape: Shape): Gradient {
    return { ...g, shape };
  }

  /** Elements start, start + step, ... of an axis. */
  slice(g: Gradient, axis: number, start: number, count: number, step = 1): Gradient {
    const shape = g.shape.map((d, i) => (i === axis ? count : d));
    if (g.kind === 'zero') return zero(shape);
    if (g.stored[axis] === 1) return { ...g, shape };
    if (g.kind === 'constant') return this.mapTable(g, shape, (t) => sliceArray(t, axis, start, count, step));
    const tensor = this.emitter.slice(g.tensor, axis, start, count, step);
    return { ...g, shape, stored: this.emitter.shape(tensor), tensor };
  }

  /** Adjoint of slice: zeros outside the elements start, start + step, ... */
  unslice(g: Gradient, axis: number, size: number, start: number, step = 1): Gradient {
    const shape = g.shape.map((d, i) => (i === axis ? size : d));
    if (g.kind === 'zero' || sameShape(shape, g.shape)) return { ...g, shape };
    const whole = g.stored[axis] === g.shape[axis] ? g : this.fill(g);
    if (whole.kind === 'constant' && axis !== 0) {
      return this.mapTable(whole, shape, (t) => unsliceArray(t, axis, size, start, step));
    }
    if (step !== 1) return this.axisMap(whole, axis, scatterMatrix(size, g.shape[axis]!, start, step));
    const r = this.toRuntime(whole);
    const begin = r.stored.map((_, i) => (i === axis ? start : 0));
    const end = r.stored.map((d, i) => (i === axis ? size - start - d : 0));
    const tensor = this.emitter.pad(r.tensor, begin, end);
    return { ...r, shape, stored: this.emitter.shape(tensor), tensor };
  }

  /** dX[.., i, ..] = sum_j matrix[i, j] dY[.., j, ..] along one axis (not the batch). */
  axisMap(g: Gradient, axis: number, matrix: NumberArray): Gradient {
    const [m, n] = matrix.shape as [number, number];
    const shape = g.shape.map((d, i) => (i === axis ? m : d));
    if (g.kind === 'zero') return zero(shape);
    if (g.stored[axis] === 1 && n > 1) {
      // All elements along the axis are equal: multiply by the row sums.
      const once = { ...g, shape: g.stored, stored: g.stored };
      const mapped = this.axisMap(once, axis, sumArray(matrix, [1]));
      return { ...mapped, shape };
    }
    if (g.kind === 'constant' && axis === 0) return this.axisMap(this.toRuntime(g), axis, matrix);
    const before = sizeOf(g.stored.slice(0, axis));
    const after = sizeOf(g.stored.slice(axis + 1));
    const stored = g.stored.map((d, i) => (i === axis ? m : d));
    const e = this.emitter;
    if (g.kind === 'constant') {
      return this.mapTable(g, shape, (t) => {
        const rows = reshapeArray(t, [this.classes * before, n, after]);
        const mapped = matmulArray(
          reshapeArray(transposeArray(rows, [0, 2, 1]), [this.classes * before * after, n]),
          transposeArray(matrix, [1, 0]),
        );
        const back = transposeArray(reshapeArray(mapped, [this.classes * before, after, m]), [0, 2, 1]);
        return reshapeArray(back, [this.classes, ...stored.slice(1)]);
      });
    }
    let tensor: string;
    if (after === 1) {
      const transposed = e.floats(`${e.scope}/matrix`, [n, m], transposeArray(matrix, [1, 0]).data);
      tensor = e.matmul(e.reshape(g.tensor, [before, n]), transposed);
    } else {
      tensor = e.matmul(
        e.floats(`${e.scope}/matrix`, [m, n], matrix.data),
        e.reshape(g.tensor, [before, n, after]),
      );
    }
    return { ...g, shape, stored, tensor: e.reshape(tensor, stored) };
  }

  /** Adjoint of a dense layer: [1, N] times W [N, K] (`transposed`: W is stored [K, N]). W is an initializer. */
  dense(g: Gradient, weights: string, transposed: boolean): Gradient {
    const w = this.emitter.constantOf(weights)!;
    const k = transposed ? w.shape[0]! : w.shape[1]!;
    if (g.kind === 'zero') return zero([1, k]);
    const rowsOf = () => (transposed ? transposeArray(arrayOf(w), [1, 0]) : arrayOf(w));
    if (g.kind === 'constant' && this.tableFits(g, [1, k])) {
      if (g.rows.kind === 'identity') {
        const initializer = transposed ? undefined : weights;
        return {
          ...constant([1, k], rowsOf(), g.scale),
          rows: { kind: 'table', table: rowsOf(), initializer },
        };
      }
      return this.mapTable(this.fill(g) as ConstantGradient, [1, k], (t) => matmulArray(t, rowsOf()));
    }
    const r = this.toRuntime(this.fill(g));
    const matrix = transposed
      ? this.emitter.constant(`${weights}/transposed`, likeTensor(w, rowsOf()))
      : weights;
    return { ...r, shape: [1, k], stored: [1, k], tensor: this.emitter.matmul(r.tensor, matrix) };
  }

  /**
   * Mean over groups: the tensor seen as [1, groups, rest], averaged over the rest. For a 4-D gradient and as many
   * groups as channels this is the mean over H and W. The mean of a broadcast is the value.
   */
  meanOver(g: Gradient, groups: number): Gradient {
    const rest = sizeOf(g.shape) / groups;
    if (g.kind === 'zero') return zero([1, groups]);
    if (g.kind === 'runtime' && isFull(g) && g.shape.length === 4 && g.shape[1] === groups && rest > 1) {
      const tensor = this.emitter.reduce('ReduceMean', g.tensor, [2, 3], false);
      return { ...g, shape: [1, groups], stored: [1, groups], tensor };
    }
    const summed = this.sumOver(this.reshape(g, [1, groups, rest]), [2]);
    return this.reshape(this.scale(summed, 1 / rest), [1, groups]);
  }

  /** A linear operator on the whole gradient, at run time: `emit` gets a tensor of the gradient's full shape. */
  linear(g: Gradient, shape: Shape, emit: (tensor: string) => string): Gradient {
    if (g.kind === 'zero') return zero(shape);
    const r = this.toRuntime(this.fill(g));
    return { ...r, shape, stored: shape, tensor: emit(r.tensor) };
  }

  /** Any operator on the whole gradient (linear in it) that also reads run-time facts of the given nature. */
  apply(g: Gradient, nature: Nature, shape: Shape, emit: (tensor: string) => string): Gradient {
    const result = this.linear(g, shape, emit);
    return result.kind === 'runtime' ? { ...result, nature: joinNature(result.nature, nature) } : result;
  }
}

/**
 * Where values repeat over trailing axes only ([1, K, 1, 1] for [1, K, H, W]), a reshape that keeps the boundary
 * keeps them repeated. Undefined where it does not.
 */
function reshapeBroadcast(shape: Shape, stored: Shape, to: Shape): number[] | undefined {
  let kept = shape.length;
  while (kept > 0 && stored[kept - 1] === 1) kept--;
  if (!sameShape(shape.slice(0, kept), stored.slice(0, kept))) return undefined;
  const elements = sizeOf(stored);
  for (let axes = 1, product = to[0] ?? 1; axes <= to.length; product *= to[axes] ?? 1, axes++) {
    if (product === elements) return to.map((d, i) => (i < axes ? d : 1));
  }
  return undefined;
}

/** [size, count]: 1 at (start + step * j, j). */
function scatterMatrix(size: number, count: number, start: number, step: number): NumberArray {
  const data = new Float64Array(size * count);
  for (let j = 0; j < count; j++) data[(start + step * j) * count + j] = 1;
  return { shape: [size, count], data };
}

function likeTensor(like: Tensor, array: NumberArray): Tensor {
  return tensorOf(array, like.dtype as 'float32');
}
