/** The rule table: one entry per ONNX operator. */
import type { Node } from '../../graph/ir.ts';
import type { Rule } from '../rule.ts';
import * as activation from './activation.ts';
import * as arithmetic from './arithmetic.ts';
import * as convolution from './convolution.ts';
import * as dense from './dense.ts';
import * as layout from './layout.ts';
import * as normalization from './normalization.ts';
import * as pooling from './pooling.ts';
import * as quantization from './quantization.ts';
import * as reduction from './reduction.ts';
import { resize } from './resize.ts';

export const rules: Readonly<Record<string, Rule>> = {
  Conv: convolution.conv,
  ConvTranspose: convolution.convTranspose,
  Gemm: dense.gemm,
  MatMul: dense.matmul,

  Add: arithmetic.add,
  Sum: arithmetic.add,
  Sub: arithmetic.sub,
  Neg: arithmetic.neg,
  Mean: arithmetic.mean,
  Mul: arithmetic.mul,
  Div: arithmetic.div,
  Max: arithmetic.extremum,
  Min: arithmetic.extremum,
  Pow: arithmetic.pow,

  Relu: activation.relu,
  Clip: activation.clip,
  LeakyRelu: activation.leakyRelu,
  PRelu: activation.pRelu,
  ThresholdedRelu: activation.thresholdedRelu,
  HardSigmoid: activation.hardSigmoid,
  Abs: activation.smooth,
  Celu: activation.smooth,
  Elu: activation.smooth,
  Erf: activation.smooth,
  Exp: activation.smooth,
  Gelu: activation.smooth,
  HardSwish: activation.smooth,
  Log: activation.smooth,
  Mish: activation.smooth,
  Reciprocal: activation.smooth,
  Selu: activation.smooth,
  Sigmoid: activation.smooth,
  Softplus: activation.smooth,
  Softsign: activation.smooth,
  Sqrt: activation.smooth,
  Swish: activation.smooth,
  Tanh: activation.smooth,
  Ceil: activation.flat,
  Floor: activation.flat,
  Round: activation.flat,
  Sign: activation.flat,

  MaxPool: pooling.maxPool,
  AveragePool: pooling.averagePool,
  LpPool: pooling.lpPool,
  GlobalAveragePool: pooling.globalAveragePool,
  GlobalMaxPool: pooling.globalMaxPool,
  GlobalLpPool: pooling.globalLpPool,

  ReduceMean: reduction.reduceMean,
  ReduceSum: reduction.reduceSum,
  ReduceMax: reduction.reduceExtremum,
  ReduceMin: reduction.reduceExtremum,
  ReduceL1: reduction.reduceL1,
  ReduceL2: reduction.reduceL2,
  ReduceSumSquare: reduction.reduceSumSquare,
  Softmax: reduction.softmax,
  LogSoftmax: reduction.logSoftmax,

  BatchNormalization: normalization.batchNormalization,
  InstanceNormalization: normalization.instanceNormalization,
  GroupNormalization: normalization.groupNormalization,
  LayerNormalization: normalization.layerNormalization,
  LRN: normalization.lrn,

  Identity: layout.identity,
  Dropout: layout.identity,
  Cast: layout.cast,
  Reshape: layout.reshape,
  Flatten: layout.reshape,
  Squeeze: layout.reshape,
  Unsqueeze: layout.reshape,
  Transpose: layout.transpose,
  Concat: layout.concat,
  Split: layout.split,
  Slice: layout.slice,
  Pad: layout.pad,
  Gather: layout.gather,
  Expand: layout.expand,
  Tile: layout.tile,
  DepthToSpace: layout.depthToSpace,
  SpaceToDepth: layout.spaceToDepth,
  Shape: activation.flat,
  ArgMax: activation.flat,

  Resize: resize,

  QuantizeLinear: quantization.quantizeLinear,
  DequantizeLinear: quantization.dequantizeLinear,
};

/** The rule of a node's operator; only the standard domain has rules. */
export function ruleOf(node: Node): Rule | undefined {
  return node.domain === '' && Object.hasOwn(rules, node.op) ? rules[node.op] : undefined;
}
