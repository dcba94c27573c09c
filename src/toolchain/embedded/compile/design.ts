/**
 * Turns a netlist into vectors: what each register holds after the next clock edge, what is written to memories, and
 * the nets that are observed. Nothing else is computed. Walks backwards from there, so cells come out in an order in
 * which each one's operands are known (levels), and what nobody needs is never met.
 */
import { fail } from '../../../compiler/diagnostics.ts';
import { alignedPorts, bitwiseCells, wholeCells } from './cells.ts';
import { Allocator, bytesFor, type MemoryPlace, type Place, placeMemories } from './layout.ts';
import {
  type Bit,
  type Bits,
  type Cell,
  isConstant,
  type Netlist,
  numberOf,
  one,
  portOf,
} from './netlist.ts';
import { isRegister, nextValue, resetsAtOnce, shownValue } from './registers.ts';
import { extendBits, isSigned, wordBits } from './split-wide.ts';
import { type Vector, Vectors } from './vectors.ts';

/** A vector that is stored in every cycle. */
export interface Store {
  readonly offset: number;
  readonly value: Vector;
}

export interface MemoryWrite {
  readonly enable: Vector;
  readonly address: Vector;
  /** Chunks of the word; a mask where single bits are enabled. */
  readonly chunks: readonly { readonly index: number; readonly value: Vector; readonly mask?: Vector }[];
}

/** Contents that the netlist gives to a memory. */
export interface MemoryContents {
  readonly memory: string;
  /** First word, counted from 0. */
  readonly word: number;
  /** Bits of all words. */
  readonly bits: Bits;
}

export interface Design {
  readonly vectors: Vectors;
  readonly inputs: ReadonlyMap<string, Place>;
  readonly observed: ReadonlyMap<string, Place>;
  /** Nets that can be read as they lie in the state: registers, by net name. */
  readonly registers: ReadonlyMap<string, Place>;
  /** All inputs and registers. */
  readonly storage: readonly Place[];
  readonly memories: readonly MemoryPlace[];
  readonly contents: readonly MemoryContents[];
  /** The registers' bytes, and where their next values are put together. */
  readonly state: { readonly offset: number; readonly bytes: number; readonly next: number };
  /** State bytes that are not 0 at the start. */
  readonly initial: readonly (readonly [offset: number, byte: number])[];
  readonly registerStores: readonly Store[];
  readonly observedStores: readonly Store[];
  readonly writes: readonly MemoryWrite[];
  /** Whether any watched net is 1. */
  readonly watch: Vector;
  readonly pages: number;
}

export interface DesignOptions {
  /** Nets whose values in each cycle can be read. */
  readonly observed: readonly string[];
  /** Observed nets that end a run of cycles early where they are 1. */
  readonly watched?: readonly string[];
}

/** A cell that needs its own result, as far as is known yet. */
class Loop extends Error {
  constructor(readonly cells: readonly Cell[]) {
    super();
  }
}

const ignored: ReadonlySet<string> = new Set(['$scopeinfo']);
const memoryCells: ReadonlySet<string> = new Set([
  '$memrd',
  '$memrd_v2',
  '$memwr',
  '$memwr_v2',
  '$meminit',
  '$meminit_v2',
]);
const isRead = (cell: Cell): boolean => cell.type.startsWith('$memrd');

/** Memory names in parameters are written as in `\engine.memory`. */
const memoryName = (cell: Cell): string => (cell.parameters.get('MEMID') ?? '').replace(/^\\/, '').trim();

class Builder {
  readonly v = new Vectors();
  private readonly driver = new Map<Bit, readonly [cell: Cell, index: number]>();
  /** Bit addresses of input and register bits. */
  private readonly address = new Map<Bit, number>();
  private readonly place = new Map<Cell, Place>();
  private readonly wholes = new Map<Cell, Vector>();
  private readonly chunks = new Map<Cell, Map<number, Vector>>();
  private readonly cuts = new Map<Cell, readonly number[]>();
  private readonly busy: (Cell | undefined)[] = [];
  readonly inputs = new Map<string, Place>();
  readonly memories: readonly MemoryPlace[];
  private readonly memoryNumber: ReadonlyMap<string, number>;
  readonly observed = new Map<string, Place>();
  readonly state: Design['state'];
  readonly pages: number;

