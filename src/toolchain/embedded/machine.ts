/** A compiled netlist at work: inputs go in, clock cycles pass, observed nets come out. */
import type { CompiledNetlist, Layout } from './compile/compile.ts';
import type { Place } from './compile/layout.ts';

/** Words of a memory, the first byte lowest; `stride` bytes each. */
export interface MemoryImage {
  readonly words: number;
  /** Whole bytes per word. */
  readonly bytes: number;
  readonly data: Uint8Array;
}

type Step = (cycles: number) => number;

const nibble = (code: number): number => (code <= 57 ? code - 48 : (code | 32) - 87);

/** A file of hexadecimal words, one a line, as $readmemh takes it: `width` bits of each word count. */
export function parseHexWords(text: string, width: number): MemoryImage {
  const lines = text.split('\n').filter((line) => line !== '');
  const bytes = Math.ceil(width / 8);
  const data = new Uint8Array(lines.length * bytes);
  lines.forEach((line, word) => {
    const digits = line.trimEnd();
    for (let i = 0, at = digits.length - 1; at >= 0 && i < 2 * bytes; i++, at--)
      data[word * bytes + (i >> 1)]! |= nibble(digits.charCodeAt(at)) << (4 * (i & 1));
  });
  return { words: lines.length, bytes, data };
}

export class Machine {
  readonly layout: Layout;
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  /** Runs up to so many cycles; ends after one in which a watched net was 1. Returns how many were run. */
  readonly step: Step;

  constructor({ wasm, layout }: CompiledNetlist) {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm));
    const { buffer } = exports['memory'] as WebAssembly.Memory;
    this.layout = layout;
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.step = exports['step'] as Step;
    const { offset, bytes, next } = layout.state;
    for (const [at, byte] of layout.initial) this.bytes[at] = byte;
    this.bytes.copyWithin(next, offset, offset + bytes);
  }

  /** Fills a memory from its first word on. */
  load(memory: string, image: MemoryImage, first = 0): void {
    const place = this.layout.memories.find(({ name }) => name === memory)!;
    const words = Math.min(image.words, place.size - first);
    for (let word = 0; word < words; word++)
      this.bytes.set(
        image.data.subarray(word * image.bytes, (word + 1) * image.bytes),
        place.offset + (first + word) * place.stride,
      );
  }

  /** Sets an input of up to 32 bits. */
  input(name: string): (value: number) => void {
    const { offset, width } = this.layout.inputs.get(name)!;
    const { view } = this;
    if (width <= 8) return (value) => view.setUint8(offset, value);
    if (width <= 16) return (value) => view.setUint16(offset, value, true);
    return (value) => view.setUint32(offset, value, true);
  }

  /** Reads an observed net of up to 32 bits, as it was when the last cycle ended. */
  observed(name: string): () => number {
    return this.reader(this.layout.observed.get(name)!);
  }

  reader({ offset, width }: Place): () => number {
    const { view } = this;
    if (width <= 8) return () => view.getUint8(offset);
    if (width <= 16) return () => view.getUint16(offset, true);
    return () => view.getUint32(offset, true);
  }

  /** The bytes of an observed net. */
  observedBytes(name: string): Uint8Array {
    const { offset, width } = this.layout.observed.get(name)!;
    return this.bytes.subarray(offset, offset + Math.ceil(width / 8));
  }
}
