import {
  floatAttribute,
  floatsAttribute,
  intAttribute,
  intsAttribute,
  makeAttribute,
  stringAttribute,
} from './attributes.ts';
import { fail } from '../diagnostics.ts';
import { dataTypeCode } from './data-type-codes.ts';
import { freshName, withInitializers, withoutKeys } from './edit.ts';
import type { Attribute, DataType, Graph, Node, Tensor, ValueInfo } from './ir.ts';
import type { Pass } from './pass.ts';
import { elementCount, filledTensor, floatTensor, int64Tensor, isFloat } from './tensor.ts';

/** Every simplified graph has at least this opset: later stages meet one form of each operator. */
export const lowestOpset = 18;

/**
 * Rewrites operators of older opsets in the form they have in opset 18: what was an attribute there (axes, pads,
 * scales, bounds, splits) and is an input here, Upsample as Resize, the old Softmax over flattened axes. A graph
 * of opset 18 or later is left as it is. Needs inferred shapes. (Source: ONNX Changelog.)
 *
 * One difference remains above: the scale and bias of GroupNormalization are per group before opset 21.
 */
export const raiseOpset: Pass = {
  name: 'raise-opset',
  description: `Rewrites operators of older opsets in the form of opset ${lowestOpset}.`,
  run(graph: Graph): Graph {
    if (graph.opset >= lowestOpset) return graph;
    const rewriter = new Rewriter(graph);
    const nodes = graph.nodes.flatMap((node) => {
      const rewrite = node.domain === '' && Object.hasOwn(rewrites, node.op) ? rewrites[node.op] : undefined;
      return rewrite ? rewrite(node, rewriter) : [node];
    });
    const values = new Map([...graph.values, ...rewriter.values]);
    return withInitializers({ ...graph, opset: lowestOpset, nodes, values }, rewriter.initializers);
  },
};

type Rewrite = (node: Node, r: Rewriter) => Node[];

class Rewriter {
  readonly initializers = new Map<string, Tensor>();
  readonly values = new Map<string, ValueInfo>();

  constructor(readonly graph: Graph) {}

  value(name: string): ValueInfo {
    return this.graph.values.get(name)!;
  }

  /** A new initializer named after the node. */
  constant(node: Node, suffix: string, tensor: Tensor): string {
    const name = this.fresh(`${node.name}_${suffix}`);
    this.initializers.set(name, tensor);
    return name;
  }

  /** A new intermediate tensor named after the node. */
  intermediate(node: Node, suffix: string, like: Omit<ValueInfo, 'name'>): string {
    const name = this.fresh(`${node.name}_${suffix}`);
    this.values.set(name, { ...like, name });
    return name;
  }

  private fresh(stem: string): string {
    return freshName(stem, {
      has: (name) => this.graph.values.has(name) || this.initializers.has(name) || this.values.has(name),
    });
  }
}

function without(node: Node, ...names: string[]): Record<string, Attribute> {
  return Object.fromEntries(withoutKeys(new Map(Object.entries(node.attributes)), new Set(names)));
}

/** Moves an integer list from an attribute to input `at`. */
function listToInput(attribute: string, at: number): Rewrite {
  return (node, r) => {
    const list = intsAttribute(node, attribute);
    if (!list) return [node];
    const inputs = [...node.inputs];
    while (inputs.length < at) inputs.push('');
    inputs[at] = r.constant(node, attribute, int64Tensor(list));
    return [{ ...node, inputs, attributes: without(node, attribute) }];
  };
}

/** A number that was an attribute, as a constant of the tensors' own type. Throws CAM104 where that type cannot hold it. */
function attributeConstant(node: Node, name: string, dtype: DataType): Tensor {
  const value = floatAttribute(node, name, 0);
  if (isFloat(dtype) || Number.isInteger(value)) return filledTensor(dtype, value);
  return fail(
    'CAM104',
    `Attribute ${name} of "${node.name}" is ${value}, which its tensors of ${dtype} cannot hold.`,
    'Export the model again, or check it with onnx.checker.',
    { node: node.name },
  );
}