  constructor(
    private readonly netlist: Netlist,
    options: DesignOptions,
    /** Cells that are computed bit by bit, because as a whole they would need their own results. */
    private readonly single: ReadonlySet<string>,
  ) {
    const allocator = new Allocator(16);
    const locate = (bits: Bits, place: Place, name: string) =>
      bits.forEach((bit, i) => {
        if (isConstant(bit)) return;
        if (this.address.has(bit)) twoDrivers(name);
        this.address.set(bit, 8 * place.offset + i);
      });
    for (const [name, bits] of netlist.inputs) {
      const place = allocator.place(bits.length);
      this.inputs.set(name, place);
      locate(bits, place, name);
    }
    for (const name of options.observed) {
      const bits = this.net(name);
      this.observed.set(name, allocator.place(bits.length));
    }
    const offset = allocator.end();
    for (const cell of netlist.cells) {
      if (!isRegister(cell)) continue;
      const bits = portOf(cell, 'Q');
      const place = allocator.place(bits.length);
      this.place.set(cell, place);
      if (!resetsAtOnce(cell)) locate(bits, place, cell.name);
    }
    const bytes = allocator.end() - offset;
    this.state = { offset, bytes, next: offset + bytes };
    allocator.skip(bytes);
    const memories = placeMemories(netlist.memories, allocator.end());
    this.memories = memories.places;
    this.pages = memories.pages;
    this.memoryNumber = new Map(this.memories.map(({ name }, i) => [name, i]));
    for (const cell of netlist.cells) {
      const output = isRegister(cell) ? (resetsAtOnce(cell) ? 'Q' : undefined) : isRead(cell) ? 'DATA' : 'Y';
      if (output === undefined) continue;
      portOf(cell, output).forEach((bit, i) => {
        if (this.driver.has(bit) || this.address.has(bit)) twoDrivers(cell.name);
        this.driver.set(bit, [cell, i]);
      });
    }
  }

  net(name: string): Bits {
    const bits = this.netlist.nets.get(name);
    if (bits === undefined)
      fail('CAM609', `The RTL has no net ${name}.`, 'The test bench observes it: compile the model again.');
    return bits;
  }

  /** The vector of up to 64 bits. */
  readonly value = (bits: Bits): Vector => {
    const top = bits.at(-1)!;
    if (!isConstant(top)) {
      let first = bits.length - 1;
      while (first > 0 && bits[first - 1] === top) first--;
      if (first < bits.length - 1) return this.v.sext(this.value(bits.slice(0, first + 1)), bits.length);
    }
    const parts: Vector[] = [];
    for (let i = 0; i < bits.length;) {
      const length = this.runLength(bits, i);
      parts.push(this.run(bits, i, length));
      i += length;
    }
    return this.v.concat(parts);
  };

  /** How many bits from `i` on come from the same place, one after the other. */
  private runLength(bits: Bits, i: number): number {
    const first = bits[i]!;
    let length = 1;
    const count = (continues: (bit: Bit, n: number) => boolean) => {
      while (i + length < bits.length && continues(bits[i + length]!, length)) length++;
      return length;
    };
    if (isConstant(first)) return count(isConstant);
    const address = this.address.get(first);
    if (address !== undefined) return count((bit, n) => this.address.get(bit) === address + n);
    const [cell, index] = this.driver.get(first) ?? [];
    if (cell === undefined) return 1;
    return count((bit, n) => {
      const next = this.driver.get(bit);
      return next !== undefined && next[0] === cell && next[1] === index! + n;
    });
  }

