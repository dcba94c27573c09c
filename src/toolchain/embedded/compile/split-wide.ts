/**
 * Replaces cells on more than 64 bits whose result bits depend on all operand bits (sums, comparisons, shifts, products)
 * by narrow cells, and selections of several words by plain multiplexers. Cells that work bit by bit stay as they are,
 * whatever their width: they are cut up later, where their operands are.
 */
import { fail } from '../../../compiler/diagnostics.ts';
import { type Bit, type Bits, type Cell, type Netlist, numberOf, one, portOf, zero } from './netlist.ts';

/** The widest vector that is computed as one. */
export const wordBits = 64;
const limbBits = 32;

/** Cut, or filled with zeros or the top bit, to `width`. */
export function extendBits(bits: Bits, width: number, isSigned: boolean): Bits {
  if (bits.length >= width) return bits.slice(0, width);
  const fill = isSigned ? (bits.at(-1) ?? zero) : zero;
  return [...bits, ...Array.from({ length: width - bits.length }, () => fill)];
}

export const isSigned = (cell: Cell): boolean =>
  numberOf(cell, 'A_SIGNED') === 1 && (!cell.ports.has('B') || numberOf(cell, 'B_SIGNED') === 1);

function limbs(bits: Bits, size: number): Bits[] {
  const parts: Bits[] = [];
  for (let i = 0; i < bits.length; i += size) parts.push(bits.slice(i, i + size));
  return parts;
}

/** A cell in place of `origin`, whose name it keeps for messages. */
const derived = (origin: Cell, type: string, ports: Record<string, Bits>, isSigned: boolean): Cell => ({
  name: origin.name,
  type,
  parameters: new Map(['A_SIGNED', 'B_SIGNED'].map((name) => [name, isSigned ? '1' : '0'])),
  ports: new Map(Object.entries(ports)),
});

class Splitter {
  readonly cells: Cell[] = [];
  private readonly negations = new Map<Bit, Cell>();
  private next: number;

  constructor(netlist: Netlist) {
    this.next = netlist.firstFree;
    for (const cell of netlist.cells) {
      if (cell.type === '$neg') this.negations.set(portOf(cell, 'Y')[0]!, cell);
    }
  }

  get firstFree(): number {
    return this.next;
  }

  fresh(width: number): Bits {
    return Array.from({ length: width }, () => this.next++);
  }

  /** Adds a cell and, unless it is narrow or works bit by bit, splits it. Gives its result. */
  make(
    origin: Cell,
    type: string,
    ports: Record<string, Bits>,
    width: number,
    isSigned = false,
    to?: Bits,
  ): Bits {
    const result = to ?? this.fresh(width);
    this.add(derived(origin, type, { ...ports, Y: result }, isSigned));
    return result;
  }

  /** Adds a cell that is known to be narrow. */
  push(origin: Cell, type: string, ports: Record<string, Bits>, isSigned: boolean): void {
    this.cells.push(derived(origin, type, ports, isSigned));
  }

  /** Connects `to` with `from`. */
  wire(origin: Cell, from: Bits, to: Bits): void {
    this.push(origin, '$pos', { A: from, Y: to }, false);
  }

  add(cell: Cell): void {
    const rule = rules[cell.type];
    if (rule === undefined) this.cells.push(cell);
    else rule(this, cell);
  }

  /** a + b + carry, limb by limb. */
  sum(cell: Cell, a: Bits, b: Bits, carry: Bit, to: Bits): void {
    const bs = limbs(b, limbBits);
    const total = limbs(a, limbBits).flatMap((limb, i) => {
      const partial = this.make(cell, '$add', { A: limb, B: bs[i]! }, limb.length + 1);
      const full = this.make(cell, '$add', { A: partial, B: [carry] }, limb.length + 1);
      carry = full.at(-1)!;
      return full.slice(0, -1);
    });
    this.wire(cell, total, to);
  }

