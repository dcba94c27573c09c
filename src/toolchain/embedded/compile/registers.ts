/** Registers: what each kind of flip-flop cell does at a clock edge. */
import { type Bits, type Cell, numberOf, parameterBits, portOf } from './netlist.ts';
import type { Vector, Vectors } from './vectors.ts';

/** What a rule needs to know of the cell's bits `low` to `low + width`. */
export interface RegisterSlice {
  readonly v: Vectors;
  readonly cell: Cell;
  readonly low: number;
  readonly width: number;
  readonly value: (bits: Bits) => Vector;
  /** What the register holds. */
  readonly held: Vector;
}

type Next = (slice: RegisterSlice) => Vector;

const slice = ({ low, width }: RegisterSlice, bits: Bits): Bits => bits.slice(low, low + width);

/** A control input, 1 where it is active. */
function control({ v, cell, value }: RegisterSlice, port: string): Vector {
  const bit = value(portOf(cell, port));
  return numberOf(cell, `${port}_POLARITY`) === 0 ? v.not(bit) : bit;
}

const data: Next = (s) => s.value(slice(s, portOf(s.cell, 'D')));

const resetTo =
  (port: string, parameter: string) =>
  (s: RegisterSlice, otherwise: Vector): Vector => {
    const reset = s.value(slice(s, parameterBits(s.cell, parameter, portOf(s.cell, 'Q').length)));
    return s.v.mux(control(s, port), reset, otherwise);
  };

const synchronous = resetTo('SRST', 'SRST_VALUE');
const asynchronous = resetTo('ARST', 'ARST_VALUE');

const enabled = (s: RegisterSlice, value: Vector): Vector => s.v.mux(control(s, 'EN'), value, s.held);

/** The value after the next edge, by cell type. */
export const nextValue: Readonly<Record<string, Next>> = {
  $dff: data,
  $dffe: (s) => enabled(s, data(s)),
  $sdff: (s) => synchronous(s, data(s)),
  $sdffe: (s) => synchronous(s, enabled(s, data(s))),
  $sdffce: (s) => enabled(s, synchronous(s, data(s))),
  $adff: (s) => asynchronous(s, data(s)),
  $adffe: (s) => asynchronous(s, enabled(s, data(s))),
};

/** Whether the register shows its reset value at once. */
export const resetsAtOnce = (cell: Cell): boolean => cell.ports.has('ARST');

export const shownValue: Next = (s) => asynchronous(s, s.held);

export const isRegister = (cell: Cell): boolean => cell.type in nextValue;
