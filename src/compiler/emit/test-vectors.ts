/**
 * What the test bench (`src/rtl/sim/camber_tb.v`, which describes the files) feeds to the accelerator and expects
 * from it: images, every write to activation and mask memory in order, every result word, the cycle of every
 * operation's first issue and the cycle counters, all taken from the schedule and its interpreter.
 */
import type { InterpreterResult } from '../schedule/interpreter.ts';
import type { Schedule } from '../schedule/operation.ts';
import { HexText } from './hex-text.ts';

/** One run of the accelerator: an image, the class to explain (the highest score where absent) and what must come out. */
export interface TestRun {
  /** Height x width x channels, as the input stream carries them. */
  readonly pixels: Uint8Array | Int8Array;
  readonly fixedClass?: number;
  readonly expected: InterpreterResult;
}

/** Files of the test bench, beside the memory images. */
export const testVectorFiles = {
  runs: 'runs.hex',
  image: 'image.hex',
  starts: 'starts.hex',
  activationWrites: 'activation_writes.hex',
  maskWrites: 'mask_writes.hex',
  results: 'results.hex',
} as const;

/** First of the largest scores. */
function topClass(scores: Int32Array): number {
  return scores.reduce((best, score, i) => (score > scores[best]! ? i : best), 0);
}

/** 32-bit beats, a line each, the first byte lowest, the last beat filled up with zeros. Returns how many. */
function writeBeats(pixels: Uint8Array | Int8Array, text: HexText): number {
  const padded = new Int8Array(Math.ceil(pixels.length / 4) * 4);
  padded.set(pixels);
  for (let i = 0; i < padded.length; i += 4) text.bytes(padded, i, i + 4).endLine();
  return padded.length / 4;
}

/** One line per write: address and word. Returns how many. */
function writeActivations({ operations }: InterpreterResult, rows: number, text: HexText): number {
  for (const { addresses, bytes } of operations) {
    addresses.forEach((address, i) =>
      text
        .number(address)
        .space()
        .bytes(bytes, i * rows, (i + 1) * rows)
        .endLine(),
    );
  }
  return operations.reduce((sum, { addresses }) => sum + addresses.length, 0);
}

function writeMasks({ operations }: InterpreterResult, columns: number, text: HexText): number {
  for (const { maskAddresses, maskBits } of operations) {
    maskAddresses.forEach((address, i) => {
      // At most 32 columns: a double holds the word.
      let word = 0;
      for (let column = columns - 1; column >= 0; column--) word = 2 * word + maskBits[i * columns + column]!;
      text.number(address).space().number(word).endLine();
    });
  }
  return operations.reduce((sum, { maskAddresses }) => sum + maskAddresses.length, 0);
}

/** Numbers as 32 bits, a line each. */
function writeNumbers(values: Iterable<number>, text: HexText): void {
  for (const value of values) text.number(value >>> 0).endLine();
}

/** The test bench's files for a series of runs: file name to contents. */
export function testVectors(schedule: Schedule, runs: readonly TestRun[]): Map<string, string> {
  const { shape, cycles, operations } = schedule;
  const files = Object.fromEntries(
    Object.keys(testVectorFiles).map((name) => [name, new HexText()]),
  ) as Record<keyof typeof testVectorFiles, HexText>;
  for (const { pixels, fixedClass, expected } of runs) {
    const beats = writeBeats(pixels, files.image);
    const activations = writeActivations(expected, shape.rows, files.activationWrites);
    const masks = writeMasks(expected, shape.columns, files.maskWrites);
    const top = topClass(expected.scores);
    const run = [
      fixedClass === undefined ? 0 : 2 ** 31 + fixedClass,
      beats,
      operations.length,
      activations,
      masks,
      expected.scores.length,
      expected.map.length,
      top,
      fixedClass ?? top,
      cycles.inference,
      cycles.explanation,
    ];
    run.forEach((value, i) => (i > 0 ? files.runs.space() : files.runs).number(value));
    files.runs.endLine();
    writeNumbers(
      operations.map(({ start }) => start),
      files.starts,
    );
    writeNumbers(expected.scores, files.results);
    writeNumbers(expected.map, files.results);
  }
  return new Map(
    Object.entries(testVectorFiles).map(([name, file]) => [
      file,
      files[name as keyof typeof testVectorFiles].toString(),
    ]),
  );
}
