/**
 * What the test bench (`src/rtl/sim/camber_tb.v`, which describes the files) feeds to the accelerator and expects
 * from it: images, every write to activation and mask memory in order, every result word, the cycle of every
 * operation's first issue and the cycle counters, all taken from the schedule and its interpreter.
 */
import type { InterpreterResult } from '../schedule/interpreter.ts';
import type { Schedule } from '../schedule/operation.ts';
import { hexBytes } from './images.ts';

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

const hex = (value: number) => (value >>> 0).toString(16);

/** First of the largest scores. */
function topClass(scores: Int32Array): number {
  return scores.reduce((best, score, i) => (score > scores[best]! ? i : best), 0);
}

/** 32-bit beats, the first byte lowest, the last beat filled up with zeros. */
function beats(pixels: Uint8Array | Int8Array): string[] {
  const words: string[] = [];
  for (let i = 0; i < pixels.length; i += 4) {
    const beat = new Uint8Array(4);
    pixels.subarray(i, i + 4).forEach((byte, n) => (beat[n] = byte));
    words.push(hexBytes(beat));
  }
  return words;
}

/** One line per write: address and word. */
function activationWrites({ operations }: InterpreterResult, rows: number): string[] {
  return operations.flatMap(({ addresses, bytes }) =>
    Array.from(
      addresses,
      (address, i) => `${hex(address)} ${hexBytes(bytes.subarray(i * rows, (i + 1) * rows))}`,
    ),
  );
}

function maskWrites({ operations }: InterpreterResult, columns: number): string[] {
  return operations.flatMap(({ maskAddresses, maskBits }) =>
    Array.from(maskAddresses, (address, i) => {
      const bits = maskBits.subarray(i * columns, (i + 1) * columns);
      const word = bits.reduceRight((value, bit) => value * 2n + BigInt(bit), 0n);
      return `${hex(address)} ${word.toString(16)}`;
    }),
  );
}

/** The test bench's files for a series of runs: file name to contents. */
export function testVectors(schedule: Schedule, runs: readonly TestRun[]): Map<string, string> {
  const { shape, cycles, operations } = schedule;
  const files = Object.fromEntries(
    Object.keys(testVectorFiles).map((name) => [name, [] as string[]]),
  ) as Record<keyof typeof testVectorFiles, string[]>;
  for (const { pixels, fixedClass, expected } of runs) {
    const image = beats(pixels);
    const activation = activationWrites(expected, shape.rows);
    const mask = maskWrites(expected, shape.columns);
    const top = topClass(expected.scores);
    const run = [
      fixedClass === undefined ? 0 : 2 ** 31 + fixedClass,
      image.length,
      operations.length,
      activation.length,
      mask.length,
      expected.scores.length,
      expected.map.length,
      top,
      fixedClass ?? top,
      cycles.inference,
      cycles.explanation,
    ];
    files.runs.push(run.map(hex).join(' '));
    files.image.push(...image);
    files.starts.push(...operations.map(({ start }) => hex(start)));
    for (const line of activation) files.activationWrites.push(line);
    for (const line of mask) files.maskWrites.push(line);
    files.results.push(...Array.from(expected.scores, hex), ...Array.from(expected.map, hex));
  }
  return new Map(
    Object.entries(testVectorFiles).map(([name, file]) => [
      file,
      files[name as keyof typeof testVectorFiles].map((line) => `${line}\n`).join(''),
    ]),
  );
}
