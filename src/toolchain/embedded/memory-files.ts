/** Memory images on their way past Yosys. */
import { one, type Bits } from './compile/netlist.ts';
import type { MemoryImage } from './machine.ts';

/**
 * Memory images are not shown to Yosys, which is slow with large ones; a placeholder of one word tells which memory
 * reads which file. The word is this number plus the file's place in the list, cut to the memory's width.
 */
const placeholder = 0xca3b_e2a1_0000_0000n;

export const placeholderFile = (index: number): string =>
  `${(placeholder + BigInt(index + 1)).toString(16)}\n`;

/** The file that initial contents stand for, or undefined where they are the memory's own. */
export function placeholderIndex(bits: Bits, width: number, files: number): number | undefined {
  if (bits.length !== width) return undefined;
  const value = bits.reduceRight((sum, bit) => (sum << 1n) | BigInt(bit === one), 0n);
  return Array.from({ length: files }, (_, i) => i).find(
    (i) => BigInt.asUintN(width, placeholder + BigInt(i + 1)) === value,
  );
}

/** Initial contents of a memory that the Verilog itself gives. */
export function imageOf(bits: Bits, width: number): MemoryImage {
  const bytes = Math.ceil(width / 8);
  const words = bits.length / width;
  const data = new Uint8Array(words * bytes);
  bits.forEach((bit, i) => {
    if (bit === one) data[Math.floor(i / width) * bytes + ((i % width) >> 3)]! |= 1 << ((i % width) & 7);
  });
  return { words, bytes, data };
}
