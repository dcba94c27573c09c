/** ONNX Runtime's quantised operators (domain com.microsoft; ONNX Runtime ContribOperators.md). */
import { intAttribute } from '../attributes.ts';
import { broadcastShapes, ShapeError, type RuleContext, type RuleTable, type ShapeRule } from './rule.ts';
import { gemm, linearRules } from './linear.ts';
import { windowRules } from './windows.ts';

const binary: ShapeRule = (c) => [{ dtype: c.type(0), shape: broadcastShapes(c.shape(0), c.shape(3)) }];
const like: ShapeRule = (c) => [{ dtype: c.type(0), shape: c.shape(0) }];

export const microsoftRules: RuleTable = {
  QLinearAdd: binary,
  QLinearMul: binary,
  QLinearSigmoid: like,
  QLinearLeakyRelu: like,
  QLinearSoftmax: like,
  QLinearAveragePool: (c) => windowRules['AveragePool']!(channelsFirst(c)),
  QLinearGlobalAveragePool: (c) => windowRules['GlobalAveragePool']!(channelsFirst(c)),
  // Without an output scale the result is float.
  QGemm: (c) => gemm(c, 0, 3, c.has(7) ? c.type(0) : 'float32'),
  QLinearConcat: (c) => {
    const first = c.shape(2);
    const axis = intAttribute(c.node, 'axis', 0);
    const at = axis < 0 ? axis + first.length : axis;
    const shape = [...first];
    for (let i = 5; i < c.node.inputs.length; i += 3) shape[at]! += c.shape(i)[at]!;
    return [{ dtype: c.type(2), shape }];
  },
  QuantizeLinear: linearRules['QuantizeLinear']!,
  DequantizeLinear: linearRules['DequantizeLinear']!,
};

function channelsFirst(c: RuleContext): RuleContext {
  if (intAttribute(c.node, 'channels_last', 0) === 1) throw new ShapeError('channels_last is not supported');
  return c;
}
