/**
 * Cells without memory, as Yosys' internal cell library defines them (`simlib.v`): operands are extended, signed only
 * where all of them are, and the result is cut to the width of Y.
 */
import { type Bits, type Cell, numberOf, portOf } from './netlist.ts';
import { extendBits, isSigned } from './split-wide.ts';
import type { BinaryOp, Vector, Vectors } from './vectors.ts';

export interface CellContext {
  readonly v: Vectors;
  readonly cell: Cell;
  readonly value: (bits: Bits) => Vector;
}

type Rule = (context: CellContext) => Vector;

const widthOf = (cell: Cell, port: string): number => portOf(cell, port).length;

function operand({ cell, value }: CellContext, port: string, width: number): Vector {
  return value(extendBits(portOf(cell, port), width, isSigned(cell)));
}

/** Results of one bit are filled with zeros. */
const truth =
  (rule: Rule): Rule =>
  (c) =>
    c.v.zext(rule(c), widthOf(c.cell, 'Y'));

const arithmetic =
  (op: BinaryOp): Rule =>
  (c) => {
    const width = widthOf(c.cell, 'Y');
    return c.v.binary(op, operand(c, 'A', width), operand(c, 'B', width));
  };

/** Both operands at the wider one's width. */
function pair(c: CellContext): readonly [Vector, Vector] {
  const width = Math.max(widthOf(c.cell, 'A'), widthOf(c.cell, 'B'));
  return [operand(c, 'A', width), operand(c, 'B', width)];
}

const equal: Rule = (c) => c.v.binary('eq', ...pair(c));
const less: Rule = (c) => c.v.binary(isSigned(c.cell) ? 'slt' : 'ult', ...pair(c));
const greater: Rule = (c) => {
  const [a, b] = pair(c);
  return c.v.binary(isSigned(c.cell) ? 'slt' : 'ult', b, a);
};
const not =
  (rule: Rule): Rule =>
  (c) =>
    c.v.not(rule(c));

const whole = (c: CellContext, port: string): Vector => c.value(portOf(c.cell, port));
const anyOf =
  (port: string): Rule =>
  (c) =>
    c.v.any(whole(c, port));
const all: Rule = (c) => c.v.not(c.v.any(c.v.not(whole(c, 'A'))));

/** Folds the vector on itself. */
const parity: Rule = ({ v, cell, value }) => {
  let x = value(portOf(cell, 'A'));
  while (x.width > 1) {
    const half = Math.ceil(x.width / 2);
    x = v.binary('xor', v.extract(x, 0, half), v.zext(v.extract(x, half, x.width - half), half));
  }
  return x;
};

/** A shift; `isSigned` of A says how A is extended. */
const shift =
  (op: 'shl' | 'lshr' | 'ashr'): Rule =>
  ({ v, cell, value }) => {
    const width = Math.max(widthOf(cell, 'A'), widthOf(cell, 'Y'));
    const extends_ = numberOf(cell, 'A_SIGNED') === 1;
    const a = value(extendBits(portOf(cell, 'A'), width, extends_));
    const kind = op === 'ashr' && !extends_ ? 'lshr' : op;
    return v.extract(v.binary(kind, a, value(portOf(cell, 'B'))), 0, widthOf(cell, 'Y'));
  };

/** Division works at the widest of all three widths. */
const division =
  (unsigned: BinaryOp, signedOp: BinaryOp): Rule =>
  (c) => {
    const width = Math.max(...['A', 'B', 'Y'].map((port) => widthOf(c.cell, port)));
    const result = c.v.binary(
      isSigned(c.cell) ? signedOp : unsigned,
      operand(c, 'A', width),
      operand(c, 'B', width),
    );
    return c.v.extract(result, 0, widthOf(c.cell, 'Y'));
  };

/** Cells that are computed as one; all operands and results have at most 64 bits. */
export const wholeCells: Readonly<Record<string, Rule>> = {
  $add: arithmetic('add'),
  $sub: arithmetic('sub'),
  $mul: arithmetic('mul'),
  $neg: (c) => {
    const width = widthOf(c.cell, 'Y');
    return c.v.binary('sub', c.v.constant(0n, width), operand(c, 'A', width));
  },
  $div: division('udiv', 'sdiv'),
  $mod: division('umod', 'smod'),
  $eq: truth(equal),
  $eqx: truth(equal),
  $ne: truth(not(equal)),
  $nex: truth(not(equal)),
  $lt: truth(less),
  $gt: truth(greater),
  $le: truth(not(greater)),
  $ge: truth(not(less)),
  $logic_not: truth(not(anyOf('A'))),
  $logic_and: truth((c) => c.v.binary('and', anyOf('A')(c), anyOf('B')(c))),
  $logic_or: truth((c) => c.v.binary('or', anyOf('A')(c), anyOf('B')(c))),
  $reduce_and: truth(all),
  $reduce_or: truth(anyOf('A')),
  $reduce_bool: truth(anyOf('A')),
  $reduce_xor: truth(parity),
  $reduce_xnor: truth(not(parity)),
  $shl: shift('shl'),
  $sshl: shift('shl'),
  $shr: shift('lshr'),
  $sshr: shift('ashr'),
};

/** Bits `low` to `low + width` of a cell that works bit by bit. */
export interface SliceContext extends CellContext {
  readonly low: number;
  readonly width: number;
}

type SliceRule = (context: SliceContext) => Vector;

function part({ cell, value, low, width }: SliceContext, port: string): Vector {
  const bits = extendBits(portOf(cell, port), widthOf(cell, 'Y'), isSigned(cell));
  return value(bits.slice(low, low + width));
}

const bitwise =
  (op: 'and' | 'or' | 'xor'): SliceRule =>
  (c) =>
    c.v.binary(op, part(c, 'A'), part(c, 'B'));

/** Cells whose result bits depend on the operands' bits at the same place only (and on selects). */
export const bitwiseCells: Readonly<Record<string, SliceRule>> = {
  $and: bitwise('and'),
  $or: bitwise('or'),
  $xor: bitwise('xor'),
  $xnor: (c) => c.v.not(bitwise('xor')(c)),
  $not: (c) => c.v.not(part(c, 'A')),
  $pos: (c) => part(c, 'A'),
  $buf: (c) => part(c, 'A'),
  $mux: (c) => c.v.mux(whole(c, 'S'), part(c, 'B'), part(c, 'A')),
  $bwmux: ({ v, ...c }) => {
    const select = c.value(portOf(c.cell, 'S').slice(c.low, c.low + c.width));
    const context = { v, ...c };
    return v.binary(
      'or',
      v.binary('and', part(context, 'B'), select),
      v.binary('and', part(context, 'A'), v.not(select)),
    );
  },
};

/** Ports of a bitwise cell that are as wide as its result. */
export const alignedPorts = ['A', 'B'] as const;
