/**
 * From symbolic gradients to tensors: tables of constant gradients, rows selected from them at run time, repeated
 * values written out, scales applied. Each tensor is made once.
 */
import { makeAttribute } from '../graph/attributes.ts';
import { expandArray, type NumberArray } from './array.ts';
import type { Emitter } from './emitter.ts';
import { isFull, type ConstantGradient, type Gradient, type Rows, type RuntimeGradient } from './gradient.ts';
import { camberDomain } from './operators.ts';
import { sizeOf, type Shape } from './shape.ts';

/** Constant tables above this many numbers are not built; the gradient is then computed at run time. */
const tableLimit = 1 << 25;

/** A constant gradient from its table [classes, ...]. */
export function constant(shape: Shape, table: NumberArray, scale = 1): ConstantGradient {
  return {
    kind: 'constant',
    shape,
    stored: [1, ...table.shape.slice(1)],
    rows: { kind: 'table', table },
    scale,
  };
}

export class Materialiser {
  /** Tensors already made: scaled copies by tensor and scale, selected rows by table, shape and scale. */
  private readonly scaled = new Map<string, string>();
  private readonly selected = new WeakMap<Rows, Map<string, string>>();

  /** `classIndex` names the int64 [1] tensor that selects the row of constant tables. */
  constructor(
    readonly emitter: Emitter,
    readonly classIndex: string,
    readonly classes: number,
  ) {}

  /** All elements stored. The scale goes into the Spread where there is one. */
  fill<G extends ConstantGradient | RuntimeGradient>(g: G): G {
    if (isFull(g)) return g;
    if (g.kind === 'constant') {
      if (g.shape[0] === 1 && this.tableFits(g, g.shape) && sizeOf(g.shape) <= 4096) {
        return this.mapTable(g, g.shape, (t) => expandArray(t, [this.classes, ...g.shape.slice(1)])) as G;
      }
      return this.fill(this.toRuntime(g)) as unknown as G;
    }
    if (g.shape.length === 4 && g.stored[2] === 1 && g.stored[3] === 1 && g.stored[1] === g.shape[1]) {
      const tensor = this.emitter.emit('Spread', [g.tensor], {
        shape: g.shape,
        domain: camberDomain,
        attributes: { scale: makeAttribute.float(g.scale) },
      });
      return { ...g, stored: g.shape, tensor, scale: 1 };
    }
    return { ...g, stored: g.shape, tensor: this.emitter.expand(g.tensor, g.shape) };
  }

  /** The name of a tensor that holds the whole gradient, in its own shape. */
  whole(g: Gradient): string {
    return this.tensor(g.kind === 'zero' ? g : this.fill(g));
  }

  /** The name of a tensor that holds the gradient, every element of its stored shape, scale applied. */
  tensor(g: Gradient): string {
    if (g.kind === 'zero')
      return this.emitter.floats('gradient/zero', g.shape, new Float64Array(sizeOf(g.shape)));
    if (g.kind === 'runtime' && g.scale === 1) return g.tensor;
    const names = g.kind === 'runtime' ? this.scaled : this.rowsOf(g.rows);
    const key = g.kind === 'runtime' ? `${g.tensor} ${g.scale}` : `${g.stored.join('x')} ${g.scale}`;
    let name = names.get(key);
    if (name === undefined) {
      name = g.kind === 'runtime' ? this.emitter.binary('Mul', g.tensor, g.scale) : this.row(g);
      names.set(key, name);
    }
    return name;
  }

  private rowsOf(rows: Rows): Map<string, string> {
    let names = this.selected.get(rows);
    if (!names) this.selected.set(rows, (names = new Map()));
    return names;
  }

  /** A constant gradient as a run-time tensor: the row of the selected class. The scale stays symbolic. */
  toRuntime(g: ConstantGradient | RuntimeGradient): RuntimeGradient {
    if (g.kind === 'runtime') return g;
    const tensor = this.tensor({ ...g, scale: 1 });
    return { kind: 'runtime', shape: g.shape, stored: g.stored, tensor, scale: g.scale, nature: 'constant' };
  }

  private row(g: ConstantGradient): string {
    const e = this.emitter;
    const columns = sizeOf(g.stored);
    if (g.rows.kind === 'identity') {
      const seed = e.emit('Seed', [this.classIndex], {
        shape: [1, columns],
        domain: camberDomain,
        attributes: { classes: { kind: 'int', value: this.classes } },
      });
      return e.reshape(g.scale === 1 ? seed : e.binary('Mul', seed, g.scale), g.stored);
    }
    const table =
      g.rows.initializer ?? e.floats(`${e.scope}/rows`, [this.classes, columns], g.rows.table.data);
    const row = e.emit('DenseRow', [table, this.classIndex], {
      shape: [1, columns],
      domain: camberDomain,
      attributes: { scale: makeAttribute.float(g.scale) },
    });
    return e.reshape(row, g.stored);
  }

  /** True for a constant gradient whose table, with rows of this shape, is small enough to build. */
  protected tableFits(g: Gradient, stored: Shape): g is ConstantGradient {
    return g.kind === 'constant' && this.classes * sizeOf(stored) <= tableLimit;
  }

  /** The table [classes, ...stored] of a constant gradient, its scale left out. */
  table(g: ConstantGradient): NumberArray {
    if (g.rows.kind === 'table') return g.rows.table;
    const data = new Float64Array(this.classes * this.classes);
    for (let i = 0; i < this.classes; i++) data[i * this.classes + i] = 1;
    return { shape: [this.classes, ...g.stored.slice(1)], data };
  }

  mapTable(g: ConstantGradient, shape: Shape, f: (table: NumberArray) => NumberArray): ConstantGradient {
    return constant(shape, f(this.table(g)), g.scale);
  }
}