const clip: Rewrite = (node, r) => {
  if (node.inputs.length > 1) return [node];
  const { dtype } = r.value(node.inputs[0]!);
  const bound = (name: string): string =>
    node.attributes[name] ? r.constant(node, name, attributeConstant(node, name, dtype)) : '';
  const inputs = [node.inputs[0]!, bound('min'), bound('max')];
  return [{ ...node, inputs, attributes: without(node, 'min', 'max') }];
};

const pad: Rewrite = (node, r) => {
  const pads = intsAttribute(node, 'pads');
  if (!pads) return [node];
  const { dtype } = r.value(node.inputs[0]!);
  const value = r.constant(node, 'value', attributeConstant(node, 'value', dtype));
  const inputs = [node.inputs[0]!, r.constant(node, 'pads', int64Tensor(pads)), value];
  return [{ ...node, inputs, attributes: without(node, 'pads', 'value') }];
};

const slice: Rewrite = (node, r) => {
  const starts = intsAttribute(node, 'starts');
  if (!starts) return [node];
  const axes = intsAttribute(node, 'axes') ?? starts.map((_, i) => i);
  const lists = { starts, ends: intsAttribute(node, 'ends') ?? [], axes };
  const inputs = Object.entries(lists).map(([name, list]) => r.constant(node, name, clampedInt64(list)));
  return [
    { ...node, inputs: [node.inputs[0]!, ...inputs], attributes: without(node, 'starts', 'ends', 'axes') },
  ];
};

/** INT64_MAX ("to the end") reads as 2^63, which is one too many. */
function clampedInt64(list: readonly number[]): Tensor {
  return int64Tensor(list.map((v) => Math.min(Math.max(v, -(2 ** 53)), 2 ** 53)));
}

/** The sizes are written out: without them opset 18 wants a count, older opsets none. */
const split: Rewrite = (node, r) => {
  if (node.inputs[1]) return [node];
  const { shape } = r.value(node.inputs[0]!);
  const axis = intAttribute(node, 'axis', 0);
  const sizes = node.outputs.map((o) => r.graph.values.get(o)?.shape[axis < 0 ? axis + shape.length : axis]);
  const even = Math.ceil(shape[axis < 0 ? axis + shape.length : axis]! / node.outputs.length);
  const list = intsAttribute(node, 'split') ?? sizes.map((s) => s ?? even);
  const inputs = [node.inputs[0]!, r.constant(node, 'split', int64Tensor(list))];
  return [{ ...node, inputs, attributes: without(node, 'split') }];
};

/** Before opset 13: the axes from `axis` on (default 1) are flattened and normalised together. */
const softmax: Rewrite = (node, r) => {
  if (r.graph.opset >= 13) return [node];
  const input = r.value(node.inputs[0]!);
  const rank = input.shape.length;
  const asked = intAttribute(node, 'axis', 1);
  const axis = asked < 0 ? asked + rank : asked;
  const inner = input.shape.slice(axis);
  const long = inner.filter((d) => d !== 1).length;
  if (long <= 1) {
    const at =
      axis +
      Math.max(
        0,
        inner.findIndex((d) => d !== 1),
      );
    return [{ ...node, attributes: { ...node.attributes, axis: makeAttribute.int(Math.min(at, rank - 1)) } }];
  }
  const shape = [elementCount(input.shape.slice(0, axis)), elementCount(inner)];
  const flat = r.intermediate(node, 'flat', { dtype: input.dtype, shape });
  const result = r.intermediate(node, 'normalised', { dtype: input.dtype, shape });
  const original = r.constant(node, 'shape', int64Tensor(input.shape));
  const target = r.constant(node, 'flat_shape', int64Tensor(shape));
  return [
    {
      name: `${node.name}_flatten`,
      op: 'Reshape',
      domain: '',
      inputs: [input.name, target],
      outputs: [flat],
      attributes: {},
    },
    { ...node, inputs: [flat], outputs: [result], attributes: { axis: makeAttribute.int(1) } },
    {
      name: `${node.name}_reshape`,
      op: 'Reshape',
      domain: '',
      inputs: [result, original],
      outputs: node.outputs,
      attributes: {},
    },
  ];
};

/**
 * Upsample and the Resize of opset 10: x_original = x / scale; nearest rounds down when it enlarges and up when
 * it shrinks (ONNX Runtime's reading of the old text).
 */