  multiply(cell: Cell, a: Bits, b: Bits, to: Bits): void {
    const { length } = to;
    let total: Bits = Array.from({ length }, () => zero);
    limbs(a, limbBits).forEach((x, i) =>
      limbs(b, limbBits).forEach((y, j) => {
        const at = (i + j) * limbBits;
        if (at >= length) return;
        const product = this.make(cell, '$mul', { A: x, B: y }, 2 * limbBits);
        const shifted = extendBits([...Array.from({ length: at }, () => zero), ...product], length, false);
        total = this.make(cell, '$add', { A: total, B: shifted }, length);
      }),
    );
    this.wire(cell, total, to);
  }

  /** a < b. */
  less(cell: Cell, a: Bits, b: Bits, isSigned: boolean): Bits {
    const bs = limbs(b, wordBits);
    const as = limbs(a, wordBits);
    let below: Bits = [zero];
    as.forEach((limb, i) => {
      const ports = { A: limb, B: bs[i]! };
      const here = this.make(cell, '$lt', ports, 1, isSigned && i === as.length - 1);
      const same = this.make(cell, '$eq', ports, 1);
      below = this.make(cell, '$or', { A: here, B: this.make(cell, '$and', { A: same, B: below }, 1) }, 1);
    });
    return below;
  }

  /** `type` on every limb, and `join` on what that gives. */
  reduce(cell: Cell, type: string, join: string, ports: readonly Bits[], to: Bits): void {
    const [as, bs] = ports.map((p) => limbs(p, wordBits));
    const bits = as!.flatMap((limb, i) =>
      this.make(cell, type, bs === undefined ? { A: limb } : { A: limb, B: bs[i]! }, 1),
    );
    this.make(cell, join, { A: bits }, to.length, false, to);
  }

  /** One multiplexer per bit of the amount, the largest step first; bits that no later step reaches are left out. */
  shift(cell: Cell, a: Bits, amount: Bits, direction: 'left' | 'right', fill: Bit, to: Bits): void {
    let reach = amount.reduce((sum, bit, k) => (bit === zero ? sum : sum + 2 ** k), 0);
    let x = a;
    for (let k = amount.length - 1; k >= 0; k--) {
      const bit = amount[k]!;
      if (bit === zero) continue;
      const step = 2 ** k;
      reach -= step;
      const needed = direction === 'left' ? to.length : Math.min(a.length, to.length + reach);
      const at = (i: number): Bit => (i < 0 ? zero : (x[i] ?? fill));
      const moved = Array.from({ length: needed }, (_, i) => at(direction === 'left' ? i - step : i + step));
      const still = Array.from({ length: needed }, (_, i) => at(i));
      x = bit === one ? moved : this.make(cell, '$mux', { A: still, B: moved, S: [bit] }, needed);
    }
    this.wire(
      cell,
      Array.from(to, (_, i) => x[i] ?? fill),
      to,
    );
  }

  /** The number whose negation `bits` is, if that is never positive. */
  negated(bits: Bits): Bits | undefined {
    const cell = this.negations.get(bits[0]!);
    if (cell === undefined) return undefined;
    const y = portOf(cell, 'Y');
    const a = portOf(cell, 'A');
    const isSame = bits.length === y.length && bits.every((bit, i) => bit === y[i]);
    return isSame && a.length < y.length && numberOf(cell, 'A_SIGNED') === 0 ? a : undefined;
  }
}

type Rule = (splitter: Splitter, cell: Cell) => void;

const isWide = (cell: Cell): boolean => ['A', 'B', 'Y'].some((port) => portOf(cell, port).length > wordBits);

/** Where the cell is narrow, it stays. */
const ifWide =
  (rule: Rule): Rule =>
  (s, cell) => {
    if (isWide(cell)) rule(s, cell);
    else s.cells.push(cell);
  };

