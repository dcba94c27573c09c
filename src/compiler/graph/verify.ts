/** The IR verifier: run between passes in tests. A finding is a bug of Camber, not of the model. */
import type { Graph } from './ir.ts';
import { elementCount } from './tensor.ts';
import { inferShapes } from './infer.ts';

/** Everything that is wrong with a graph, one sentence each; empty for a well-formed graph. */
export function verify(graph: Graph): string[] {
  const problems: string[] = [];
  const sources = new Set<string>();
  const define = (name: string, what: string): void => {
    if (sources.has(name)) problems.push(`${what} "${name}" is defined twice`);
    sources.add(name);
  };
  for (const input of graph.inputs) define(input.name, 'input');
  for (const [name, tensor] of graph.initializers) {
    define(name, 'initializer');
    if (tensor.data.length !== elementCount(tensor.shape)) {
      problems.push(
        `initializer "${name}" holds ${tensor.data.length} elements for [${tensor.shape.join(', ')}]`,
      );
    }
  }
  const names = new Set<string>();
  for (const node of graph.nodes) {
    if (node.name === '' || names.has(node.name))
      problems.push(`node name "${node.name}" is empty or not unique`);
    names.add(node.name);
    for (const input of node.inputs) {
      if (input !== '' && !sources.has(input))
        problems.push(`node "${node.name}" reads "${input}" before it is made`);
    }
    for (const output of node.outputs) if (output !== '') define(output, 'tensor');
  }
  for (const output of graph.outputs) {
    if (!sources.has(output.name)) problems.push(`output "${output.name}" is not made`);
  }
  return problems.length > 0 ? problems : verifyValues(graph, sources);
}

/** The recorded types and shapes are those that inference gives, and none are missing or left over. */
function verifyValues(graph: Graph, sources: ReadonlySet<string>): string[] {
  const problems: string[] = [];
  const inferred = inferShapes(graph);
  for (const [name, expected] of inferred.values) {
    const found = graph.values.get(name);
    if (!found) problems.push(`tensor "${name}" has no value info`);
    else if (found.dtype !== expected.dtype || found.shape.join() !== expected.shape.join()) {
      problems.push(
        `tensor "${name}" is recorded as ${found.dtype} [${found.shape.join(', ')}], ` +
          `inferred as ${expected.dtype} [${expected.shape.join(', ')}]`,
      );
    }
  }
  for (const name of graph.values.keys())
    if (!sources.has(name)) problems.push(`value info "${name}" has no tensor`);
  return problems;
}
