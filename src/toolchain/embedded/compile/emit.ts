/**
 * Makes WebAssembly of a planned design: `step(cycles)` runs so many clock cycles, or fewer where a watched net becomes
 * 1, and returns how many.
 *
 * A vector of up to 32 bits lies in an i32, a longer one in an i64. Bits above its width are zeros (`clean`), copies of
 * its top bit (`signed`), or anything (`any`): sums and products need nothing of their operands' upper bits, so most
 * masks never come to be.
 */
import type { Design, Store } from './design.ts';
import { Bytes, encodeModule, integer, opcodes, type ValueType, type WasmFunction, wide } from './encoder.ts';
import { bytesFor } from './layout.ts';
import { type Item, itemVectors, plan, type Plan, type Region } from './plan.ts';
import { type BinaryOp, signed, type Vector } from './vectors.ts';

/** What is known of the bits above a vector's width. */
const any = 0;
const clean = 1;
const signExtended = 2;
const both = clean | signExtended;
type Form = number;

const typeOf = (vector: Vector): ValueType => (vector.width > 32 ? 'i64' : 'i32');
const bitsOf = (type: ValueType): number => (type === 'i64' ? 64 : 32);

/** What each operand should look like, given what the result should. */
function operandForms(vector: Vector, want: Form): readonly Form[] {
  switch (vector.op) {
    case 'eq':
    case 'ult':
    case 'lshr':
    case 'udiv':
    case 'umod':
      return [clean, clean];
    case 'slt':
    case 'sdiv':
    case 'smod':
      return [signExtended, signExtended];
    case 'shl':
      return [any, clean];
    case 'ashr':
      return [signExtended, clean];
    case 'and':
      return want === clean ? [vector.operands[1]!.op === 'const' ? any : clean, any] : [want, want];
    case 'or':
    case 'xor':
      return [want, want];
    case 'extract': {
      const x = vector.operands[0]!;
      return [vector.index + vector.width === x.width ? want : any];
    }
    case 'concat':
      return vector.operands.map((_, i) => (i === vector.operands.length - 1 ? want : clean));
    case 'zext':
    case 'address':
      return [clean];
    case 'sext':
      return [signExtended];
    case 'mux':
      return [clean, want, want];
    default:
      return [any, any];
  }
}

class Emitter {
  private code = new Bytes();
  private readonly locals: ValueType[] = [];
  private readonly local = new Map<Vector, { readonly index: number; readonly form: Form }>();
  private readonly wanted: Uint8Array;
  private readonly plan: Plan;
  /** Ends of registers, in bits, and of the zeros behind them. */
  private readonly padding = new Map<number, number>();

  constructor(private readonly design: Design) {
    this.plan = plan(design);
    const { all } = design.vectors;
    this.wanted = new Uint8Array(all.length);
    for (const place of design.storage)
      this.padding.set(8 * place.offset + place.width, 8 * (place.offset + bytesFor(place.width)));
    for (const store of this.storesIn(this.plan.outermost))
      this.wanted[store.value.id]! |= this.storeForm(store);
    for (let id = all.length - 1; id >= 0; id--) {
      if (this.plan.region[id] === undefined) continue;
      const vector = all[id]!;
      const forms = operandForms(vector, this.preferred(vector));
      vector.operands.forEach((operand, i) => (this.wanted[operand.id]! |= forms[i]!));
    }
  }

  private preferred({ id }: Vector): Form {
    const wanted = this.wanted[id]!;
    return wanted & clean ? clean : wanted;
  }

  private *storesIn(region: Region): Iterable<Store> {
    for (const item of region.items) {
      if (item.kind === 'store') yield item.store;
      else if (item.kind === 'branch') {
        yield* this.storesIn(item.yes);
        yield* this.storesIn(item.no);
      }
    }
  }

  private storeForm({ value }: Store): Form {
    return value.width === 8 * bytesFor(value.width) ? any : clean;
  }

  private constant(type: ValueType, value: bigint): void {
    this.code.byte(integer[type].constant).signed(BigInt.asIntN(bitsOf(type), value));
  }

  private op(opcode: number): void {
    this.code.byte(opcode);
  }

  /** A memory instruction; addresses are not promised to be aligned. */
  private access(opcode: number, offset: number): void {
    this.code.byte(opcode, 0).unsigned(offset);
  }

  /** Puts a vector on the stack in the form that is wanted. */
  private push(vector: Vector, want: Form): Form {
    const local = this.local.get(vector);
    let form: Form;
    if (local) {
      this.code.byte(opcodes.localGet).unsigned(local.index);
      form = local.form;
    } else form = this.compute(vector, want);
    return this.convert(vector, form, want);
  }