const unsupported: Rule = (_, cell) =>
  fail(
    'CAM609',
    `The embedded simulator has no ${cell.type} of more than ${wordBits} bits (${cell.name}).`,
    'Choose another simulator, or write the RTL with narrower values.',
  );

/** The low bits of a sum or product depend on the low bits of the operands only. */
const arithmetic = (apply: (s: Splitter, cell: Cell, a: Bits, b: Bits, to: Bits) => void): Rule =>
  ifWide((s, cell) => {
    const to = portOf(cell, 'Y');
    const operand = (port: string) => extendBits(portOf(cell, port), to.length, isSigned(cell));
    if (to.length > wordBits) apply(s, cell, operand('A'), operand('B'), to);
    else s.make(cell, cell.type, { A: operand('A'), B: operand('B') }, to.length, false, to);
  });

const negation: Rule = ifWide((s, cell) => {
  const to = portOf(cell, 'Y');
  const a = extendBits(portOf(cell, 'A'), to.length, isSigned(cell));
  s.make(cell, '$sub', { A: to.map(() => zero), B: a }, to.length, false, to);
});

const equality = (type: string, join: string): Rule =>
  ifWide((s, cell) => {
    const width = Math.max(portOf(cell, 'A').length, portOf(cell, 'B').length);
    const operands = ['A', 'B'].map((port) => extendBits(portOf(cell, port), width, isSigned(cell)));
    s.reduce(cell, type, join, operands, portOf(cell, 'Y'));
  });

/** All orders from `less`: of swapped operands where `isSwapped`, turned round where `isInverted`. */
const order = (isSwapped: boolean, isInverted: boolean): Rule =>
  ifWide((s, cell) => {
    const width = Math.max(portOf(cell, 'A').length, portOf(cell, 'B').length);
    const [a, b] = (isSwapped ? ['B', 'A'] : ['A', 'B']).map((port) =>
      extendBits(portOf(cell, port), width, isSigned(cell)),
    );
    const below = s.less(cell, a!, b!, isSigned(cell));
    const to = portOf(cell, 'Y');
    s.make(cell, isInverted ? '$logic_not' : '$reduce_bool', { A: below }, to.length, false, to);
  });

const reduction = (type: string, join: string): Rule =>
  ifWide((s, cell) => s.reduce(cell, type, join, [portOf(cell, 'A')], portOf(cell, 'Y')));

const logic: Rule = ifWide((s, cell) => {
  const truth = (port: string) => s.make(cell, '$reduce_bool', { A: portOf(cell, port) }, 1);
  const to = portOf(cell, 'Y');
  s.make(cell, cell.type, { A: truth('A'), B: truth('B') }, to.length, false, to);
});

type Shift = '$shl' | '$shr' | '$sshr';

/** A shift by an unsigned amount. The operand is extended to the wider of itself and the result. */
function shifted(s: Splitter, cell: Cell, type: Shift, amount: Bits, extends_: boolean, to: Bits): void {
  const a = portOf(cell, 'A');
  const operand = extendBits(a, Math.max(a.length, to.length), extends_);
  const isArithmetic = type === '$sshr' && extends_;
  if (operand.length <= wordBits && amount.length <= wordBits)
    s.push(
      cell,
      isArithmetic ? type : type === '$shl' ? type : '$shr',
      { A: operand, B: amount, Y: to },
      isArithmetic,
    );
  else if (type === '$shl') s.shift(cell, operand.slice(0, to.length), amount, 'left', zero, to);
  else s.shift(cell, operand, amount, 'right', isArithmetic ? operand.at(-1)! : zero, to);
}

const shift =
  (type: Shift): Rule =>
  (s, cell) =>
    shifted(s, cell, type, portOf(cell, 'B'), numberOf(cell, 'A_SIGNED') === 1, portOf(cell, 'Y'));

