/** The netlist that Yosys writes (`write_json`), in the form that the passes here work on. */
import { fail } from '../../../compiler/diagnostics.ts';

/** A bit of a net: a number of its own, or one of the constants below. */
export type Bit = number;
/** Constants. Undefined bits count as 0, as they do in other two-state simulators. */
export const zero: Bit = -2;
export const one: Bit = -1;
export const isConstant = (bit: Bit): boolean => bit < 0;

/** Bits, the lowest first. */
export type Bits = readonly Bit[];

export interface Cell {
  readonly name: string;
  /** As in `$add`: Yosys' internal cell library. */
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly ports: ReadonlyMap<string, Bits>;
}

export interface Memory {
  readonly name: string;
  readonly width: number;
  /** Number of words; they are counted from `start`. */
  readonly size: number;
  readonly start: number;
}

export interface Netlist {
  readonly name: string;
  readonly inputs: ReadonlyMap<string, Bits>;
  readonly outputs: ReadonlyMap<string, Bits>;
  readonly nets: ReadonlyMap<string, Bits>;
  readonly cells: readonly Cell[];
  readonly memories: readonly Memory[];
  /** Bits that are 1 at the start. */
  readonly initialOnes: ReadonlySet<Bit>;
  /** The next number that no bit has. */
  readonly firstFree: number;
}

type JsonBit = number | '0' | '1' | 'x' | 'z';

interface JsonModule {
  readonly ports: Readonly<Record<string, { readonly direction: string; readonly bits: readonly JsonBit[] }>>;
  readonly cells: Readonly<
    Record<
      string,
      {
        readonly type: string;
        readonly parameters: Readonly<Record<string, string>>;
        readonly connections: Readonly<Record<string, readonly JsonBit[]>>;
      }
    >
  >;
  readonly memories?: Readonly<
    Record<string, { readonly width: number; readonly size: number; readonly start_offset: number }>
  >;
  readonly netnames: Readonly<
    Record<
      string,
      { readonly bits: readonly JsonBit[]; readonly attributes: Readonly<Record<string, string>> }
    >
  >;
}

const toBit = (bit: JsonBit): Bit => (typeof bit === 'number' ? bit : bit === '1' ? one : zero);

/** A number parameter: binary digits, or a decimal number. */
export function numberOf(cell: Cell, parameter: string): number {
  const text = cell.parameters.get(parameter);
  return text === undefined || text === '' ? 0 : Number.parseInt(text, 2);
}

/** Bits of a port. */
export function portOf(cell: Cell, port: string): Bits {
  return cell.ports.get(port) ?? [];
}

/** Digits of a parameter as constant bits, `width` of them. */
export function parameterBits(cell: Cell, parameter: string, width: number): Bits {
  const digits = cell.parameters.get(parameter) ?? '';
  return Array.from({ length: width }, (_, i) => (digits.at(-1 - i) === '1' ? one : zero));
}

/**
 * Reads the flat module `top`.
 *
 * @throws CompileError CAM602 where it is not there
 */
export function readNetlist(json: string, top: string): Netlist {
  const { modules } = JSON.parse(json) as { modules: Readonly<Record<string, JsonModule>> };
  const module = modules[top];
  if (module === undefined)
    fail('CAM602', `Yosys wrote no module ${top}.`, 'Report this as a fault of Camber.');
  let last = 1;
  const bitsOf = (bits: readonly JsonBit[]): Bits =>
    bits.map((bit) => {
      if (typeof bit === 'number' && bit > last) last = bit;
      return toBit(bit);
    });
  const ports = Object.entries(module.ports).map(([name, p]) => [name, p.direction, bitsOf(p.bits)] as const);
  const nets = new Map(Object.entries(module.netnames).map(([name, net]) => [name, bitsOf(net.bits)]));
  const initialOnes = new Set<Bit>();
  for (const [name, { attributes }] of Object.entries(module.netnames)) {
    const { init } = attributes;
    if (init !== undefined)
      nets.get(name)!.forEach((bit, i) => init.at(-1 - i) === '1' && initialOnes.add(bit));
  }
  const cells = Object.entries(module.cells).map(([name, cell]) => ({
    name,
    type: cell.type,
    parameters: new Map(Object.entries(cell.parameters)),
    ports: new Map(Object.entries(cell.connections).map(([port, bits]) => [port, bitsOf(bits)])),
  }));
  return {
    name: top,
    inputs: new Map(ports.filter(([, d]) => d === 'input').map(([name, , bits]) => [name, bits])),
    outputs: new Map(ports.filter(([, d]) => d === 'output').map(([name, , bits]) => [name, bits])),
    nets,
    cells,
    memories: Object.entries(module.memories ?? {}).map(([name, m]) => ({
      name,
      width: m.width,
      size: m.size,
      start: m.start_offset,
    })),
    initialOnes,
    firstFree: last + 1,
  };
}
