/** Graph -> ONNX bytes. */
import type { Graph, Node, ValueInfo } from '../graph/ir.ts';
import { writeAttribute } from './attributes.ts';
import { expandActivations } from '../graph/expand-activations.ts';
import { emptyNotes } from '../graph/pass.ts';
import { dataTypeCode } from '../graph/data-type-codes.ts';
import { encodeModel, type NodeProto, type ValueInfoProto } from './proto.ts';
import { writeTensor } from './tensor.ts';

/**
 * The IR version that came with an opset (onnx helper.VERSION_TABLE). Nothing newer is used in the file, so that
 * the oldest runtime that knows the opset reads it.
 */
const irVersions: readonly (readonly [opset: number, ir: number])[] = [
  [25, 13],
  [24, 12],
  [23, 11],
  [21, 10],
  [19, 9],
  [15, 8],
  [12, 7],
  [11, 6],
  [10, 5],
  [0, 4],
];

/** Opset versions of the other domains a graph may use. */
const otherDomains: Readonly<Record<string, number>> = { 'com.microsoft': 1, 'ai.onnx.ml': 3 };

/**
 * Writes a graph as an ONNX ModelProto. Initializers are not graph inputs (IR version 4 and later); every known
 * intermediate shape goes into value_info.
 */
export function writeModel(source: Graph): Uint8Array {
  const graph = expandActivations.run(source, emptyNotes());
  const domains = new Set(graph.nodes.map((n) => n.domain).filter((d) => d !== ''));
  const boundary = new Set([...graph.inputs, ...graph.outputs].map((v) => v.name));
  const inner = [...graph.values.values()].filter(
    (v) => !boundary.has(v.name) && !graph.initializers.has(v.name),
  );
  return encodeModel({
    irVersion: irVersions.find(([opset]) => graph.opset >= opset)![1],
    producerName: 'camber',
    opsetImport: [
      { domain: '', version: graph.opset },
      ...[...domains].map((domain) => ({ domain, version: otherDomains[domain] ?? 1 })),
    ],
    metadataProps: Object.entries(graph.metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: graph.name || 'graph',
      node: graph.nodes.map(writeNode),
      initializer: [...graph.initializers].map(([name, tensor]) => writeTensor(tensor, name)),
      input: graph.inputs.map(writeValueInfo),
      output: graph.outputs.map(writeValueInfo),
      valueInfo: inner.map(writeValueInfo),
    },
  });
}

function writeNode(node: Node): NodeProto {
  return {
    name: node.name,
    opType: node.op,
    domain: node.domain,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: Object.entries(node.attributes).map(([name, attribute]) => writeAttribute(name, attribute)),
  };
}

function writeValueInfo({ name, dtype, shape }: ValueInfo): ValueInfoProto {
  return {
    name,
    type: {
      tensorType: { elemType: dataTypeCode(dtype), shape: { dim: shape.map((d) => ({ dimValue: d })) } },
    },
  };
}
