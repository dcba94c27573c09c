import { expect, test } from 'vitest';
import { makeAttribute } from '../../../src/compiler/graph/attributes.ts';
import type { Graph } from '../../../src/compiler/graph/ir.ts';
import { emptyNotes } from '../../../src/compiler/graph/pass.ts';
import { raiseOpset } from '../../../src/compiler/graph/raise-opset.ts';

// Found by the mutation fuzzer: an old Clip whose tensors had become int64.
test('a bound that the tensors cannot hold is a diagnostic that names the node', () => {
  const value = (name: string) => ({ name, dtype: 'int64', shape: [2] }) as const;
  const graph: Graph = {
    name: 'g',
    opset: 7,
    irVersion: 7,
    inputs: [value('x')],
    outputs: [value('y')],
    nodes: [
      {
        name: 'clip',
        op: 'Clip',
        domain: '',
        inputs: ['x'],
        outputs: ['y'],
        attributes: { min: makeAttribute.float(-0.5) },
      },
    ],
    initializers: new Map(),
    values: new Map([value('x'), value('y')].map((v) => [v.name, v])),
    metadata: {},
  };
  expect(() => raiseOpset.run(graph, emptyNotes())).toThrow(
    'CAM104: Attribute min of "clip" is -0.5, which its tensors of int64 cannot hold.',
  );
});
