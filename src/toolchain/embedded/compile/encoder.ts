/** Bytes of a WebAssembly module: https://webassembly.github.io/spec/core/binary/ */

const valueTypes = { i32: 0x7f, i64: 0x7e } as const;
export type ValueType = keyof typeof valueTypes;

export const opcodes = {
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  brIf: 0x0d,
  call: 0x10,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
} as const;

interface Arithmetic {
  readonly load: number;
  readonly load8s: number;
  readonly load8u: number;
  readonly load16s: number;
  readonly load16u: number;
  readonly store: number;
  readonly store8: number;
  readonly store16: number;
  readonly constant: number;
  readonly eqz: number;
  readonly eq: number;
  readonly ne: number;
  readonly slt: number;
  readonly ult: number;
  readonly add: number;
  readonly sub: number;
  readonly mul: number;
  readonly sdiv: number;
  readonly udiv: number;
  readonly smod: number;
  readonly umod: number;
  readonly and: number;
  readonly or: number;
  readonly xor: number;
  readonly shl: number;
  readonly ashr: number;
  readonly lshr: number;
  readonly extend8: number;
  readonly extend16: number;
}

/** Instructions that exist for both integer types. */
export const integer: Readonly<Record<ValueType, Arithmetic>> = {
  i32: {
    ...{ load: 0x28, load8s: 0x2c, load8u: 0x2d, load16s: 0x2e, load16u: 0x2f },
    ...{ store: 0x36, store8: 0x3a, store16: 0x3b, constant: 0x41 },
    ...{ eqz: 0x45, eq: 0x46, ne: 0x47, slt: 0x48, ult: 0x49 },
    ...{ add: 0x6a, sub: 0x6b, mul: 0x6c, sdiv: 0x6d, udiv: 0x6e, smod: 0x6f, umod: 0x70 },
    ...{ and: 0x71, or: 0x72, xor: 0x73, shl: 0x74, ashr: 0x75, lshr: 0x76 },
    ...{ extend8: 0xc0, extend16: 0xc1 },
  },
  i64: {
    ...{ load: 0x29, load8s: 0x30, load8u: 0x31, load16s: 0x32, load16u: 0x33 },
    ...{ store: 0x37, store8: 0x3c, store16: 0x3d, constant: 0x42 },
    ...{ eqz: 0x50, eq: 0x51, ne: 0x52, slt: 0x53, ult: 0x54 },
    ...{ add: 0x7c, sub: 0x7d, mul: 0x7e, sdiv: 0x7f, udiv: 0x80, smod: 0x81, umod: 0x82 },
    ...{ and: 0x83, or: 0x84, xor: 0x85, shl: 0x86, ashr: 0x87, lshr: 0x88 },
    ...{ extend8: 0xc2, extend16: 0xc3 },
  },
};

/** Instructions of 64-bit integers alone, and conversions. */
export const wide = {
  load32s: 0x34,
  load32u: 0x35,
  store32: 0x3e,
  extend32: 0xc4,
  wrap: 0xa7,
  extendSigned: 0xac,
  extendUnsigned: 0xad,
} as const;

/** A growing row of bytes. */
export class Bytes {
  private buffer = new Uint8Array(1 << 12);
  length = 0;

  private grow(by: number): void {
    if (this.length + by <= this.buffer.length) return;
    const larger = new Uint8Array(2 * Math.max(this.buffer.length, by));
    larger.set(this.buffer.subarray(0, this.length));
    this.buffer = larger;
  }

  byte(...bytes: readonly number[]): this {
    this.grow(bytes.length);
    for (const byte of bytes) this.buffer[this.length++] = byte;
    return this;
  }

  append(bytes: Uint8Array): this {
    this.grow(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
    return this;
  }

  unsigned(value: number): this {
    while (value >= 128) {
      this.byte((value % 128) | 128);
      value = Math.floor(value / 128);
    }
    return this.byte(value);
  }

  signed(value: bigint): this {
    for (;;) {
      const low = Number(value & 127n);
      value >>= 7n;
      if ((value === 0n && low < 64) || (value === -1n && low >= 64)) return this.byte(low);
      this.byte(low | 128);
    }
  }

  text(text: string): this {
    const bytes = new TextEncoder().encode(text);
    return this.unsigned(bytes.length).append(bytes);
  }

  done(): Uint8Array<ArrayBuffer> {
    return this.buffer.slice(0, this.length);
  }
}

export interface WasmFunction {
  readonly parameters: readonly ValueType[];
  readonly result?: ValueType;
  /** Types of the locals behind the parameters. */
  readonly locals: readonly ValueType[];
  /** Instructions without the closing `end`. */
  readonly body: Uint8Array;
  readonly exported?: string;
}

const section = (id: number, content: Bytes): Uint8Array =>
  new Bytes().byte(id).unsigned(content.length).append(content.done()).done();

function list(items: readonly Uint8Array[]): Bytes {
  const bytes = new Bytes().unsigned(items.length);
  for (const item of items) bytes.append(item);
  return bytes;
}

function codeOf({ locals, body }: WasmFunction): Uint8Array {
  const groups: { type: ValueType; count: number }[] = [];
  for (const type of locals) {
    const last = groups.at(-1);
    if (last?.type === type) last.count++;
    else groups.push({ type, count: 1 });
  }
  const code = list(
    groups.map(({ type, count }) => new Bytes().unsigned(count).byte(valueTypes[type]).done()),
  );
  code.append(body).byte(opcodes.end);
  return new Bytes().unsigned(code.length).append(code.done()).done();
}

/** A module with one memory, exported as `memory`, and these functions. */
export function encodeModule(functions: readonly WasmFunction[], pages: number): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters, result }) => {
    const bytes = new Bytes().byte(0x60).unsigned(parameters.length);
    for (const type of parameters) bytes.byte(valueTypes[type]);
    return (result ? bytes.byte(1, valueTypes[result]) : bytes.byte(0)).done();
  });
  const exports = [
    new Bytes().text('memory').byte(2, 0).done(),
    ...functions.flatMap(({ exported }, i) =>
      exported === undefined ? [] : [new Bytes().text(exported).byte(0).unsigned(i).done()],
    ),
  ];
  return new Bytes()
    .byte(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)
    .append(section(1, list(types)))
    .append(section(3, list(functions.map((_, i) => new Bytes().unsigned(i).done()))))
    .append(section(5, list([new Bytes().byte(0).unsigned(pages).done()])))
    .append(section(7, list(exports)))
    .append(section(10, list(functions.map(codeOf))))
    .done();
}
