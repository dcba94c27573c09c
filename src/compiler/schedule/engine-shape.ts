import { fail } from '../diagnostics.ts';
import type { EngineShape } from './operation.ts';

/** Arrays that can be built, by name. Half as many requantiser lanes as columns keep up with every 3x3 convolution. */
export const engineShapes: ReadonlyMap<string, EngineShape> = new Map(
  [
    [4, 4],
    [8, 8],
    [8, 16],
    [16, 16],
    [16, 32],
  ].map(([rows, columns]) => [`${rows}x${columns}`, { rows: rows!, columns: columns!, lanes: columns! / 2 }]),
);

export const defaultArray = '16x16';

/** Multiply-accumulators of an array. */
export const sizeOf = ({ rows, columns }: EngineShape): number => rows * columns;

/** The largest of some arrays, by default of all. */
export const largestShape = (shapes: Iterable<EngineShape> = engineShapes.values()): EngineShape =>
  [...shapes].reduce((largest, shape) => (sizeOf(shape) > sizeOf(largest) ? shape : largest));

/**
 * The engine of an array written `ROWSxCOLUMNS`.
 *
 * @throws CompileError CAM504
 */
export function engineShape(array: string): EngineShape {
  const shape = engineShapes.get(array.toLowerCase());
  if (shape) return shape;
  const known = [...engineShapes.keys()].join(', ');
  return fail('CAM504', `There is no array ${array}.`, `Choose one of ${known}.`);
}
