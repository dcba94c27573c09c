import { renameInputs, useCounts, withoutKeys } from './edit.ts';
import type { Graph, Node } from './ir.ts';
import type { Pass, PassNotes } from './pass.ts';
import { elementCount, toNumbers } from './tensor.ts';

/**
 * Removes nodes that pass their first input on unchanged: Identity, Dropout (inference), Cast to the same type,
 * and reshapes, transposes, slices, pads and one-input joins that change nothing. Needs inferred shapes.
 *
 * The input's name survives, but a graph output keeps its name: its producer then writes it directly. Between two
 * interface tensors (graph inputs and outputs, kept targets) an Identity stays. Removed names are put on record.
 */
export const removeIdentity: Pass = {
  name: 'remove-identity',
  description: 'Removes Identity, Dropout and other nodes that change nothing.',
  run(graph: Graph, notes: PassNotes): Graph {
    const read = useCounts(graph);
    const outputs = new Set(graph.outputs.map((o) => o.name));
    const made = new Set(graph.nodes.flatMap((n) => n.outputs));
    const rename = new Map<string, string>();
    const resolve = (name: string): string => {
      let current = name;
      for (let next = rename.get(current); next !== undefined; next = rename.get(current)) current = next;
      return current;
    };
    const nodes = graph.nodes.filter((node) => {
      const [output] = node.outputs;
      const alone = node.outputs.slice(1).every((o) => !read.has(o));
      if (!output || !alone || !passesOn(node, graph)) return true;
      const input = resolve(node.inputs[0]!);
      if (!outputs.has(output)) rename.set(output, input);
      else if (made.has(input) && !outputs.has(input)) rename.set(input, output);
      else return true;
      return false;
    });
    if (rename.size === 0) return graph;
    const names = new Map([...rename.keys()].map((name) => [name, resolve(name)]));
    for (const [removed, kept] of names) notes.aliases.set(removed, kept);
    const renamed = nodes.map((n) => {
      const node = renameInputs(n, names);
      return node.outputs.some((o) => names.has(o))
        ? { ...node, outputs: node.outputs.map((o) => names.get(o) ?? o) }
        : node;
    });
    return { ...graph, nodes: renamed, values: withoutKeys(graph.values, names) };
  },
};

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((d, i) => d === b[i]);
}

const relayouts = new Set([
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Expand',
  'Tile',
  'Slice',
  'Concat',
  'Split',
]);

function passesOn(node: Node, graph: Graph): boolean {
  if (node.domain !== '') return false;
  const from = graph.values.get(node.inputs[0] ?? '');
  const to = graph.values.get(node.outputs[0]!);
  if (!from || !to || from.dtype !== to.dtype || !sameShape(from.shape, to.shape)) return false;
  if (node.op === 'Identity' || node.op === 'Cast' || node.op === 'CastLike') return true;
  if (node.op === 'Dropout') return !isTraining(node, graph);
  if (node.op === 'Transpose') return isIdentityTranspose(node, from.shape);
  if (node.op === 'Pad') return hasZeroPads(node, graph);
  if (node.op === 'Sum' || node.op === 'Mean' || node.op === 'Max' || node.op === 'Min')
    return node.inputs.length === 1;
  if (node.op === 'Slice') return !reverses(node, graph);
  return relayouts.has(node.op);
}

function isTraining(node: Node, graph: Graph): boolean {
  const mode = node.inputs[2];
  if (!mode) return false;
  const value = graph.initializers.get(mode);
  return !value || Number(value.data[0]) !== 0;
}

/** True where axes longer than 1 keep their order. */
function isIdentityTranspose(node: Node, shape: readonly number[]): boolean {
  const perm = node.attributes['perm'];
  const order = perm?.kind === 'ints' ? perm.value : shape.map((_, i) => shape.length - 1 - i);
  const moved = order.filter((axis) => shape[axis] !== 1);
  return elementCount(shape) <= 1 || moved.every((axis, i) => i === 0 || axis > moved[i - 1]!);
}

function hasZeroPads(node: Node, graph: Graph): boolean {
  const attribute = node.attributes['pads'];
  if (attribute?.kind === 'ints') return attribute.value.every((p) => p === 0);
  const tensor = graph.initializers.get(node.inputs[1] ?? '');
  return tensor !== undefined && toNumbers(tensor).every((p) => p === 0);
}

function reverses(node: Node, graph: Graph): boolean {
  if (!node.inputs[4]) return false;
  const steps = graph.initializers.get(node.inputs[4]);
  return !steps || toNumbers(steps).some((s) => s < 0);
}