  private convert(vector: Vector, form: Form, want: Form): Form {
    const type = typeOf(vector);
    const { width } = vector;
    if (width === bitsOf(type)) return both;
    if (want === clean && !(form & clean)) {
      this.constant(type, (1n << BigInt(width)) - 1n);
      this.op(integer[type].and);
      return clean;
    }
    if (want === signExtended && !(form & signExtended)) {
      if (width === 8) this.op(integer[type].extend8);
      else if (width === 16) this.op(integer[type].extend16);
      else {
        const shift = BigInt(bitsOf(type) - width);
        this.constant(type, shift);
        this.op(integer[type].shl);
        this.constant(type, shift);
        this.op(integer[type].ashr);
      }
      return signExtended;
    }
    return form;
  }

  private compute(vector: Vector, want: Form): Form {
    const { op, operands } = vector;
    const type = typeOf(vector);
    const forms = operandForms(vector, want);
    switch (op) {
      case 'const':
        this.constant(type, want === signExtended ? signed(vector.value, vector.width) : vector.value);
        return want === signExtended ? signExtended : clean;
      case 'read':
        this.constant('i32', 0n);
        return this.load(vector, vector.index, want, () => this.constant('i32', 0n));
      case 'fetch': {
        const address = () => void this.push(operands[0]!, clean);
        address();
        return this.load(vector, vector.index, want, address);
      }
      case 'address': {
        const { offset, stride } = this.design.memories[vector.index]!;
        this.push(operands[0]!, clean);
        this.constant('i32', BigInt(stride));
        this.op(integer.i32.mul);
        this.constant('i32', BigInt(offset));
        this.op(integer.i32.add);
        return both;
      }
      case 'extract':
        return this.extract(vector, forms[0]!);
      case 'concat':
        return this.concat(vector, forms);
      case 'zext':
        this.push(operands[0]!, clean);
        this.widen(operands[0]!, type, false);
        return both;
      case 'sext':
        this.push(operands[0]!, signExtended);
        this.widen(operands[0]!, type, true);
        return signExtended;
      case 'mux': {
        const yes = this.push(operands[1]!, want);
        const no = this.push(operands[2]!, want);
        this.push(operands[0]!, clean);
        this.op(opcodes.select);
        return yes & no;
      }
      case 'shl':
      case 'lshr':
      case 'ashr':
        return this.shift(vector, op);
      default:
        return this.binary(vector, op, forms);
    }
  }

  /** i32 to i64 where the result is one. */
  private widen(from: Vector, to: ValueType, isSigned: boolean): void {
    if (typeOf(from) === to) return;
    this.op(isSigned ? wide.extendSigned : wide.extendUnsigned);
  }

  /** Loads bits from the address on the stack; `again` puts it there once more. */
  private load(vector: Vector, index: number, want: Form, again: () => void): Form {
    const { width } = vector;
    const type = typeOf(vector);
    const offset = Math.floor(index / 8);
    const shift = index % 8;
    const end = shift + width;
    if (end > 64) {
      this.access(integer.i64.load, offset);
      this.constant('i64', BigInt(shift));
      this.op(integer.i64.lshr);
      again();
      this.access(integer.i64.load8u, offset + 8);
      this.constant('i64', BigInt(64 - shift));
      this.op(integer.i64.shl);
      this.op(integer.i64.or);
      return any;
    }
    const size = [8, 16, 32, 64].find((bits) => end <= bits)!;
    const loaded: ValueType = size === 64 ? 'i64' : type;
    const isSigned = want === signExtended && end === size;
    const narrow = integer[loaded];
    const opcode =
      size === bitsOf(loaded)
        ? narrow.load
        : size === 8
          ? isSigned
            ? narrow.load8s
            : narrow.load8u
          : size === 16
            ? isSigned
              ? narrow.load16s
              : narrow.load16u
            : isSigned
              ? wide.load32s
              : wide.load32u;
    this.access(opcode, offset);
    if (shift > 0) {
      this.constant(loaded, BigInt(shift));
      this.op(isSigned ? narrow.ashr : narrow.lshr);
    }
    if (loaded !== type) this.op(wide.wrap);
    if (end === size) return isSigned ? signExtended : clean;
    const zeros = vector.op === 'read' ? this.padding.get(index + width) : undefined;
    return zeros !== undefined && 8 * offset + size <= zeros ? clean : any;
  }

  private extract(vector: Vector, form: Form): Form {
    const x = vector.operands[0]!;
    const from = typeOf(x);
    const got = this.push(x, form);
    if (vector.index > 0) {
      this.constant(from, BigInt(vector.index));
      this.op(form === signExtended ? integer[from].ashr : integer[from].lshr);
    }
    if (from !== typeOf(vector)) this.op(wide.wrap);
    if (vector.index + vector.width !== x.width) return any;
    if (form === signExtended) return signExtended;
    return got & clean;
  }

