/**
 * The model in ONNX's textual syntax, with a map from lines to nodes and from positions to tensors.
 *
 * One line per node and per initializer; constants beyond 8 values are elided, so that the text stays small however
 * large the weights are.
 */
import type { Graph, Node } from '../../compiler/graph/ir.ts';
import { attribute, constant, identifier, type, valueType } from './values.ts';
import { TextWriter, type TensorSpan } from './writer.ts';

export interface TextForm {
  readonly text: string;
  /** Line of each node, by node name. */
  readonly nodeLines: ReadonlyMap<string, number>;
  /** Node name by line. */
  readonly nodesByLine: ReadonlyMap<number, string>;
  readonly spans: readonly TensorSpan[];
  /** First and last line of the blocks that fold. */
  readonly blocks: readonly { readonly name: string; readonly from: number; readonly to: number }[];
  /** Line of the graph's signature. */
  readonly graphLine: number;
}

const indent = '   ';

function writeHeader(out: TextWriter, graph: Graph): void {
  out.endLine('<');
  out.endLine(`${indent}ir_version: ${graph.irVersion},`);
  out.endLine(`${indent}opset_import: ["" : ${graph.opset}]`);
  out.endLine('>');
}

function writeSignature(out: TextWriter, graph: Graph): void {
  const list = (values: Graph['inputs'], role: TensorSpan['role']): void => {
    out.write('(');
    values.forEach((value, i) => {
      out.write(`${i > 0 ? ', ' : ''}${valueType(value)} `);
      out.tensor(value.name, identifier(value.name), role);
    });
    out.write(')');
  };
  out.write(`${identifier(graph.name === '' ? 'graph' : graph.name)} `);
  list(graph.inputs, 'definition');
  out.write(' => ');
  list(graph.outputs, 'use');
  out.endLine();
}

function writeInitializers(out: TextWriter, graph: Graph): void {
  let left = graph.initializers.size;
  if (left === 0) return;
  out.endLine(`${indent}<`);
  for (const [name, tensor] of graph.initializers) {
    out.write(`${indent}${indent}${type(tensor.dtype, tensor.shape)} `);
    out.tensor(name, identifier(name), 'definition');
    out.endLine(` = ${constant(tensor)}${--left > 0 ? ',' : ''}`);
  }
  out.endLine(`${indent}>`);
}

/** Column behind the name in brackets that a node's line begins with. */
export const labelEnd = (node: string): number => indent.length + identifier(node).length + 2;

function writeNode(out: TextWriter, node: Node): void {
  const list = (names: readonly string[], role: TensorSpan['role']): void =>
    names.forEach((name, i) => {
      if (i > 0) out.write(', ');
      if (name === '') out.write('""');
      else out.tensor(name, identifier(name), role);
    });
  out.write(`${indent}[${identifier(node.name)}] `);
  list(node.outputs, 'definition');
  const attributes = Object.entries(node.attributes).map(([name, value]) => attribute(name, value));
  const domain = node.domain === '' ? '' : `${node.domain}.`;
  out.write(` = ${domain}${node.op} ${attributes.length > 0 ? `<${attributes.join(', ')}> ` : ''}(`);
  list(node.inputs, 'use');
  out.endLine(')');
}

/** The textual form of a graph. Pure; time and size grow with the number of nodes, not of weights. */
export function textForm(graph: Graph): TextForm {
  const out = new TextWriter();
  const nodeLines = new Map<string, number>();
  const nodesByLine = new Map<number, string>();
  const blocks: { name: string; from: number; to: number }[] = [];

  writeHeader(out, graph);
  blocks.push({ name: 'header', from: 0, to: out.line - 1 });
  const graphLine = out.line;
  writeSignature(out, graph);
  const initializers = out.line;
  writeInitializers(out, graph);
  if (out.line > initializers) blocks.push({ name: 'initializers', from: initializers, to: out.line - 1 });
  const nodes = out.line;
  out.endLine('{');
  for (const node of graph.nodes) {
    nodeLines.set(node.name, out.line);
    nodesByLine.set(out.line, node.name);
    writeNode(out, node);
  }
  out.endLine('}');
  blocks.push({ name: 'nodes', from: nodes, to: out.line - 1 });
  return { text: out.text(), nodeLines, nodesByLine, spans: out.spans, blocks, graphLine };
}
