/** What `camber inspect` tells of a model: its layers and their sizes. */
import { CompileError, type Diagnostic } from '../diagnostics.ts';
import { inferKnownShapes } from '../graph/infer.ts';
import { findScores } from '../gradient/scores.ts';
import { defaultTarget, pathsTo, targetsOf } from '../gradient/target.ts';
import { imageInput } from '../graph/image-input.ts';
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
  /** Tensor that holds the class scores; absent where none can be told. */
  readonly scores?: string;
  /** Tensors that a GradCAM map can be taken on. */
  readonly targets: readonly string[];
  readonly defaultTarget?: string;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Lists the layers of a graph after simplification. Where the graph cannot be simplified (an unsupported operator, an
 * impossible shape), its nodes are listed as they stand in the file, and the diagnostics say why.
 *
 * @param score tensor that holds the class scores, where the user named one
 */
export function inspectGraph(graph: Graph, score?: string): Inspection {
  const known = inferKnownShapes(graph);
  const { result: shown, problems } = attempt(() => simplify(graph).graph);
  const explanation = shown && attempt(() => explainable(shown, score));
  const image = attempt(() => imageInput(known.graph));
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
    targets: [],
    ...explanation?.result,
    diagnostics: [...image.problems, ...problems, ...(explanation?.problems ?? [])],
  };
}

function explainable(graph: Graph, score?: string): Pick<Inspection, 'scores' | 'targets' | 'defaultTarget'> {
  const scores = findScores(graph, score).tensor;
  const paths = pathsTo(graph, scores);
  const targets = targetsOf(graph, paths).filter((t) => paths.obstacles(t).length === 0);
  const preferred = defaultTarget(graph, paths);
  return { scores, targets, defaultTarget: targets.includes(preferred) ? preferred : undefined };
}

/** The diagnostics of a step in place of its CompileError. */
function attempt<T>(step: () => T): { result?: T; problems: readonly Diagnostic[] } {
  try {
    return { result: step(), problems: [] };
  } catch (error) {
    if (error instanceof CompileError) return { problems: error.diagnostics };
    throw error;
  }
}