  private concat(vector: Vector, forms: readonly Form[]): Form {
    const type = typeOf(vector);
    let at = 0;
    let isFirst = true;
    let form: Form = any;
    vector.operands.forEach((part, i) => {
      if (part.op !== 'const' || part.value !== 0n) {
        form = this.push(part, forms[i]!) & (forms[i] === signExtended ? signExtended : clean);
        this.widen(part, type, forms[i] === signExtended);
        if (at > 0) {
          this.constant(type, BigInt(at));
          this.op(integer[type].shl);
        }
        if (!isFirst) this.op(integer[type].or);
        isFirst = false;
      }
      at += part.width;
    });
    return form;
  }

  private shift(vector: Vector, op: 'shl' | 'lshr' | 'ashr'): Form {
    const [x, amount] = vector.operands as [Vector, Vector];
    const type = typeOf(vector);
    // Amounts that the instruction would take modulo its own width.
    const mayExceed = 2 ** amount.width - 1 >= bitsOf(type);
    this.push(x, op === 'shl' ? any : op === 'lshr' ? clean : signExtended);
    this.push(amount, clean);
    if (typeOf(amount) !== type) this.op(type === 'i64' ? wide.extendUnsigned : wide.wrap);
    this.op(integer[type][op]);
    if (mayExceed) {
      if (op === 'ashr') {
        this.push(x, signExtended);
        this.constant(type, BigInt(bitsOf(type) - 1));
        this.op(integer[type].ashr);
      } else this.constant(type, 0n);
      this.push(amount, clean);
      this.constant(typeOf(amount), BigInt(Math.min(bitsOf(type), 2 ** 62)));
      this.op(integer[typeOf(amount)].ult);
      this.op(opcodes.select);
    }
    return op === 'shl' ? any : op === 'lshr' ? clean : signExtended;
  }

  private binary(vector: Vector, op: BinaryOp, forms: readonly Form[]): Form {
    const [a, b] = vector.operands as [Vector, Vector];
    const type = typeOf(a);
    const instruction = integer[type];
    const isZero = b.op === 'const' && b.value === 0n;
    if (op === 'eq' && isZero) {
      this.push(a, clean);
      this.op(instruction.eqz);
      return clean;
    }
    if (op === 'xor' && vector.width === 1 && b.op === 'const') {
      this.push(a, clean);
      this.op(instruction.eqz);
      return clean;
    }
    if (op === 'udiv' || op === 'umod' || op === 'sdiv' || op === 'smod')
      return this.divide(vector, op, forms);
    const left = this.push(a, forms[0]!);
    const right = this.push(b, forms[1]!);
    this.op(instruction[op]);
    switch (op) {
      case 'eq':
      case 'ult':
      case 'slt':
        return clean;
      case 'and':
        return ((left | right) & clean) | (left & right);
      case 'or':
      case 'xor':
        return left & right;
      default:
        return any;
    }
  }

  /** Division by zero, and the one quotient that does not fit, must not trap. */
  private divide(vector: Vector, op: 'udiv' | 'umod' | 'sdiv' | 'smod', forms: readonly Form[]): Form {
    const [a, b] = vector.operands as [Vector, Vector];
    const type = typeOf(vector);
    const instruction = integer[type];
    const isSigned = op === 'sdiv' || op === 'smod';
    this.push(b, forms[1]!);
    this.op(instruction.eqz);
    this.code.byte(opcodes.if, type === 'i64' ? 0x7e : 0x7f);
    this.constant(type, 0n);
    this.op(opcodes.else);
    if (isSigned) {
      this.push(b, forms[1]!);
      this.constant(type, -1n);
      this.op(instruction.eq);
      this.code.byte(opcodes.if, type === 'i64' ? 0x7e : 0x7f);
      this.constant(type, 0n);
      if (op === 'sdiv') {
        this.push(a, forms[0]!);
        this.op(instruction.sub);
      }
      this.op(opcodes.else);
    }
    this.push(a, forms[0]!);
    this.push(b, forms[1]!);
    this.op(instruction[op]);
    if (isSigned) this.op(opcodes.end);
    this.op(opcodes.end);
    return isSigned ? any : clean;
  }

  /** Whether a vector is kept in a local. */
  private isKept(vector: Vector): boolean {
    if (vector.op === 'const' || vector.op === 'read') return false;
    return vector.op === 'address' || this.plan.early.has(vector) || this.plan.uses[vector.id]! > 1;
  }

  /** Computes the kept vectors of `region` that the items need, before the code that needs them. */
  private prepare(region: Region, items: readonly Item[]): void {
    const seen = new Set<Vector>();
    const visit = (vector: Vector): void => {
      if (seen.has(vector) || this.local.has(vector)) return;
      seen.add(vector);
      for (const operand of vector.operands) visit(operand);
      if (this.plan.region[vector.id] === region && this.isKept(vector)) this.keep(vector);
    };
    const visitItems = (list: readonly Item[]): void => {
      for (const item of list) {
        for (const vector of itemVectors(item)) visit(vector);
        if (item.kind === 'branch') {
          visitItems(item.yes.items);
          visitItems(item.no.items);
        }
      }
    };
    visitItems(items);
  }