const oldResize: Rewrite = (node, r) => {
  const fromAttribute = floatsAttribute(node, 'scales');
  const scales = fromAttribute
    ? floatTensor([fromAttribute.length], fromAttribute)
    : r.graph.initializers.get(node.inputs[1] ?? '');
  if (!scales) return unsupported(node, 'its scales are only known at run time');
  const factors = Array.from(scales.data, Number);
  const enlarges = factors.every((f) => f >= 1);
  if (!enlarges && factors.some((f) => f > 1))
    return unsupported(node, 'it enlarges one axis and shrinks another');
  const mode = stringAttribute(node, 'mode', 'nearest');
  const attributes = {
    mode: makeAttribute.string(mode === 'bilinear' ? 'linear' : mode),
    coordinate_transformation_mode: makeAttribute.string('asymmetric'),
    nearest_mode: makeAttribute.string(enlarges ? 'floor' : 'ceil'),
  };
  const name = fromAttribute ? r.constant(node, 'scales', scales) : node.inputs[1]!;
  return [{ ...node, op: 'Resize', inputs: [node.inputs[0]!, '', name], attributes }];
};

/** Before opset 13 roi, scales and sizes were mandatory, and empty where not meant. */
const resize: Rewrite = (node, r) => {
  if (r.graph.opset < 11) return oldResize(node, r);
  if (stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel') === 'tf_half_pixel_for_nn') {
    return unsupported(node, 'the coordinate mode tf_half_pixel_for_nn was withdrawn from ONNX');
  }
  const inputs = node.inputs.map((i) => (r.graph.values.get(i)?.shape.join() === '0' ? '' : i));
  while (inputs.at(-1) === '') inputs.pop();
  return [{ ...node, inputs }];
};

/** Inference only: the ratio says nothing there. Before opset 10 the mask had the type of the data. */
const dropout: Rewrite = (node, r) => {
  const attributes = without(node, 'ratio');
  const [output, mask] = node.outputs;
  if (!mask || r.graph.opset >= 10) return [{ ...node, attributes }];
  const { dtype, shape } = r.value(mask);
  const bool = r.intermediate(node, 'mask', { dtype: 'bool', shape });
  const to = makeAttribute.int(dataTypeCode(dtype));
  return [
    { ...node, attributes, outputs: [output!, bool] },
    {
      name: `${node.name}_mask_cast`,
      op: 'Cast',
      domain: '',
      inputs: [bool],
      outputs: [mask],
      attributes: { to },
    },
  ];
};

const batchNormalization: Rewrite = (node, r) => {
  if (intAttribute(node, 'spatial', 1) === 0) return unsupported(node, 'spatial = 0 was withdrawn from ONNX');
  // Statistics were outputs of training before opset 14; there is no training here.
  const outputs = r.graph.opset < 14 ? node.outputs.slice(0, 1) : node.outputs;
  return [{ ...node, outputs, attributes: without(node, 'spatial') }];
};

/** Before opset 10 the count was an attribute. */
const topK: Rewrite = (node, r) => {
  if (!node.attributes['k']) return [node];
  const count = r.constant(node, 'k', int64Tensor([intAttribute(node, 'k', 1)]));
  return [{ ...node, inputs: [node.inputs[0]!, count], attributes: without(node, 'k') }];
};

function unsupported(node: Node, reason: string): never {
  return fail(
    'CAM201',
    `Node "${node.name}" (${node.op}) is not supported: ${reason}.`,
    'Export the model with opset 18 or later.',
    { node: node.name },
  );
}

const reductions = ['Sum', 'Mean', 'Max', 'Min', 'Prod', 'L1', 'L2', 'SumSquare', 'LogSum', 'LogSumExp'];

const rewrites: Readonly<Record<string, Rewrite>> = {
  ...Object.fromEntries(reductions.map((kind) => [`Reduce${kind}`, listToInput('axes', 1)])),
  Squeeze: listToInput('axes', 1),
  Unsqueeze: listToInput('axes', 1),
  Clip: clip,
  Pad: pad,
  Slice: slice,
  Split: split,
  Softmax: softmax,
  LogSoftmax: softmax,
  Hardmax: softmax,
  TopK: topK,
  Upsample: oldResize,
  Resize: resize,
  Dropout: dropout,
  BatchNormalization: batchNormalization,
};