  private run(bits: Bits, i: number, length: number): Vector {
    const first = bits[i]!;
    if (isConstant(first)) {
      let value = 0n;
      for (let n = length - 1; n >= 0; n--) value = (value << 1n) | BigInt(bits[i + n] === one);
      return this.v.constant(value, length);
    }
    const address = this.address.get(first);
    if (address !== undefined) return this.v.read(address, length);
    const driver = this.driver.get(first);
    // A net that nothing drives.
    if (driver === undefined) return this.v.constant(0n, length);
    return this.slice(driver[0], driver[1], length);
  }

  private guarded<T>(cell: Cell, build: () => T): T {
    const start = this.busy.indexOf(cell);
    if (start >= 0) throw new Loop(this.busy.slice(start) as Cell[]);
    this.busy.push(cell);
    const result = build();
    this.busy.pop();
    return result;
  }

  private slice(cell: Cell, low: number, width: number): Vector {
    const { v } = this;
    if (isRead(cell)) return v.fetch(this.word(cell), low, width);
    if (isRegister(cell)) {
      const held = v.read(8 * this.place.get(cell)!.offset + low, width);
      return this.guarded(cell, () => shownValue({ v, cell, value: this.value, low, width, held }));
    }
    const outputs = portOf(cell, 'Y').length;
    if (cell.type in bitwiseCells && (outputs > wordBits || this.single.has(cell.name)))
      return this.chunked(cell, low, width);
    let whole = this.wholes.get(cell);
    if (whole === undefined) {
      whole = this.guarded(cell, () => this.whole(cell));
      this.wholes.set(cell, whole);
    }
    return v.extract(whole, low, width);
  }

  private whole(cell: Cell): Vector {
    const context = { v: this.v, cell, value: this.value };
    const bitwise = bitwiseCells[cell.type];
    if (bitwise) return bitwise({ ...context, low: 0, width: portOf(cell, 'Y').length });
    const rule = wholeCells[cell.type];
    if (rule === undefined)
      fail(
        'CAM609',
        `The embedded simulator has no cell of type ${cell.type} (${cell.name}).`,
        'Choose another simulator, or describe the hardware by clocked registers, memories and logic.',
      );
    return rule(context);
  }

  /** Bits of a wide cell: computed chunk by chunk. */
  private chunked(cell: Cell, low: number, width: number): Vector {
    const cuts = this.cutsOf(cell);
    const parts: Vector[] = [];
    for (let n = 0; n + 1 < cuts.length; n++) {
      const [from, to] = [Math.max(low, cuts[n]!), Math.min(low + width, cuts[n + 1]!)];
      if (from < to)
        parts.push(this.v.extract(this.chunk(cell, cuts[n]!, cuts[n + 1]!), from - cuts[n]!, to - from));
    }
    return this.v.concat(parts);
  }

  private chunk(cell: Cell, from: number, to: number): Vector {
    let known = this.chunks.get(cell);
    if (known === undefined) this.chunks.set(cell, (known = new Map()));
    let chunk = known.get(from);
    if (chunk === undefined) {
      // Chunks of one cell may need each other; one that needs itself is a loop.
      const key = this.chunkKey(cell, from);
      chunk = this.guarded(key, () =>
        bitwiseCells[cell.type]!({ v: this.v, cell, value: this.value, low: from, width: to - from }),
      );
      known.set(from, chunk);
    }
    return chunk;
  }

  private readonly chunkKeys = new Map<Cell, Map<number, Cell>>();
  private chunkKey(cell: Cell, from: number): Cell {
    let keys = this.chunkKeys.get(cell);
    if (keys === undefined) this.chunkKeys.set(cell, (keys = new Map()));
    let key = keys.get(from);
    if (key === undefined) keys.set(from, (key = { ...cell }));
    return key;
  }

