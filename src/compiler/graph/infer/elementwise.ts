/** Element-wise operators, normalisations and others whose outputs have the shape of their (broadcast) inputs. */
import { intAttribute } from '../attributes.ts';
import { broadcastShapes, normaliseAxis, sameType, type RuleTable, type ShapeRule } from './rule.ts';

const like: ShapeRule = (c) => [{ dtype: c.type(0), shape: c.shape(0) }];

const predicate: ShapeRule = (c) => [{ dtype: 'bool', shape: c.shape(0) }];

const broadcast: ShapeRule = (c) => [
  // Base and exponent of Pow alone may differ in type.
  {
    dtype: c.node.op === 'Pow' ? c.type(0) : sameType(c),
    shape: broadcastShapes(...c.node.inputs.map((_, i) => c.shape(i))),
  },
];

const comparison: ShapeRule = (c) => {
  sameType(c);
  return [{ dtype: 'bool', shape: broadcastShapes(c.shape(0), c.shape(1)) }];
};

const unary = [
  ...[
    'Relu',
    'LeakyRelu',
    'Elu',
    'Selu',
    'Celu',
    'ThresholdedRelu',
    'Sigmoid',
    'HardSigmoid',
    'HardSwish',
    'Swish',
  ],
  ...[
    'Tanh',
    'Softplus',
    'Softsign',
    'Gelu',
    'Mish',
    'Erf',
    'Exp',
    'Log',
    'Sqrt',
    'Abs',
    'Neg',
    'Reciprocal',
    'Sign',
  ],
  ...[
    'Ceil',
    'Floor',
    'Round',
    'Sin',
    'Cos',
    'Tan',
    'Asin',
    'Acos',
    'Atan',
    'Sinh',
    'Cosh',
    'Asinh',
    'Acosh',
    'Atanh',
  ],
  ...['Not', 'Identity', 'Shrink', 'CumSum', 'Trilu'],
  ...['Softmax', 'LogSoftmax', 'Hardmax', 'LRN', 'LpNormalization', 'MeanVarianceNormalization'],
  ...['InstanceNormalization', 'GroupNormalization', 'RMSNormalization'],
];

const variadic = [
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Pow',
  'Mod',
  'And',
  'Or',
  'Xor',
  'PRelu',
  'Sum',
  'Mean',
  'Max',
  'Min',
];

const table = (names: readonly string[], rule: ShapeRule): RuleTable =>
  Object.fromEntries(names.map((name) => [name, rule]));

export const elementwiseRules: RuleTable = {
  ...table(unary, like),
  ...table(variadic, broadcast),
  ...table(['IsNaN', 'IsInf'], predicate),
  ...table(['Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual'], comparison),
  Where: (c) => [{ dtype: sameType(c, [1, 2]), shape: broadcastShapes(c.shape(0), c.shape(1), c.shape(2)) }],
  Clip: (c) => [{ dtype: sameType(c), shape: c.shape(0) }],
  Dropout: (c) => [
    { dtype: c.type(0), shape: c.shape(0) },
    // Before opset 10 the mask had the type of the data.
    { dtype: c.opset < 10 ? c.type(0) : 'bool', shape: c.shape(0) },
  ],
  BatchNormalization: (c) => [
    { dtype: c.type(0), shape: c.shape(0) },
    ...c.node.outputs.slice(1).map(() => ({ dtype: c.type(1), shape: c.shape(1) })),
  ],
  LayerNormalization: (c) => {
    const axis = normaliseAxis(intAttribute(c.node, 'axis', -1), c.shape(0).length);
    const statistics = { dtype: 'float32', shape: c.shape(0).map((d, i) => (i < axis ? d : 1)) } as const;
    return [{ dtype: c.type(0), shape: c.shape(0) }, statistics, statistics];
  },
};
