/**
 * Bit-vector expressions: what a netlist becomes before code is made of it. Every node is a vector of 1 to 64 bits and
 * means exactly that many bits, as in the theory of bit vectors; how a value lies in a WebAssembly register is the
 * code generator's affair. Equal nodes are one node, constants are folded, slices move towards what they slice.
 * A node's operands always have smaller numbers than the node.
 */
export type BinaryOp =
  | 'add'
  | 'sub'
  | 'mul'
  | 'and'
  | 'or'
  | 'xor'
  | 'eq'
  | 'ult'
  | 'slt'
  | 'shl'
  | 'lshr'
  | 'ashr'
  | 'udiv'
  | 'umod'
  | 'sdiv'
  | 'smod';

export type Op =
  | BinaryOp
  | 'const'
  /** Bits of a register or an input. */
  | 'read'
  /** Byte address of a memory's word. */
  | 'address'
  /** Bits of a memory's word. */
  | 'fetch'
  | 'extract'
  | 'concat'
  | 'zext'
  | 'sext'
  | 'mux';

export interface Vector {
  readonly id: number;
  readonly op: Op;
  readonly width: number;
  readonly operands: readonly Vector[];
  /** `const`: its value. */
  readonly value: bigint;
  /** `read`, `fetch`: first bit; `extract`: lowest bit taken; `address`: number of the memory. */
  readonly index: number;
}

const mask = (width: number): bigint => (1n << BigInt(width)) - 1n;
export const signed = (value: bigint, width: number): bigint => BigInt.asIntN(width, value);

/** What operators do to constants; the result is cut to the node's width. */
const fold: Readonly<Record<BinaryOp, (a: bigint, b: bigint, width: number) => bigint>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  eq: (a, b) => BigInt(a === b),
  ult: (a, b) => BigInt(a < b),
  slt: (a, b, w) => BigInt(signed(a, w) < signed(b, w)),
  shl: (a, b, w) => (b >= BigInt(w) ? 0n : a << b),
  lshr: (a, b, w) => (b >= BigInt(w) ? 0n : a >> b),
  ashr: (a, b, w) => signed(a, w) >> (b >= BigInt(w) ? BigInt(w) : b),
  udiv: (a, b) => (b === 0n ? 0n : a / b),
  umod: (a, b) => (b === 0n ? 0n : a % b),
  sdiv: (a, b, w) => (b === 0n ? 0n : signed(a, w) / signed(b, w)),
  smod: (a, b, w) => (b === 0n ? 0n : signed(a, w) % signed(b, w)),
};

const isComparison = (op: Op): boolean => op === 'eq' || op === 'ult' || op === 'slt';
const commutes: ReadonlySet<Op> = new Set(['add', 'mul', 'and', 'or', 'xor', 'eq']);

/** Makes nodes. */
export class Vectors {
  readonly all: Vector[] = [];
  private readonly known = new Map<string, Vector>();