  /** Where a wide cell is cut: where its operands change from one source to another, at most 64 bits apart. */
  private cutsOf(cell: Cell): readonly number[] {
    const known = this.cuts.get(cell);
    if (known !== undefined) return known;
    const width = portOf(cell, 'Y').length;
    if (this.single.has(cell.name)) {
      const every = Array.from({ length: width + 1 }, (_, i) => i);
      this.cuts.set(cell, every);
      return every;
    }
    this.cuts.set(cell, [0, width]);
    const seams = alignedPorts
      .filter((port) => cell.ports.has(port))
      .flatMap((port) => this.seams(extendBits(portOf(cell, port), width, isSigned(cell))));
    const cuts = cut(width, seams);
    this.cuts.set(cell, cuts);
    return cuts;
  }

  /** Places in `bits` where the source changes, on whole bytes. */
  seams(bits: Bits): number[] {
    const seams: number[] = [];
    for (let i = 0; i < bits.length;) {
      const length = this.runLength(bits, i);
      seams.push(i);
      const driver = this.address.has(bits[i]!) ? undefined : this.driver.get(bits[i]!);
      if (driver !== undefined) {
        const [cell, index] = driver;
        if (cell.type in bitwiseCells && portOf(cell, 'Y').length > wordBits)
          for (const at of this.cutsOf(cell))
            if (at > index && at < index + length) seams.push(i + at - index);
      }
      i += length;
    }
    return seams;
  }

  private word(cell: Cell): Vector {
    const known = this.wholes.get(cell);
    if (known !== undefined) return known;
    if (numberOf(cell, 'CLK_ENABLE') !== 0)
      fail(
        'CAM609',
        `The embedded simulator has no clocked read ports in memory cells (${cell.name}).`,
        'Report this as a fault of Camber.',
      );
    const address = this.guarded(cell, () => this.readAddress(cell));
    this.wholes.set(cell, address);
    return address;
  }

  /** Number of the word, counted from 0. */
  private wordNumber(cell: Cell): Vector {
    const { v } = this;
    const { start } = this.memories[this.memoryOf(cell)]!;
    const word = v.zext(this.value(portOf(cell, 'ADDR').slice(0, 32)), 32);
    return start === 0 ? word : v.binary('sub', word, v.constant(BigInt(start), 32));
  }

  /** Whether a word number is one of the memory's. */
  private isInside(cell: Cell, word: Vector): Vector {
    const { v } = this;
    const { size } = this.memories[this.memoryOf(cell)]!;
    const isAlways = size >= 2 ** portOf(cell, 'ADDR').length;
    return isAlways ? v.constant(1n, 1) : v.binary('ult', word, v.constant(BigInt(size), 32));
  }

  /** Byte address of a word that is read. Outside it is that of the word behind the last, which holds zeros. */
  private readAddress(cell: Cell): Vector {
    const { v } = this;
    const number = this.memoryOf(cell);
    const word = this.wordNumber(cell);
    const behind = v.constant(BigInt(this.memories[number]!.size), 32);
    return v.address(number, v.mux(this.isInside(cell, word), word, behind));
  }

  private memoryOf(cell: Cell): number {
    return this.memoryNumber.get(memoryName(cell))!;
  }

  /** Cuts of a register: as a wide cell's, but each chunk is one store. */
  private storeCuts(cell: Cell): readonly number[] {
    const bits = portOf(cell, 'D');
    if (bits.length <= wordBits) return [0, bits.length];
    const cuts: number[] = [];
    const seams = cut(bits.length, this.seams(bits));
    for (let n = 0; n + 1 < seams.length; n++) {
      for (let at = seams[n]!, left = seams[n + 1]! - at; left > 0;) {
        cuts.push(at);
        // The last chunk may be of any width, as long as its bytes are the register's own.
        const isLast = at + left === bits.length && at / 8 + bytesFor(left) <= bytesFor(bits.length);
        const size = isLast ? left : 8 * Math.max(...[1, 2, 4, 8].filter((b) => 8 * b <= left));
        at += size;
        left -= size;
      }
    }
    return [...cuts, bits.length];
  }

