import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readModel } from '../../src/compiler/onnx/read.ts';
import type { LayerCost, LayerView } from '../../src/protocol/views.ts';
import { modelView } from '../../src/server/views/model.ts';
import { drawing } from '../../webview/graph/figures.ts';
import { blockSize, layoutGraph, type GraphLayout } from '../../webview/graph/layout.ts';
import { neighbour, search } from '../../webview/graph/navigation.ts';
import { collapse, connect, downstream, repeats, segments } from '../../webview/graph/structure.ts';

const layer = (id: string, op: string, inputs: string[]): LayerView => ({
  id,
  op,
  inputs,
  outputs: [`${id}_out`],
  constants: [],
  parameters: 0,
  macs: 0,
  attributes: [],
});

/** A residual block: a, then b and c beside each other, then d. */
const layers = [
  layer('a', 'Conv', ['input']),
  layer('b', 'Conv', ['a_out']),
  layer('c', 'Relu', ['a_out']),
  layer('d', 'Add', ['b_out', 'c_out', 'b_out']),
];

const sample = modelView(
  'sample',
  readModel(readFileSync(new URL('../../media/sample/tiny-resnet18.onnx', import.meta.url))).graph,
).model;

/** Blocks that lie on one another. */
function overlaps({ places }: GraphLayout): number {
  const rows = places.toSorted((a, b) => a.y - b.y);
  let count = 0;
  rows.forEach((place, i) => {
    for (let j = i + 1; j < rows.length && rows[j]!.y - place.y < blockSize.height; j++)
      if (Math.abs(rows[j]!.x - place.x) < blockSize.width) count++;
  });
  return count;
}

/** Layers in a chain of residual blocks of five. */
const residual = (count: number): number[][] =>
  Array.from({ length: count }, (_, i) => (i === 0 ? [] : i % 5 === 4 ? [i - 1, i - 4] : [i - 1]));

describe('the graph', () => {
  const connections = connect({ layers });
  const layout = layoutGraph(connections.before);
  const walkable = { ...connections, places: layout.places };

  it('places layers from top to bottom without overlap', () => {
    const [a, b, c, d] = layout.places;
    expect(a!.y).toBeLessThan(b!.y);
    expect(b!.y).toBe(c!.y);
    expect(Math.abs(b!.x - c!.x)).toBeGreaterThan(200);
    expect(d!.y).toBeGreaterThan(b!.y);
    expect(layout.edges.map(({ from, to }) => [from, to]).sort()).toEqual([
      [0, 1],
      [0, 2],
      [1, 3],
      [2, 3],
    ]);
    for (const { x, y } of layout.places)
      expect(x > 0 && x < layout.width && y > 0 && y < layout.height).toBe(true);
  });

  it.each([
    ['a chain of residual blocks', residual(5000)],
    ['two inputs, two outputs', [[], [], [0, 1], [2], [2], [3], [4]]],
    ['a part of its own', [[], [0], [], [2], [1, 3]]],
    // Every block reads all before it: too many passing edges for dagre.
    ['dense connections', Array.from({ length: 60 }, (_, i) => Array.from({ length: i }, (_, j) => j))],
    ['nothing', []],
  ])('places %s: no overlaps, edges down from block to block', (_, before) => {
    const placed = layoutGraph(before);
    expect(placed.places).toHaveLength(before.length);
    expect(overlaps(placed)).toBe(0);
    expect(placed.edges).toHaveLength(before.reduce((sum, sources) => sum + sources.length, 0));
    for (const { from, to, points } of placed.edges) {
      const [start, end] = [placed.places[from]!, placed.places[to]!];
      expect(start.y).toBeLessThan(end.y);
      expect(Math.abs(points[0]!.x - start.x)).toBeLessThanOrEqual(blockSize.width / 2);
      expect(Math.abs(points.at(-1)!.x - end.x)).toBeLessThanOrEqual(blockSize.width / 2);
      for (const { x, y } of points)
        expect(x >= 0 && x <= placed.width && y >= 0 && y <= placed.height).toBe(true);
    }
  });

  it('is walked along its edges', () => {
    const { places } = layout;
    expect(neighbour(walkable, 3, 'ArrowDown')).toBeUndefined();
    expect(neighbour(walkable, 0, 'ArrowUp')).toBeUndefined();
    const left = places[1]!.x < places[2]!.x ? 1 : 2;
    expect(neighbour(walkable, left, 'ArrowRight')).toBe(3 - left);
    expect(neighbour(walkable, 3 - left, 'ArrowLeft')).toBe(left);
    expect([1, 2]).toContain(neighbour(walkable, 0, 'ArrowDown'));
    expect(neighbour(walkable, 1, 'ArrowDown')).toBe(3);
    expect(neighbour(walkable, 1, 'End')).toBe(3);
    expect(neighbour(walkable, -1, 'ArrowDown')).toBe(0);
  });

  it('is searched by name, operator and tensor', () => {
    expect(search(layers, 'conv')).toEqual([0, 1]);
    expect(search(layers, ' C_OUT')).toEqual([2]);
    expect(search(layers, '  ')).toEqual([]);
  });

  it('is cut where no edge passes by', () => {
    expect(segments(connections)).toEqual([
      { from: 0, to: 1 },
      { from: 1, to: 4 },
    ]);
  });

  it('the backward path of a target is what it leads to', () => {
    expect([...downstream(connections, 1)].sort()).toEqual([1, 3]);
  });
});

