import { intAttribute } from './attributes.ts';
import type { Graph, Node } from './ir.ts';
import type { Pass } from './pass.ts';
import { lowestOpset } from './raise-opset.ts';

/**
 * Declares the lowest opset, from 18 on, that has the operators of the graph: most operators of later opsets differ
 * by element types only, and the written model should run wherever it can. A graph with bfloat16 tensors keeps its
 * opset. Needs inferred shapes and explicit padding. (Source: ONNX Changelog.)
 */
export const settleOpset: Pass = {
  name: 'settle-opset',
  description: 'Declares the lowest opset that has every operator in the graph.',
  run(graph: Graph): Graph {
    if ([...graph.values.values()].some((v) => v.dtype === 'bfloat16')) return graph;
    const needed = graph.nodes.map((node) => (node.domain === '' ? requirement(node, graph) : lowestOpset));
    const opset = Math.max(lowestOpset, ...needed);
    // GroupNormalization alone means something else from 21 on: it cannot be carried over.
    const raises = opset > graph.opset && graph.nodes.some((n) => n.op === 'GroupNormalization');
    return raises || opset === graph.opset ? graph : { ...graph, opset };
  },
};

/** Operators that came after opset 18. Swish and Gelu are not among them: the writer spells them out. */
const operators: Readonly<Record<string, number>> = {
  RMSNormalization: 23,
};

/** Attributes that came after opset 18; by operator where older operators have the same name. */
const attributes: Readonly<Record<string, number>> = {
  'AveragePool.dilations': 19,
  saturate: 19,
  block_size: 21,
  output_dtype: 21,
  precision: 23,
  round_mode: 24,
};

/** Attribute values that came after opset 18. */
const attributeValues: Readonly<Record<string, number>> = {
  'Pad.wrap': 19,
  'Resize.half_pixel_symmetric': 19,
};

/** Element types that operators took on after opset 18. */
const types: Readonly<Record<string, number>> = {
  'ReduceMax.bool': 20,
  'ReduceMin.bool': 20,
  'QuantizeLinear.int16': 21,
  'QuantizeLinear.uint16': 21,
  'DequantizeLinear.int16': 21,
  'DequantizeLinear.uint16': 21,
};

function requirement(node: Node, graph: Graph): number {
  const found = [operators[node.op]];
  if (node.op === 'GroupNormalization') found.push(Math.min(graph.opset, 21));
  for (const [name, attribute] of Object.entries(node.attributes)) {
    found.push(attributes[name], attributes[`${node.op}.${name}`]);
    if (attribute.kind === 'string') found.push(attributeValues[`${node.op}.${attribute.value}`]);
  }
  for (const name of [...node.inputs, ...node.outputs]) {
    const value = graph.values.get(name);
    if (value) found.push(types[`${node.op}.${value.dtype}`]);
  }
  // Older shape inference counts a last window that starts in the padding.
  if (intAttribute(node, 'ceil_mode', 0) === 1) found.push(22);
  return Math.max(lowestOpset, ...found.filter((v) => v !== undefined));
}