  registerStores(): Store[] {
    const stores: Store[] = [];
    for (const [cell, place] of this.place) {
      const cuts = this.storeCuts(cell);
      for (let n = 0; n + 1 < cuts.length; n++) {
        const [low, width] = [cuts[n]!, cuts[n + 1]! - cuts[n]!];
        const held = this.v.read(8 * place.offset + low, width);
        const value = nextValue[cell.type]!({ v: this.v, cell, value: this.value, low, width, held });
        stores.push({ offset: place.offset + low / 8, value });
      }
    }
    return stores;
  }

  observedStores(): Store[] {
    return [...this.observed].flatMap(([name, { offset }]) => {
      const bits = this.net(name);
      return this.words(bits).map(([low, width]) => ({
        offset: offset + low / 8,
        value: this.value(bits.slice(low, low + width)),
      }));
    });
  }

  private words(bits: Bits): (readonly [low: number, width: number])[] {
    return Array.from({ length: Math.ceil(bits.length / wordBits) }, (_, i) => [
      i * wordBits,
      Math.min(wordBits, bits.length - i * wordBits),
    ]);
  }

  memoryWrites(): MemoryWrite[] {
    return this.netlist.cells
      .filter((cell) => cell.type.startsWith('$memwr'))
      .sort((a, b) => numberOf(a, 'PORTID') - numberOf(b, 'PORTID'))
      .map((cell) => {
        const { v } = this;
        const [data, enables] = [portOf(cell, 'DATA'), portOf(cell, 'EN')];
        const word = this.wordNumber(cell);
        const address = v.address(this.memoryOf(cell), word);
        const isWhole = enables.every((bit) => bit === enables[0]);
        const anyEnable = isWhole
          ? this.value([enables[0]!])
          : this.words(enables)
              .map(([low, width]) => v.any(this.value(enables.slice(low, low + width))))
              .reduce((x, y) => v.binary('or', x, y));
        const chunks = this.words(data).map(([low, width]) => ({
          index: low,
          value: this.value(data.slice(low, low + width)),
          ...(isWhole ? {} : { mask: this.value(enables.slice(low, low + width)) }),
        }));
        return { enable: v.binary('and', anyEnable, this.isInside(cell, word)), address, chunks };
      });
  }

  contents(): MemoryContents[] {
    return this.netlist.cells
      .filter((cell) => cell.type.startsWith('$meminit'))
      .sort((a, b) => numberOf(a, 'PRIORITY') - numberOf(b, 'PRIORITY'))
      .map((cell) => {
        const memory = memoryName(cell);
        const address = portOf(cell, 'ADDR').reduce((sum, bit, i) => sum + (bit === one ? 2 ** i : 0), 0);
        const { start } = this.memories[this.memoryOf(cell)]!;
        return { memory, word: address - start, bits: portOf(cell, 'DATA') };
      });
  }

  initial(): (readonly [offset: number, byte: number])[] {
    const bytes = new Map<number, number>();
    for (const [cell, { offset }] of this.place)
      portOf(cell, 'Q').forEach((bit, i) => {
        if (!this.netlist.initialOnes.has(bit)) return;
        const at = offset + (i >> 3);
        bytes.set(at, (bytes.get(at) ?? 0) | (1 << (i & 7)));
      });
    return [...bytes];
  }

  /** Net names whose bits lie in the state as they are. */
  registers(): Map<string, Place> {
    const registers = new Map<string, Place>();
    for (const [name, bits] of this.netlist.nets) {
      const address = this.address.get(bits[0]!);
      if (address === undefined || address % 8 !== 0 || name.startsWith('$')) continue;
      if (this.runLength(bits, 0) === bits.length && !this.netlist.inputs.has(name))
        registers.set(name, { offset: address / 8, width: bits.length });
    }
    return registers;
  }