  private keep(vector: Vector): void {
    const want = this.preferred(vector);
    const form = this.convert(vector, this.compute(vector, want), want);
    const index = this.locals.length;
    this.locals.push(typeOf(vector));
    this.code.byte(opcodes.localSet).unsigned(index);
    this.local.set(vector, { index, form: vector.width === bitsOf(typeOf(vector)) ? both : form });
  }

  private run(region: Region, items: readonly Item[]): void {
    for (const item of items) {
      this.prepare(region, [item]);
      if (item.kind === 'store') this.store(item.store);
      else if (item.kind === 'branch') this.branch(item);
      else this.write(item.write);
    }
  }

  private branch({ condition, yes, no }: Extract<Item, { kind: 'branch' }>): void {
    if (yes.items.length === 0 && no.items.length === 0) return;
    this.push(condition, clean);
    const [first, second] = yes.items.length > 0 ? [yes, no] : [no, yes];
    if (first === no) this.op(integer.i32.eqz);
    this.code.byte(opcodes.if, 0x40);
    this.run(first, first.items);
    if (second.items.length > 0) {
      this.op(opcodes.else);
      this.run(second, second.items);
    }
    this.op(opcodes.end);
  }

  /** Register stores go to the copy of the state that becomes current at the edge. */
  private store(store: Store): void {
    const { state } = this.design;
    const { value } = store;
    const isState = store.offset >= state.offset && store.offset < state.next;
    this.constant('i32', 0n);
    this.push(value, this.storeForm(store));
    this.storeBytes(value, isState ? store.offset + state.bytes : store.offset);
  }

  private storeBytes(value: Vector, offset: number): void {
    const type = typeOf(value);
    const bytes = bytesFor(value.width);
    const opcode =
      8 * bytes === bitsOf(type)
        ? integer[type].store
        : bytes === 1
          ? integer[type].store8
          : bytes === 2
            ? integer[type].store16
            : wide.store32;
    this.access(opcode, offset);
  }

  private write({ address, chunks }: Extract<Item, { kind: 'write' }>['write']): void {
    for (const { index, value, mask } of chunks) {
      const offset = index / 8;
      this.push(address, clean);
      if (mask === undefined) this.push(value, clean);
      else {
        // old ^ ((old ^ new) & mask)
        const type = typeOf(value);
        const old = () => {
          this.push(address, clean);
          this.load({ ...value, op: 'fetch' }, index, any, () => undefined);
        };
        old();
        old();
        this.push(value, clean);
        this.op(integer[type].xor);
        this.push(mask, clean);
        this.op(integer[type].and);
        this.op(integer[type].xor);
      }
      this.storeBytes(value, offset);
    }
  }

  /** One cycle: result is whether a watched net is 1. */
  private cycle(): WasmFunction {
    const { outermost, writes } = this.plan;
    this.run(outermost, outermost.items);
    // Everything that writes need, before the first of them.
    this.prepare(outermost, writes);
    this.prepare(outermost, [{ kind: 'store', store: { offset: 0, value: this.design.watch } }]);
    this.run(outermost, writes);
    this.push(this.design.watch, clean);
    const { offset, bytes, next } = this.design.state;
    this.constant('i32', BigInt(offset));
    this.constant('i32', BigInt(next));
    this.constant('i32', BigInt(bytes));
    this.code.byte(0xfc).unsigned(10).byte(0, 0);
    return { parameters: [], result: 'i32', locals: this.locals, body: this.code.done() };
  }

  module(): Uint8Array<ArrayBuffer> {
    return encodeModule([this.cycle(), step], this.design.pages);
  }
}

/** step(cycles): calls `cycle` until it has run so often or tells to stop; returns the number of cycles. */
const step: WasmFunction = {
  parameters: ['i32'],
  result: 'i32',
  locals: ['i32'],
  body: new Bytes()
    .byte(opcodes.loop, 0x40)
    .byte(opcodes.localGet, 1, integer.i32.constant, 1, integer.i32.add, opcodes.localSet, 1)
    .byte(opcodes.call, 0, integer.i32.eqz)
    .byte(opcodes.localGet, 1, opcodes.localGet, 0, integer.i32.ult, integer.i32.and, opcodes.brIf, 0)
    .byte(opcodes.end, opcodes.localGet, 1)
    .done(),
  exported: 'step',
};

/** The design as a WebAssembly module. Imports nothing; exports `memory` and `step`. */
export function emitModule(design: Design): Uint8Array<ArrayBuffer> {
  return new Emitter(design).module();
}
