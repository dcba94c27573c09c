/**
 * The model's shape: what feeds what, where it narrows to a single layer, and which stretches repeat. Pure.
 *
 * Layers stand in topological order. A layer that no edge passes by is a *cut*; the layers after one cut up to the
 * next form a *segment*. Classifiers are long chains of small segments, which is what makes large ones quick to place.
 */
import type { ModelView } from '../../src/protocol/views.ts';

/** Edges by index, duplicates removed. */
export interface Connections {
  readonly before: readonly (readonly number[])[];
  readonly after: readonly (readonly number[])[];
}

/** Layers `from` up to, not including, `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A stretch of layers that comes `count` times in a row, each copy `unit` layers long. */
export interface Repeat extends Range {
  /** Name of its first layer, which names it too. */
  readonly id: string;
  readonly unit: number;
  readonly count: number;
}

/** What is drawn as one block: a layer, or a repeat that is collapsed. */
export interface Item extends Range {
  readonly repeat?: Repeat;
}

const inverse = (before: readonly (readonly number[])[]): number[][] => {
  const after = before.map((): number[] => []);
  before.forEach((sources, to) => sources.forEach((from) => after[from]!.push(to)));
  return after;
};

/** Layers joined by a tensor. */
export function connect({ layers }: Pick<ModelView, 'layers'>): Connections {
  const producer = new Map(layers.flatMap((layer, i) => layer.outputs.map((o) => [o, i] as const)));
  const before = layers.map(({ inputs }) => [
    ...new Set(inputs.map((input) => producer.get(input)).filter((from) => from !== undefined)),
  ]);
  return { before, after: inverse(before) };
}

/** Cuts a graph in topological order at its cuts; the ranges follow one another and cover it. */
export function segments({ after }: Pick<Connections, 'after'>): Range[] {
  const result: Range[] = [];
  let reach = 0;
  let from = 0;
  after.forEach((targets, i) => {
    if (reach <= i) {
      result.push({ from, to: i + 1 });
      from = i + 1;
    }
    for (const to of targets) reach = Math.max(reach, to);
  });
  if (from < after.length) result.push({ from, to: after.length });
  return result;
}

/** Operators that belong to the layer before them. */
const followers = new Set([
  'Relu',
  'Clip',
  'LeakyRelu',
  'PRelu',
  'Sigmoid',
  'HardSigmoid',
  'HardSwish',
  'Elu',
]);
/** Longest repeated stretch that is looked for, in segments, and the smallest worth collapsing, in layers. */
const limits = { period: 16, layers: 3 };

/** Segments as they repeat: a single activation goes with what is before it. */
function joined(model: Pick<ModelView, 'layers'>, ranges: readonly Range[]): Range[] {
  const result: Range[] = [];
  for (const range of ranges) {
    const last = result.at(-1);
    const follows = range.to - range.from === 1 && followers.has(model.layers[range.from]!.op);
    if (last && follows) result[result.length - 1] = { from: last.from, to: range.to };
    else result.push(range);
  }
  return result;
}

/** Stretches of the same operators, connected in the same way, that follow themselves. */
export function repeats(model: Pick<ModelView, 'layers'>, connections: Connections): Repeat[] {
  const ranges = joined(model, segments(connections));
  const signature = ranges.map(({ from, to }) =>
    model.layers
      .slice(from, to)
      .map(({ op }, i) => `${op}(${connections.before[from + i]!.map((b) => from + i - b).join()})`)
      .join(' '),
  );
  const copies = (at: number, period: number): number => {
    let same = 0;
    while (
      signature[at + period + same] !== undefined &&
      signature[at + same] === signature[at + period + same]
    )
      same++;
    return 1 + Math.floor(same / period);
  };
  const result: Repeat[] = [];
  for (let at = 0; at < ranges.length;) {
    let best: { period: number; count: number } | undefined;
    for (let period = 1; period <= limits.period; period++) {
      const count = copies(at, period);
      const layers = ranges[at + period]?.from;
      if (count < 2 || layers === undefined || layers - ranges[at]!.from < limits.layers) continue;
      if (!best || count * period > best.count * best.period) best = { period, count };
    }
    if (!best) {
      at++;
      continue;
    }
    const { from } = ranges[at]!;
    const to = ranges[at + best.period * best.count - 1]!.to;
    result.push({ id: model.layers[from]!.id, from, to, unit: (to - from) / best.count, count: best.count });
    at += best.period * best.count;
  }
  return result;
}

/** The blocks to draw where some repeats are collapsed, and what feeds what among them. */
export function collapse(
  connections: Connections,
  collapsed: readonly Repeat[],
): Connections & { readonly items: readonly Item[]; readonly itemOf: readonly number[] } {
  const items: Item[] = [];
  const itemOf: number[] = [];
  const repeatAt = new Map(collapsed.map((repeat) => [repeat.from, repeat]));
  for (let at = 0; at < connections.before.length;) {
    const repeat = repeatAt.get(at);
    const to = repeat?.to ?? at + 1;
    for (let i = at; i < to; i++) itemOf[i] = items.length;
    items.push({ from: at, to, repeat });
    at = to;
  }
  const before = items.map(({ from, to }, item) => {
    const sources = connections.before.slice(from, to).flatMap((list) => list.map((b) => itemOf[b]!));
    return [...new Set(sources)].filter((source) => source !== item);
  });
  return { items, itemOf, before, after: inverse(before) };
}

/** Everything that a set of layers leads to, itself included. */
export function downstream({ after }: Pick<Connections, 'after'>, from: number): ReadonlySet<number> {
  const found = new Set([from]);
  for (const at of found) for (const next of after[at] ?? []) found.add(next);
  return found;
}
