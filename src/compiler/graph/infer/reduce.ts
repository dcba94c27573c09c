/** Reductions: axes are an attribute before opset 13 (ReduceSum) or 18 (the others), an input after. */
import { intAttribute, intsAttribute } from '../attributes.ts';
import { normaliseAxis, type RuleContext, type RuleTable, type ShapeRule } from './rule.ts';

/** The axes that a Reduce node reduces, sorted; every axis where none is given. */
export function reducedAxes(c: Pick<RuleContext, 'node' | 'has' | 'numbers'>, rank: number): number[] {
  const given = c.has(1) ? c.numbers(1) : intsAttribute(c.node, 'axes');
  if (given && given.length > 0)
    return [...new Set(given.map((a) => normaliseAxis(a, rank)))].sort((a, b) => a - b);
  return intAttribute(c.node, 'noop_with_empty_axes', 0) ? [] : Array.from({ length: rank }, (_, i) => i);
}

function keep(shape: readonly number[], axes: readonly number[], keepdims: boolean): number[] {
  return shape.flatMap((d, i) => (!axes.includes(i) ? [d] : keepdims ? [1] : []));
}

const reduce: ShapeRule = (c) => {
  const shape = c.shape(0);
  const keepdims = intAttribute(c.node, 'keepdims', 1) === 1;
  return [{ dtype: c.type(0), shape: keep(shape, reducedAxes(c, shape.length), keepdims) }];
};

const argument: ShapeRule = (c) => {
  const shape = c.shape(0);
  const axis = normaliseAxis(intAttribute(c.node, 'axis', 0), shape.length);
  return [{ dtype: 'int64', shape: keep(shape, [axis], intAttribute(c.node, 'keepdims', 1) === 1) }];
};

const kinds = ['Sum', 'Mean', 'Max', 'Min', 'Prod', 'L1', 'L2', 'SumSquare', 'LogSum', 'LogSumExp'];

export const reduceRules: RuleTable = {
  ...Object.fromEntries(kinds.map((kind) => [`Reduce${kind}`, reduce])),
  ArgMax: argument,
  ArgMin: argument,
};
