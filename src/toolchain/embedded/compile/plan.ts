/**
 * Decides what is computed when. A vector that several others need is computed once, and what is needed only while
 * some condition holds (a register's enable, the word that a multiplexer takes) is computed only then.
 */
import type { Design, MemoryWrite, Store } from './design.ts';
import type { Op, Vector } from './vectors.ts';

/** Code that runs while a condition holds; the outermost one always. */
export interface Region {
  readonly depth: number;
  readonly parent?: Region;
  readonly condition?: Vector;
  readonly items: Item[];
}

/** Something to be done in a region. Both regions of a branch are there, even where one has nothing to do. */
export type Item =
  | { readonly kind: 'store'; readonly store: Store }
  | { readonly kind: 'write'; readonly write: MemoryWrite }
  | { readonly kind: 'branch'; readonly condition: Vector; readonly yes: Region; readonly no: Region };

export interface Plan {
  readonly outermost: Region;
  /** Memory writes come after everything that reads memories. */
  readonly writes: readonly Item[];
  /** Region by vector number. */
  readonly region: readonly (Region | undefined)[];
  /** How many operands each vector is, by number. */
  readonly uses: Uint32Array;
  /** Vectors that are computed ahead of the writes whatever they are for. */
  readonly early: ReadonlySet<Vector>;
}

/** Fewer stores than this are no branch worth. */
const worthBranch = 3;

const repeats: ReadonlySet<Op> = new Set(['shl', 'lshr', 'ashr', 'udiv', 'umod', 'sdiv', 'smod']);

function subregion(parent: Region): Region {
  return { depth: parent.depth + 1, parent, items: [] };
}

function common(a: Region, b: Region): Region {
  while (a !== b) {
    if (a.depth >= b.depth) a = a.parent!;
    else b = b.parent!;
  }
  return a;
}

/** Fills a region with stores; those that share a multiplexer's condition go into a branch. */
function place(stores: readonly Store[], region: Region, holds: (store: Store) => boolean): void {
  const byCondition = new Map<Vector, Store[]>();
  for (const store of stores) {
    if (store.value.op !== 'mux') continue;
    const condition = store.value.operands[0]!;
    const same = byCondition.get(condition);
    if (same) same.push(store);
    else byCondition.set(condition, [store]);
  }
  for (const store of stores) {
    const condition = store.value.operands[0];
    const same = store.value.op === 'mux' ? byCondition.get(condition!) : undefined;
    if (same === undefined || same.length < worthBranch) {
      region.items.push({ kind: 'store', store });
      continue;
    }
    if (same[0] !== store) continue;
    const arms = [1, 2].map((operand) => {
      const arm = subregion(region);
      const taken = same.map(({ offset, value }) => ({ offset, value: value.operands[operand]! }));
      place(
        taken.filter((s) => !holds(s)),
        arm,
        holds,
      );
      return arm;
    });
    region.items.push({ kind: 'branch', condition: condition!, yes: arms[0]!, no: arms[1]! });
  }
}

/** Vectors that an item needs in the region it is in. */
export function itemVectors(item: Item): readonly Vector[] {
  if (item.kind === 'store') return [item.store.value];
  if (item.kind === 'branch') return [item.condition];
  const { enable, address, chunks } = item.write;
  return [enable, address, ...chunks.flatMap(({ value, mask }) => (mask ? [value, mask] : [value]))];
}

export function plan(design: Design): Plan {
  const outermost: Region = { depth: 0, items: [] };
  const { all } = design.vectors;
  const shift = 8 * design.state.offset;
  const size = 8 * design.state.bytes;
  // A register that keeps its value: the next value's place still holds it.
  const holds = ({ offset, value }: Store) =>
    value.op === 'read' && value.index === 8 * offset && value.index >= shift && value.index < shift + size;
  for (const store of design.observedStores) outermost.items.push({ kind: 'store', store });
  place(
    design.registerStores.filter((s) => !holds(s)),
    outermost,
    holds,
  );
  const writes: Item[] = design.writes.map((write) => {
    const [yes, no] = [subregion(outermost), subregion(outermost)];
    yes.items.push({ kind: 'write', write });
    return { kind: 'branch', condition: write.enable, yes, no };
  });

  const region: (Region | undefined)[] = new Array(all.length).fill(undefined);
  const uses = new Uint32Array(all.length);
  const use = (vector: Vector, where: Region) => {
    const known = region[vector.id];
    region[vector.id] = known === undefined ? where : common(known, where);
    uses[vector.id]!++;
  };
  const walk = (items: readonly Item[], where: Region) => {
    for (const item of items) {
      for (const vector of itemVectors(item)) use(vector, where);
      if (item.kind === 'branch') {
        walk(item.yes.items, item.yes);
        walk(item.no.items, item.no);
      }
    }
  };
  const early = new Set<Vector>();
  walk(writes, outermost);
  for (let id = all.length - 1; id >= 0; id--) {
    // What writes need from memories is read before any of them is written.
    const vector = all[id]!;
    if (region[id] === undefined) continue;
    if (vector.op === 'fetch') early.add(vector);
    for (const operand of vector.operands) region[operand.id] ??= outermost;
  }
  region.fill(undefined);
  uses.fill(0);
  use(design.watch, outermost);
  walk(outermost.items, outermost);
  walk(writes, outermost);
  for (const vector of early) region[vector.id] = outermost;
  for (let id = all.length - 1; id >= 0; id--) {
    const where = region[id];
    if (where === undefined) continue;
    const { op, operands } = all[id]!;
    for (const operand of operands) {
      use(operand, where);
      // Their code looks at an operand more than once.
      if (repeats.has(op)) uses[operand.id]!++;
    }
  }
  return { outermost, writes, region, uses, early };
}