  private make(op: Op, width: number, operands: readonly Vector[], value = 0n, index = 0): Vector {
    const key = `${op} ${width} ${operands.map((o) => o.id).join(' ')} ${value} ${index}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const node = { id: this.all.length, op, width, operands, value, index };
    this.all.push(node);
    this.known.set(key, node);
    return node;
  }

  constant(value: bigint, width: number): Vector {
    return this.make('const', width, [], value & mask(width));
  }

  /** Bits of the state, from bit `index` on. */
  read(index: number, width: number): Vector {
    return this.make('read', width, [], 0n, index);
  }

  address(memory: number, word: Vector): Vector {
    return this.make('address', 32, [word], 0n, memory);
  }

  fetch(address: Vector, index: number, width: number): Vector {
    return this.make('fetch', width, [address], 0n, index);
  }

  extract(x: Vector, low: number, width: number): Vector {
    if (low === 0 && width === x.width) return x;
    switch (x.op) {
      case 'const':
        return this.constant(x.value >> BigInt(low), width);
      case 'read':
        return this.read(x.index + low, width);
      case 'fetch':
        return this.fetch(x.operands[0]!, x.index + low, width);
      case 'extract':
        return this.extract(x.operands[0]!, x.index + low, width);
      case 'zext': {
        const inner = x.operands[0]!;
        if (low >= inner.width) return this.constant(0n, width);
        return this.zext(this.extract(inner, low, Math.min(width, inner.width - low)), width);
      }
      case 'sext': {
        const inner = x.operands[0]!;
        const first = Math.min(low, inner.width - 1);
        return this.sext(this.extract(inner, first, Math.min(width, inner.width - first)), width);
      }
      case 'concat': {
        const parts: Vector[] = [];
        let at = 0;
        for (const part of x.operands) {
          const from = Math.max(low, at);
          const to = Math.min(low + width, at + part.width);
          if (from < to) parts.push(this.extract(part, from - at, to - from));
          at += part.width;
        }
        return this.concat(parts);
      }
      default:
        return this.make('extract', width, [x], 0n, low);
    }
  }

  /** One vector of several, the lowest first. */
  concat(parts: readonly Vector[]): Vector {
    const joined: Vector[] = [];
    for (const part of parts.flatMap((p) => (p.op === 'concat' ? p.operands : [p]))) {
      const last = joined.at(-1);
      const both = last && this.adjacent(last, part);
      if (both) joined[joined.length - 1] = both;
      else joined.push(part);
    }
    const width = joined.reduce((sum, p) => sum + p.width, 0);
    if (joined.length === 1) return joined[0]!;
    const top = joined.at(-1)!;
    if (top.op === 'const' && top.value === 0n) return this.zext(this.concat(joined.slice(0, -1)), width);
    return this.make('concat', width, joined);
  }

  private adjacent(low: Vector, high: Vector): Vector | undefined {
    const width = low.width + high.width;
    if (low.op === 'const' && high.op === 'const')
      return this.constant(low.value | (high.value << BigInt(low.width)), width);
    if (low.op !== high.op || high.index !== low.index + low.width) return undefined;
    if (low.op === 'read') return this.read(low.index, width);
    if ((low.op === 'fetch' || low.op === 'extract') && low.operands[0] === high.operands[0])
      return low.op === 'fetch'
        ? this.fetch(low.operands[0]!, low.index, width)
        : this.extract(low.operands[0]!, low.index, width);
    return undefined;
  }

  /** Cut or filled with zeros to `width`. */
  zext(x: Vector, width: number): Vector {
    if (width <= x.width) return this.extract(x, 0, width);
    if (x.op === 'const') return this.constant(x.value, width);
    if (x.op === 'zext') return this.zext(x.operands[0]!, width);
    return this.make('zext', width, [x]);
  }

  /** Cut or filled with the top bit to `width`. */
  sext(x: Vector, width: number): Vector {
    if (width <= x.width) return this.extract(x, 0, width);
    if (x.op === 'const') return this.constant(signed(x.value, x.width), width);
    if (x.op === 'sext') return this.sext(x.operands[0]!, width);
    if (x.op === 'zext') return this.zext(x, width);
    return this.make('sext', width, [x]);
  }

  extend(x: Vector, width: number, isSigned: boolean): Vector {
    return isSigned ? this.sext(x, width) : this.zext(x, width);
  }

  /** Both operands have the same width; shifts by `b` as a number of any width. Division by zero gives 0. */
  binary(op: BinaryOp, a: Vector, b: Vector): Vector {
    const width = isComparison(op) ? 1 : a.width;
    if (a.op === 'const' && b.op === 'const')
      return this.constant(fold[op](a.value, b.value, a.width), width);
    if (commutes.has(op) && (a.op === 'const' || (b.op !== 'const' && a.id > b.id))) [a, b] = [b, a];
    const simple = this.simplify(op, a, b);
    return simple ?? this.make(op, width, [a, b]);
  }

  private simplify(op: BinaryOp, a: Vector, b: Vector): Vector | undefined {
    const { width } = a;
    if (a === b) {
      if (op === 'and' || op === 'or') return a;
      if (op === 'xor' || op === 'sub') return this.constant(0n, width);
      if (op === 'eq') return this.constant(1n, 1);
      if (op === 'ult' || op === 'slt') return this.constant(0n, 1);
    }
    if (b.op !== 'const') return undefined;
    const { value } = b;
    if (op === 'and') {
      if (value === 0n) return b;
      if (value === mask(width)) return a;
    }
    if (op === 'or') {
      if (value === 0n) return a;
      if (value === mask(width)) return b;
    }
    if ((op === 'xor' || op === 'add' || op === 'sub') && value === 0n) return a;
    // not(not(x))
    if (op === 'xor' && a.op === 'xor' && a.operands[1]!.op === 'const')
      return this.binary('xor', a.operands[0]!, this.constant(value ^ a.operands[1]!.value, width));
    if (op === 'mul') {
      if (value === 0n) return b;
      if (value === 1n) return a;
    }
    if (op === 'eq' && width === 1) return value === 1n ? a : this.not(a);
    if (op === 'eq' && a.op === 'zext') {
      const inner = a.operands[0]!;
      return value >> BigInt(inner.width) === 0n
        ? this.binary('eq', inner, this.constant(value, inner.width))
        : this.constant(0n, 1);
    }
    if (op === 'ult' && value === 0n) return this.constant(0n, 1);
    if (op === 'shl' || op === 'lshr') {
      const amount = Number(value);
      if (amount >= width) return this.constant(0n, width);
      if (amount === 0) return a;
      return op === 'shl'
        ? this.concat([this.constant(0n, amount), this.extract(a, 0, width - amount)])
        : this.zext(this.extract(a, amount, width - amount), width);
    }
    if (op === 'ashr') {
      const amount = Math.min(Number(value), width - 1);
      return this.sext(this.extract(a, amount, width - amount), width);
    }
    return undefined;
  }

  not(x: Vector): Vector {
    return this.binary('xor', x, this.constant(mask(x.width), x.width));
  }

  /** Whether any bit is 1. */
  any(x: Vector): Vector {
    return x.width === 1 ? x : this.not(this.binary('eq', x, this.constant(0n, x.width)));
  }

  mux(condition: Vector, yes: Vector, no: Vector): Vector {
    if (condition.op === 'const') return condition.value === 1n ? yes : no;
    if (yes === no) return yes;
    // A condition that was turned round.
    if (condition.op === 'xor' && condition.operands[1]!.op === 'const')
      return this.mux(condition.operands[0]!, no, yes);
    if (yes.width === 1) {
      if (yes.op === 'const')
        return yes.value === 1n
          ? this.binary('or', condition, no)
          : this.binary('and', this.not(condition), no);
      if (no.op === 'const')
        return no.value === 0n
          ? this.binary('and', condition, yes)
          : this.binary('or', this.not(condition), yes);
    }
    if (no.op === 'mux' && no.operands[0] === condition) return this.mux(condition, yes, no.operands[2]!);
    if (yes.op === 'mux' && yes.operands[0] === condition) return this.mux(condition, yes.operands[1]!, no);
    return this.make('mux', yes.width, [condition, yes, no]);
  }
}