describe('repeated blocks', () => {
  const connections = connect(sample);
  const found = repeats(sample, connections);
  const ops = (from: number, to: number): string =>
    sample.layers
      .slice(from, to)
      .map((l) => l.op)
      .join(' ');

  it('ResNet18: two plain blocks, then three times a block with a projection and a plain one', () => {
    expect(found.map(({ count, unit, from }) => [count, ops(from, from + unit)])).toEqual([
      [2, 'Conv Relu Conv Add Relu'],
      [3, expect.stringMatching(/^(Conv|Relu| )+Add Relu Conv Relu Conv Add Relu$/) as string],
    ]);
    for (const { from, unit, count, to } of found) {
      expect(from + unit * count).toBe(to);
      expect(ops(from, from + unit)).toBe(ops(to - unit, to));
    }
  });

  it('collapse to one block each, and every layer knows its block', () => {
    const graph = collapse(connections, found);
    const hidden = found.reduce((sum, { from, to }) => sum + to - from - 1, 0);
    expect(graph.items).toHaveLength(sample.layers.length - hidden);
    graph.itemOf.forEach((item, i) => {
      expect(graph.items[item]!.from <= i && i < graph.items[item]!.to).toBe(true);
    });
    expect(collapse(connections, []).before).toEqual(connections.before);
    expect(overlaps(layoutGraph(graph.before))).toBe(0);
  });

  it('are not seen where operators or connections differ', () => {
    expect(repeats({ layers }, connect({ layers }))).toEqual([]);
  });
});

describe('colours', () => {
  const connections = connect({ layers });
  const one = { ...collapse(connections, []), layers };
  const cost = (nodes: string[], cycles: number): LayerCost => ({
    name: nodes[0]!,
    op: 'Conv',
    nodes,
    phase: 'inference',
    start: 0,
    cycles,
    macs: 0,
    utilization: 0,
    bytesRead: cycles,
    bytesWritten: 1,
    time: { compute: cycles, output: 0, fill: 0 },
    gradientNeeds: 'nothing',
  });
  const compiled = {
    layers: [cost(['a'], 10), cost(['b', 'd'], 30)],
    target: { tensor: 'b_out' },
  } as never;

  it('are by cycles: of the layer that carries them, once', () => {
    const draw = drawing(one, compiled, [], 'cycles');
    expect(draw.values).toEqual([10, 30, undefined, undefined]);
    expect(draw.most).toBe(30);
    expect(draw.notes.slice(2)).toEqual(['folded', 'fused']);
    expect(draw.target).toBe(1);
    expect([...draw.backward]).toEqual([3]);
  });

  it('are by bytes and by MACs', () => {
    expect(drawing(one, compiled, [], 'bytes').values).toEqual([11, 31, undefined, undefined]);
    const heavy = { ...one, layers: layers.map((l) => ({ ...l, macs: l.op === 'Conv' ? 5 : 0 })) };
    expect(drawing(heavy, undefined, [], 'macs').values).toEqual([5, 5, undefined, undefined]);
  });

  it('of a collapsed repeat are those of its layers together', () => {
    const found = repeats(sample, connect(sample));
    const graph = { ...collapse(connect(sample), found), layers: sample.layers };
    const total = drawing(graph, undefined, [], 'macs').total;
    expect(total).toBe(sample.layers.reduce((sum, l) => sum + l.macs, 0));
  });
});
