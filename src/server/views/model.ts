/** A model as the graph view shows it: the nodes of its file, with what can be known of them. */
import type { Diagnostic } from '../../compiler/diagnostics.ts';
import { inferKnownShapes } from '../../compiler/graph/infer.ts';
import type { Graph, ValueInfo } from '../../compiler/graph/ir.ts';
import { graphMacs, graphParameters, nodeMacs, nodeParameters } from '../../compiler/graph/macs.ts';
import { inspectGraph } from '../../compiler/report/inspect.ts';
import type { LayerView, ModelView, TensorView } from '../../protocol/views.ts';
import { attributeValue } from '../text/values.ts';

const tensorView = ({ name, dtype, shape }: ValueInfo): TensorView => ({ name, dtype, shape });

/** Nodes computed from constants alone (shape arithmetic that exporters leave behind) are no layers. */
function layersOf(graph: Graph): Graph['nodes'] {
  const constant = new Set(graph.initializers.keys());
  return graph.nodes.filter((node) => {
    if (!node.inputs.every((input) => input === '' || constant.has(input))) return true;
    node.outputs.forEach((output) => constant.add(output));
    return false;
  });
}

function layerView(node: Graph['nodes'][number], graph: Graph): LayerView {
  return {
    id: node.name,
    op: node.domain === '' ? node.op : `${node.domain}.${node.op}`,
    inputs: node.inputs.filter((input) => input !== ''),
    outputs: node.outputs.filter((output) => output !== ''),
    shape: graph.values.get(node.outputs[0] ?? '')?.shape,
    constants: node.inputs.flatMap((name) => {
      const tensor = graph.initializers.get(name);
      return tensor ? [{ name, dtype: tensor.dtype, shape: tensor.shape }] : [];
    }),
    parameters: nodeParameters(node, graph),
    macs: nodeMacs(node, graph),
    attributes: Object.entries(node.attributes).map(([name, value]) => [name, attributeValue(value)]),
  };
}

/** The view, and everything that is wrong with the model as far as reading can tell. */
export function modelView(
  name: string,
  graph: Graph,
): { model: ModelView; diagnostics: readonly Diagnostic[] } {
  const inspection = inspectGraph(graph);
  const known = inferKnownShapes(graph).graph;
  const model: ModelView = {
    name,
    opset: graph.opset,
    inputs: known.inputs.map(tensorView),
    outputs: known.outputs.map(tensorView),
    layers: layersOf(known).map((node) => layerView(node, known)),
    parameters: graphParameters(known),
    macs: graphMacs(known),
    targets: inspection.targets,
    defaultTarget: inspection.defaultTarget,
  };
  return { model, diagnostics: inspection.diagnostics };
}
