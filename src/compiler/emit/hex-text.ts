/** Hexadecimal text of whole memories and long traces, built as bytes: strings per word would take longest of all. */

const digits = Uint8Array.from('0123456789abcdef', (c) => c.charCodeAt(0));
const [space, newline] = [32, 10];

export class HexText {
  #text = new Uint8Array(2 ** 16);
  #length = 0;

  /** Bytes `from` ... `to` in two's complement as one number, the first byte lowest. */
  bytes(values: Int8Array | Uint8Array, from = 0, to = values.length): this {
    this.#reserve(2 * (to - from));
    for (let i = to - 1; i >= from; i--) {
      const byte = values[i]! & 255;
      this.#text[this.#length++] = digits[byte >> 4]!;
      this.#text[this.#length++] = digits[byte & 15]!;
    }
    return this;
  }

  /** A number from 0 to 2^53, without leading zeros. */
  number(value: number): this {
    const text = value.toString(16);
    this.#reserve(text.length);
    for (let i = 0; i < text.length; i++) this.#text[this.#length++] = text.charCodeAt(i);
    return this;
  }

  space(): this {
    return this.#byte(space);
  }

  endLine(): this {
    return this.#byte(newline);
  }

  toString(): string {
    return new TextDecoder().decode(this.#text.subarray(0, this.#length));
  }

  #byte(code: number): this {
    this.#reserve(1);
    this.#text[this.#length++] = code;
    return this;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#text.length) return;
    const larger = new Uint8Array(2 * (this.#length + bytes));
    larger.set(this.#text.subarray(0, this.#length));
    this.#text = larger;
  }
}