  storage(): Place[] {
    return [...this.inputs.values(), ...this.place.values()];
  }

  checkClock(): void {
    const edges = new Set<string>();
    for (const cell of this.netlist.cells) {
      const isClocked = isRegister(cell) || cell.type.startsWith('$memwr');
      if (isClocked) edges.add(`${portOf(cell, 'CLK')[0]} ${numberOf(cell, 'CLK_POLARITY')}`);
    }
    const [clock] = [...edges].map((edge) => Number(edge.split(' ')[0]));
    const isInput = [...this.netlist.inputs.values()].some(([bit]) => bit === clock);
    if (edges.size > 1 || (edges.size === 1 && !isInput))
      fail(
        'CAM609',
        'The embedded simulator takes one clock, an input of the design, and one of its edges.',
        'Choose another simulator.',
      );
  }

  checkCells(): void {
    for (const { type, name } of this.netlist.cells) {
      const isKnown =
        type in wholeCells ||
        type in bitwiseCells ||
        type in nextValue ||
        memoryCells.has(type) ||
        ignored.has(type);
      if (!isKnown)
        fail(
          'CAM609',
          `The embedded simulator has no cell of type ${type} (${name}).`,
          'Choose another simulator, or describe the hardware by clocked registers, memories and logic.',
        );
    }
  }
}

const twoDrivers = (name: string): never =>
  fail('CAM609', `The RTL drives a net twice: ${name} and another cell.`, 'Give each net one driver.');

/** Cut points of `width` bits: the seams that lie on whole bytes, and more where they are over 64 bits apart. */
function cut(width: number, seams: readonly number[]): readonly number[] {
  const cuts = [0];
  for (const seam of [...new Set(seams), width].sort((a, b) => a - b)) {
    if (seam % 8 !== 0 && seam !== width) continue;
    while (seam - cuts.at(-1)! > wordBits) cuts.push(cuts.at(-1)! + wordBits);
    if (seam > cuts.at(-1)!) cuts.push(seam);
  }
  return cuts;
}

/**
 * Builds the vectors of a netlist that `splitWide` has gone over.
 *
 * @throws CompileError CAM609 where a cell or clock is not supported, a net is missing, or logic feeds itself
 */
export function buildDesign(netlist: Netlist, options: DesignOptions): Design {
  const single = new Set<string>();
  for (;;) {
    const builder = new Builder(netlist, options, single);
    builder.checkCells();
    builder.checkClock();
    try {
      const registerStores = builder.registerStores();
      const observedStores = builder.observedStores();
      const writes = builder.memoryWrites();
      const watch = (options.watched ?? [])
        .map((name) => builder.value(builder.net(name)))
        .reduce((x, y) => builder.v.binary('or', x, y), builder.v.constant(0n, 1));
      return {
        vectors: builder.v,
        inputs: builder.inputs,
        observed: builder.observed,
        registers: builder.registers(),
        storage: builder.storage(),
        memories: builder.memories,
        contents: builder.contents(),
        state: builder.state,
        initial: builder.initial(),
        registerStores,
        observedStores,
        writes,
        watch,
        pages: builder.pages,
      };
    } catch (error) {
      if (!(error instanceof Loop)) throw error;
      // Bits of one vector that feed other bits of it are no loop: try again, bit by bit.
      const parted = error.cells.filter(
        (cell) => cell.type in bitwiseCells && portOf(cell, 'Y').length > 1 && !single.has(cell.name),
      );
      if (parted.length === 0)
        fail(
          'CAM609',
          `The RTL has a combinational loop: ${error.cells.map(({ name }) => name).join(', ')}.`,
          'Put a register into the loop.',
        );
      for (const { name } of parted) single.add(name);
    }
  }
}

/** Bytes that a store takes. */
export const storeBytes = ({ value }: Store): number => bytesFor(value.width);
