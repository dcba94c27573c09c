/** Constant nodes become initializers: after reading, a known value has one form only. */
import { fail } from '../diagnostics.ts';
import type { Attribute, Node, Tensor } from '../graph/ir.ts';
import { floatTensor, int64Tensor } from '../graph/tensor.ts';

/** Moves the value of every Constant node into `initializers` and returns the other nodes. Fails with CAM104 or CAM201. */
export function takeConstants(nodes: readonly Node[], initializers: Map<string, Tensor>): Node[] {
  return nodes.filter((node) => {
    if (node.op !== 'Constant' || node.domain !== '') return true;
    const output = node.outputs[0] ?? '';
    if (initializers.has(output)) {
      fail('CAM104', `Tensor "${output}" is defined twice.`, 'Export the model again.', { tensor: output });
    }
    initializers.set(output, constantValue(node));
    return false;
  });
}

function constantValue(node: Node): Tensor {
  const forms = ['value', 'value_float', 'value_floats', 'value_int', 'value_ints'];
  const attribute = forms.map((form) => node.attributes[form]).find((a) => a !== undefined);
  return (
    (attribute && toTensor(attribute)) ??
    fail(
      'CAM201',
      `Constant "${node.name}" holds no numbers.`,
      'Export the model without string constants.',
      {
        node: node.name,
      },
    )
  );
}

function toTensor(attribute: Attribute): Tensor | undefined {
  if (attribute.kind === 'tensor') return attribute.value;
  if (attribute.kind === 'float') return floatTensor([], [attribute.value]);
  if (attribute.kind === 'floats') return floatTensor([attribute.value.length], attribute.value);
  if (attribute.kind === 'int') return int64Tensor([attribute.value], []);
  if (attribute.kind === 'ints') return int64Tensor(attribute.value);
  return undefined;
}