/** $shift and $shiftx: to the right, or to the left where the amount is negative. */
const indexed: Rule = (s, cell) => {
  const [b, to] = [portOf(cell, 'B'), portOf(cell, 'Y')];
  const extends_ = cell.type === '$shift' && numberOf(cell, 'A_SIGNED') === 1;
  const top = b.at(-1)!;
  if (numberOf(cell, 'B_SIGNED') === 0 || top === zero) return shifted(s, cell, '$shr', b, extends_, to);
  const distance = s.negated(b);
  if (distance !== undefined) return shifted(s, cell, '$shl', distance, extends_, to);
  const [left, right] = [s.fresh(to.length), s.fresh(to.length)];
  shifted(s, cell, '$shl', s.make(cell, '$neg', { A: b }, b.length), extends_, left);
  shifted(s, cell, '$shr', b, extends_, right);
  s.make(cell, '$mux', { A: right, B: left, S: [top] }, to.length, false, to);
};

/** The word of B whose bit of S is set, A where none is. */
const oneHot: Rule = (s, cell) => {
  const [select, words, to] = [portOf(cell, 'S'), portOf(cell, 'B'), portOf(cell, 'Y')];
  const width = to.length;
  const chosen = select.reduce<Bits>(
    (otherwise, bit, i) =>
      s.make(cell, '$mux', { A: otherwise, B: words.slice(i * width, (i + 1) * width), S: [bit] }, width),
    portOf(cell, 'A'),
  );
  s.wire(cell, chosen, to);
};

/** The word of A with the number S. */
const indexedWord: Rule = (s, cell) => {
  const width = portOf(cell, 'Y').length;
  let words = limbs(portOf(cell, 'A'), width);
  for (const bit of portOf(cell, 'S')) {
    const pairs = words.filter((_, i) => i % 2 === 0);
    words = pairs.map((A, i) => s.make(cell, '$mux', { A, B: words[2 * i + 1] ?? A, S: [bit] }, width));
  }
  s.wire(cell, words[0]!, portOf(cell, 'Y'));
};

const rules: Readonly<Record<string, Rule>> = {
  $add: arithmetic((s, cell, a, b, to) => s.sum(cell, a, b, zero, to)),
  $sub: arithmetic((s, cell, a, b, to) => s.sum(cell, a, s.make(cell, '$not', { A: b }, b.length), one, to)),
  $mul: arithmetic((s, cell, a, b, to) => s.multiply(cell, a, b, to)),
  $neg: negation,
  $div: ifWide(unsupported),
  $mod: ifWide(unsupported),
  $eq: equality('$eq', '$reduce_and'),
  $eqx: equality('$eq', '$reduce_and'),
  $ne: equality('$ne', '$reduce_or'),
  $nex: equality('$ne', '$reduce_or'),
  $lt: order(false, false),
  $gt: order(true, false),
  $le: order(true, true),
  $ge: order(false, true),
  $reduce_and: reduction('$reduce_and', '$reduce_and'),
  $reduce_or: reduction('$reduce_or', '$reduce_or'),
  $reduce_bool: reduction('$reduce_or', '$reduce_or'),
  $reduce_xor: reduction('$reduce_xor', '$reduce_xor'),
  $reduce_xnor: reduction('$reduce_xor', '$reduce_xnor'),
  $logic_not: reduction('$reduce_or', '$logic_not'),
  $logic_and: logic,
  $logic_or: logic,
  $shl: shift('$shl'),
  $sshl: shift('$shl'),
  $shr: shift('$shr'),
  $sshr: shift('$sshr'),
  $shift: indexed,
  $shiftx: indexed,
  $pmux: oneHot,
  $bmux: indexedWord,
};

/** The same netlist with no such cell on more than 64 bits. */
export function splitWide(netlist: Netlist): Netlist {
  const splitter = new Splitter(netlist);
  for (const cell of netlist.cells) splitter.add(cell);
  return { ...netlist, cells: splitter.cells, firstFree: splitter.firstFree };
}
