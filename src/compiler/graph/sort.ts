/** Topological order, and the checks that a graph is closed and acyclic. */
import { fail } from '../diagnostics.ts';
import type { Node, ValueInfo } from './ir.ts';

/**
 * The nodes in an order in which every input is made before it is used; the given order wherever it allows.
 * Fails with CAM104 for a tensor made twice, a tensor that nothing makes, and a cycle.
 *
 * @param sources names of graph inputs and initializers
 */
export function sortNodes(
  nodes: readonly Node[],
  sources: readonly string[],
  outputs: readonly Pick<ValueInfo, 'name'>[],
): Node[] {
  const available = new Set<string>();
  for (const name of sources) {
    if (available.has(name)) definedTwice(name);
    available.add(name);
  }
  const producer = producers(nodes, available);
  for (const node of nodes)
    for (const input of node.inputs) requireSource(input, available, producer, node.name);
  for (const { name } of outputs) requireSource(name, available, producer);

  const sorted: Node[] = [];
  const state = new Map<Node, 'open' | 'done'>();
  for (const root of nodes) {
    // Depth first with an explicit stack: real graphs are thousands of nodes deep.
    const stack = [root];
    while (stack.length > 0) {
      const node = stack[stack.length - 1]!;
      if (state.get(node) === 'done') {
        stack.pop();
        continue;
      }
      state.set(node, 'open');
      const next = node.inputs
        .map((i) => producer.get(i))
        .find((p) => p !== undefined && state.get(p) !== 'done');
      if (next === undefined) {
        state.set(node, 'done');
        sorted.push(node);
        stack.pop();
      } else if (state.get(next) === 'open') {
        return fail(
          'CAM104',
          `The graph has a cycle through node "${next.name}".`,
          'Export the model again.',
          {
            node: next.name,
          },
        );
      } else {
        stack.push(next);
      }
    }
  }
  return sorted;
}

function producers(nodes: readonly Node[], available: ReadonlySet<string>): Map<string, Node> {
  const producer = new Map<string, Node>();
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output === '') continue;
      if (producer.has(output) || available.has(output)) definedTwice(output, node.name);
      producer.set(output, node);
    }
  }
  return producer;
}

function definedTwice(tensor: string, node?: string): never {
  return fail('CAM104', `Tensor "${tensor}" is defined twice.`, 'Export the model again.', { tensor, node });
}

function requireSource(
  tensor: string,
  available: ReadonlySet<string>,
  producer: ReadonlyMap<string, Node>,
  node?: string,
): void {
  if (tensor === '' && node !== undefined) return;
  if (available.has(tensor) || producer.has(tensor)) return;
  const message =
    node === undefined
      ? `Nothing produces the graph output "${tensor}".`
      : `Node "${node}" reads the tensor "${tensor}", which nothing produces.`;
  fail('CAM104', message, 'The file may be damaged: export it again.', { tensor, node });
}
