/** What `camber inspect` tells of a model: its layers and their sizes. */
import { CompileError, type Diagnostic } from '../diagnostics.ts';
import { inferKnownShapes } from '../graph/infer.ts';
import type { Graph } from '../graph/ir.ts';
import { graphMacs, graphParameters, nodeMacs, nodeParameters } from '../graph/macs.ts';
import { simplify } from '../graph/passes.ts';

export interface InspectedLayer {
  /** ONNX node name. */
  readonly name: string;
  /** Operator; with its domain where that is not the standard one. */
  readonly op: string;
  /** First output. */
  readonly output: string;
  /** Shape of the first output; absent where it cannot be known. */
  readonly shape?: readonly number[];
  /** Nominal multiply-accumulates, padding taps included. */
  readonly macs: number;
  readonly parameters: number;
}

export interface Inspection {
  /** Nodes in the file, before simplification. */
  readonly nodes: number;
  readonly parameters: number;
  readonly macs: number;
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly outputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly layers: readonly InspectedLayer[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Lists the layers of a graph after simplification. Where the graph cannot be simplified (an unsupported operator, an
 * impossible shape), its nodes are listed as they stand in the file, and the diagnostics say why.
 */
export function inspectGraph(graph: Graph): Inspection {
  const known = inferKnownShapes(graph);
  const { shown, problems } = simplified(graph);
  const describe = ({ name, shape }: { name: string; shape: readonly number[] }) => ({ name, shape });
  const final = shown ?? known.graph;
  return {
    nodes: graph.nodes.length,
    parameters: graphParameters(known.graph),
    macs: graphMacs(final),
    inputs: final.inputs.map(describe),
    outputs: final.outputs.map(describe),
    layers: final.nodes.map((node) => ({
      name: node.name,
      op: node.domain === '' ? node.op : `${node.domain}.${node.op}`,
      output: node.outputs[0] ?? '',
      shape: final.values.get(node.outputs[0] ?? '')?.shape,
      macs: nodeMacs(node, final),
      parameters: nodeParameters(node, final),
    })),
    diagnostics: problems,
  };
}

function simplified(graph: Graph): { shown?: Graph; problems: readonly Diagnostic[] } {
  try {
    return { shown: simplify(graph).graph, problems: [] };
  } catch (error) {
    if (error instanceof CompileError) return { problems: error.diagnostics };
    throw error;
  }
}
