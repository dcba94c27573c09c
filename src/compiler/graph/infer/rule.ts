/** What a shape rule sees of a node and what it gives. */
import type { DataType, Node, Tensor } from '../ir.ts';

export interface TypeAndShape {
  readonly dtype: DataType;
  readonly shape: readonly number[];
}

/** The node with the types and shapes of its inputs. Accessors throw a ShapeError where the input is missing. */
export interface RuleContext {
  readonly node: Node;
  readonly opset: number;
  has(input: number): boolean;
  type(input: number): DataType;
  shape(input: number): readonly number[];
  /** Value of an input known at compile time, or undefined. */
  constant(input: number): Tensor | undefined;
  /** Elements of an input that the rule needs as numbers; a ShapeError where they are not known. */
  numbers(input: number): number[];
}

/** Types and shapes of the outputs, in order. */
export type ShapeRule = (context: RuleContext) => readonly TypeAndShape[];

export type RuleTable = Readonly<Record<string, ShapeRule>>;

/** Why a rule cannot give a shape: one clause, without the node's name. */
export class ShapeError extends Error {}

/** An axis counted from the end when negative. */
export function normaliseAxis(axis: number, rank: number): number {
  const result = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(result) || result < 0 || result >= rank) {
    throw new ShapeError(`axis ${axis} does not exist in a tensor of rank ${rank}`);
  }
  return result;
}

/** The type that the given inputs (all where none are named) share; omitted inputs do not count. */
export function sameType(
  c: RuleContext,
  inputs: readonly number[] = c.node.inputs.map((_, i) => i),
): DataType {
  const types = [...new Set(inputs.filter((i) => c.has(i)).map((i) => c.type(i)))];
  if (types.length > 1) throw new ShapeError(`its inputs have the types ${types.join(' and ')}`);
  return types[0] ?? c.type(0);
}

/** Multidirectional broadcasting (ONNX "Broadcasting"). */
export function broadcastShapes(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((s) => s.length));
  return Array.from({ length: rank }, (_, i) => {
    let size = 1;
    for (const shape of shapes) {
      const d = shape[i - rank + shape.length] ?? 1;
      if (d === size || d === 1) continue;
      if (size !== 1)
        throw new ShapeError(`shapes ${shapes.map((s) => `[${s.join(', ')}]`).join(' and ')} differ`);
      size = d;
    }
    return size;
  });
}
