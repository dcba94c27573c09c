/** Shapes: sizes, strides and numpy-style broadcasting (ONNX's multidirectional broadcasting). */

export type Shape = readonly number[];

/** Number of elements; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((n, d) => n * d, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((d, i) => d === b[i]);
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = strides[i + 1]! * shape[i + 1]!;
  return strides;
}

/** The shape with 1s put in front up to the given rank. */
export function padRank(shape: Shape, rank: number): number[] {
  return [...new Array<number>(Math.max(0, rank - shape.length)).fill(1), ...shape];
}

/** The broadcast of two shapes; undefined where they do not fit. */
export function broadcastShapes(a: Shape, b: Shape): number[] | undefined {
  const rank = Math.max(a.length, b.length);
  const [x, y] = [padRank(a, rank), padRank(b, rank)];
  const out: number[] = [];
  for (let i = 0; i < rank; i++) {
    if (x[i] !== y[i] && x[i] !== 1 && y[i] !== 1) return undefined;
    out.push(x[i] === 1 ? y[i]! : x[i]!);
  }
  return out;
}

/** The axis as a non-negative index. */
export function normalAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
