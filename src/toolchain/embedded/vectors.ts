/** The test bench's files (`src/compiler/emit/test-vectors.ts` writes them, `camber_tb.v` describes them), read. */
import { testVectorFiles } from '../../compiler/emit/test-vectors.ts';
import { parseHexWords } from './machine.ts';

export interface RunVector {
  readonly classSelect: number;
  readonly beats: number;
  readonly operations: number;
  readonly activationWrites: number;
  readonly maskWrites: number;
  readonly scores: number;
  readonly mapValues: number;
  readonly topClass: number;
  readonly classUsed: number;
  readonly inferenceCycles: number;
  readonly explanationCycles: number;
}

/** Writes in order: address, and `bytes` bytes of data. */
export interface WriteVectors {
  readonly addresses: Uint32Array;
  readonly data: Uint8Array;
  readonly bytes: number;
}

export interface BenchVectors {
  readonly runs: readonly RunVector[];
  readonly beats: Uint32Array;
  readonly starts: Uint32Array;
  readonly activations: WriteVectors;
  readonly masks: WriteVectors;
  readonly results: Uint32Array;
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');
const words = (text: string): Uint32Array =>
  Uint32Array.from(lines(text), (line) => Number.parseInt(line, 16));

function writes(text: string, width: number): WriteVectors {
  const rows = lines(text).map((line) => line.split(' '));
  const { data, bytes } = parseHexWords(rows.map(([, word]) => `${word}\n`).join(''), width);
  return { addresses: Uint32Array.from(rows, ([address]) => Number.parseInt(address!, 16)), data, bytes };
}

function runOf(line: string): RunVector {
  const n = line.split(' ').map((word) => Number.parseInt(word, 16));
  return {
    classSelect: n[0]!,
    beats: n[1]!,
    operations: n[2]!,
    activationWrites: n[3]!,
    maskWrites: n[4]!,
    scores: n[5]!,
    mapValues: n[6]!,
    topClass: n[7]!,
    classUsed: n[8]!,
    inferenceCycles: n[9]!,
    explanationCycles: n[10]!,
  };
}

/**
 * @param files by name
 * @param activationBits width of a word of the activation memory
 * @param maskBits width of a word of the mask memory
 */
export function readVectors(
  files: ReadonlyMap<string, string>,
  activationBits: number,
  maskBits: number,
): BenchVectors {
  const text = (name: keyof typeof testVectorFiles) => files.get(testVectorFiles[name]) ?? '';
  return {
    runs: lines(text('runs')).map(runOf),
    beats: words(text('image')),
    starts: words(text('starts')),
    activations: writes(text('activationWrites'), activationBits),
    masks: writes(text('maskWrites'), maskBits),
    results: words(text('results')),
  };
}
