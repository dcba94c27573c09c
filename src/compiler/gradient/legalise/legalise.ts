/** Writes the structured adjoint operators of a static model in standard ONNX operators. */
import { withoutKeys } from '../../graph/edit.ts';
import type { Graph, Node } from '../../graph/ir.ts';
import { isFloat } from '../../graph/tensor.ts';
import { Emitter } from '../emitter.ts';
import { camberDomain, type AdjointOperator } from '../operators.ts';
import { lowerings } from './lowering.ts';

/** The graph without operators of the `camber` domain. Tensor names, outputs among them, are kept. */
export function legalise(graph: Graph): Graph {
  const e = new Emitter(graph);
  for (const node of graph.nodes) {
    if (node.domain === camberDomain) lower(e, node);
    else e.nodes.push(node);
  }
  const finished = e.finish();
  return withoutUnusedConstants({ ...finished, outputs: graph.outputs, nodes: e.nodes });
}

/** Tables and weights that a lowering replaced by rearranged copies. */
function withoutUnusedConstants(graph: Graph): Graph {
  const used = new Set([...graph.nodes.flatMap((n) => n.inputs), ...graph.outputs.map((o) => o.name)]);
  for (const input of graph.inputs) used.add(input.name);
  const unused = new Set([...graph.initializers.keys()].filter((name) => !used.has(name)));
  return {
    ...graph,
    initializers: withoutKeys(graph.initializers, unused),
    values: withoutKeys(graph.values, unused),
  };
}

function lower(e: Emitter, node: Node): void {
  const lowering = lowerings[node.op as AdjointOperator];
  if (!lowering) throw new Error(`no lowering of ${node.op}`);
  e.scope = node.name;
  const types = [...node.inputs, ...node.outputs].map((t) => e.value(t).dtype);
  e.floatType = types.find(isFloat) ?? 'float32';
  const first = e.nodes.length;
  const wanted = node.outputs[0]!;
  const { dtype, shape } = e.value(wanted);
  const made = lowering(e, node, shape);
  // The last node takes over the name; where nothing was emitted, or the result was there before, a copy does.
  const at = e.nodes.findIndex((n, i) => i >= first && n.outputs[0] === made);
  if (at < 0) e.emit('Identity', [made], { shape, dtype, output: wanted });
  else {
    e.nodes[at] = { ...e.nodes[at]!, outputs: [wanted] };
    e.forget(made);
  }
}
