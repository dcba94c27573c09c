/** Convolutions and pools. */
import { intAttribute, intsAttribute } from '../attributes.ts';
import type { DataType } from '../ir.ts';
import { slidingWindow, transposedWindow } from '../window.ts';
import {
  sameType,
  ShapeError,
  type RuleContext,
  type RuleTable,
  type ShapeRule,
  type TypeAndShape,
} from './rule.ts';

function positive(shape: readonly number[]): readonly number[] {
  if (shape.some((d) => d <= 0)) {
    throw new ShapeError(`the window does not fit: the output would be [${shape.join(', ')}]`);
  }
  return shape;
}

function checkWindow(
  c: RuleContext,
  spatial: readonly number[],
  kernel: readonly number[] | undefined,
): void {
  const rank = spatial.length;
  if (!kernel) throw new ShapeError('the attribute kernel_shape is missing');
  const lists: [string, readonly number[] | undefined, number, number][] = [
    ['kernel_shape', kernel, rank, 1],
    ['strides', intsAttribute(c.node, 'strides'), rank, 1],
    ['dilations', intsAttribute(c.node, 'dilations'), rank, 1],
    ['pads', intsAttribute(c.node, 'pads'), 2 * rank, 0],
  ];
  for (const [name, values, length, least] of lists) {
    if (!values) continue;
    if (values.length !== length)
      throw new ShapeError(`${name} has ${values.length} values, ${length} are needed`);
    if (values.some((v) => v < least)) throw new ShapeError(`${name} is [${values.join(', ')}]`);
  }
}

/** Output of a convolution of x by w, both given by input index. */
function convolution(c: RuleContext, x: number, w: number, dtype: DataType): TypeAndShape[] {
  const input = c.shape(x);
  const weight = c.shape(w);
  const group = intAttribute(c.node, 'group', 1);
  if (input.length < 3 || weight.length !== input.length) {
    throw new ShapeError(`input [${input.join(', ')}] and weights [${weight.join(', ')}] differ in rank`);
  }
  if (group < 1 || weight[1]! * group !== input[1] || weight[0]! % group !== 0) {
    throw new ShapeError(
      `weights [${weight.join(', ')}] in ${group} group(s) do not take ${input[1]} input channels`,
    );
  }
  const spatial = input.slice(2);
  const kernel = weight.slice(2);
  checkWindow(c, spatial, kernel);
  const { output } = slidingWindow(c.node, spatial, kernel);
  return [{ dtype, shape: [input[0]!, weight[0]!, ...positive(output)] }];
}

function pool(c: RuleContext, dtype = c.type(0)): TypeAndShape {
  const input = c.shape(0);
  const kernel = intsAttribute(c.node, 'kernel_shape');
  if (input.length < 3) throw new ShapeError(`the input [${input.join(', ')}] has no spatial axes`);
  checkWindow(c, input.slice(2), kernel);
  const { output } = slidingWindow(c.node, input.slice(2), kernel!);
  return { dtype, shape: [...input.slice(0, 2), ...positive(output)] };
}

const globalPool: ShapeRule = (c) => [
  { dtype: c.type(0), shape: c.shape(0).map((d, axis) => (axis < 2 ? d : 1)) },
];

export const windowRules: RuleTable = {
  Conv: (c) => convolution(c, 0, 1, sameType(c)),
  ConvInteger: (c) => convolution(c, 0, 1, 'int32'),
  QLinearConv: (c) => convolution(c, 0, 3, c.type(7)),
  ConvTranspose: (c) => {
    const input = c.shape(0);
    const weight = c.shape(1);
    if (input.length < 3 || weight.length !== input.length || weight[0] !== input[1]) {
      throw new ShapeError(`weights [${weight.join(', ')}] do not fit the input [${input.join(', ')}]`);
    }
    checkWindow(c, input.slice(2), weight.slice(2));
    const { output } = transposedWindow(c.node, input.slice(2), weight.slice(2));
    const channels = weight[1]! * intAttribute(c.node, 'group', 1);
    return [{ dtype: sameType(c), shape: [input[0]!, channels, ...positive(output)] }];
  },
  MaxPool: (c) => [pool(c), pool(c, 'int64')],
  AveragePool: (c) => [pool(c)],
  LpPool: (c) => [pool(c)],
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  GlobalLpPool: globalPool,
};
