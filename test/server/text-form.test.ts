import { describe, expect, it } from 'vitest';
import type { Attribute, Graph, Tensor } from '../../src/compiler/graph/ir.ts';
import { textForm } from '../../src/server/text/form.ts';
import { float } from '../../src/server/text/values.ts';

const floats = (shape: number[], ...data: number[]): Tensor => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(data),
});

const attributes: Record<string, Attribute> = {
  f: { kind: 'float', value: 1.5 },
  f2: { kind: 'float', value: 1e-5 },
  f3: { kind: 'float', value: 1 },
  fs: { kind: 'floats', value: [1, 2] },
  i: { kind: 'int', value: 3 },
  ints: { kind: 'ints', value: [1, 2] },
  s: { kind: 'string', value: 'he"llo' },
  ss: { kind: 'strings', value: ['a', 'b'] },
};

const graph: Graph = {
  name: 'g 1',
  opset: 13,
  irVersion: 8,
  inputs: [{ name: 'a b', dtype: 'float32', shape: [1, 3] }],
  outputs: [{ name: 'z', dtype: 'int64', shape: [1] }],
  nodes: [
    {
      name: 'n 1',
      op: 'Foo',
      domain: 'com.x',
      inputs: ['a b', '', 'w'],
      outputs: ['y.1', 'z'],
      attributes,
    },
    { name: 'n2', op: 'Relu', domain: '', inputs: ['y.1'], outputs: ['r'], attributes: {} },
  ],
  initializers: new Map([
    ['w', floats([], 3.5)],
    ['small', floats([2], 0.1, -2)],
    ['large', floats([9], ...Array<number>(9).fill(1))],
  ]),
  values: new Map(),
  metadata: {},
};

// The node and value lines are what onnx.printer.to_text (onnx 1.23) prints for the same graph; initializers stand
// one to a line here, and the long one is elided.
const expected = `<
   ir_version: 8,
   opset_import: ["" : 13]
>
"g 1" (float[1,3] "a b") => (int64[1] z)
   <
      float w = {3.5},
      float[2] small = {0.1,-2},
      float[9] large = {...}
   >
{
   ["n 1"] "y.1", z = com.x.Foo <f: float = 1.5, f2: float = 0.00001, f3: float = 1, fs: floats = [1, 2], i: int = 3, ints: ints = [1, 2], s: string = "he\\"llo", ss: strings = ["a", "b"]> ("a b", "", w)
   [n2] r = Relu ("y.1")
}
`;

describe('the textual form', () => {
  it('is ONNX text', () => {
    expect(textForm(graph).text).toBe(expected);
  });

  it('knows the line of each node and the place of each tensor', () => {
    const form = textForm(graph);
    const lines = form.text.split('\n');
    for (const [node, line] of form.nodeLines) {
      expect(lines[line]).toContain(node);
      expect(form.nodesByLine.get(line)).toBe(node);
    }
    for (const span of form.spans) {
      expect(lines[span.line]!.slice(span.start, span.end).replaceAll('"', '')).toBe(span.tensor);
    }
    const uses = form.spans.filter((s) => s.tensor === 'y.1').map((s) => [s.line, s.role]);
    expect(uses).toEqual([
      [11, 'definition'],
      [12, 'use'],
    ]);
  });

  it('has blocks that cover brackets', () => {
    const form = textForm(graph);
    const lines = form.text.split('\n');
    expect(form.blocks.map((b) => [b.name, lines[b.from]!.trim(), lines[b.to]!.trim()])).toEqual([
      ['header', '<', '>'],
      ['initializers', '<', '>'],
      ['nodes', '{', '}'],
    ]);
  });

  it.each([
    [0.1, '0.1'],
    [Math.fround(0.1), '0.1'],
    [1e-5, '0.00001'],
    [-2, '-2'],
    [1 / 3, '0.33333334'],
    [3.4028234663852886e38, '3.4028235e+38'],
  ])('prints %d as %s', (value, text) => {
    expect(float(value)).toBe(text);
    expect(Math.fround(Number(text))).toBe(Math.fround(value));
  });
});
