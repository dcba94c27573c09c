/**
 * Memory images: what the RTL reads with $readmemh. Everything that belongs to a model is in these files;
 * the Verilog text depends on the array shape and the memory depths only.
 */
import { fail } from '../diagnostics.ts';
import { multiplierBits } from '../quantize/semantics.ts';
import type { ChannelParameters, EngineShape, Schedule } from '../schedule/operation.ts';
import {
  type BuildOptions,
  encodeSchedule,
  packFields,
  parameterFields,
  recordWords,
  romWordBits,
} from './encode-operation.ts';
import { HexText } from './hex-text.ts';

/** File names, as in the parameters of `camber_top`. */
export const imageFiles = {
  control: 'control.hex',
  weights: 'weights.hex',
  upperWeights: 'weights_upper.hex',
  parameters: 'parameters.hex',
  tables: 'tables.hex',
} as const;

const isSquare = ({ rows, columns }: EngineShape) => rows === columns;

/** The files that a build for an array has: the second bank of weights only where it is two squares side by side. */
export const imageFileNames = (shape: EngineShape): readonly string[] =>
  Object.values(imageFiles).filter((file) => file !== imageFiles.upperWeights || !isSquare(shape));

const parameterBits = parameterFields.reduce((sum, [, bits]) => sum + bits, 0);

function hexWord(value: bigint, bits: number): string {
  return value.toString(16).padStart(Math.ceil(bits / 4), '0');
}

const lines = (words: readonly string[]) => words.map((word) => `${word}\n`).join('');

/** Control ROM: 20 words of 64 bits per record, lowest bits first. */
function controlImage(schedule: Schedule, options: BuildOptions): string {
  const mask = (1n << BigInt(romWordBits)) - 1n;
  return lines(
    encodeSchedule(schedule, options).flatMap((record) =>
      Array.from({ length: recordWords }, (_, i) =>
        hexWord((record >> BigInt(i * romWordBits)) & mask, romWordBits),
      ),
    ),
  );
}

/** A bank of the weight memory: R * R bytes per word, w[r][c] at byte r * R + c. */
function weightsImage({ shape: { rows, columns }, weightWords }: Schedule, bank: number): string {
  const block = rows * rows;
  const text = new HexText();
  for (let at = bank * block; at < weightWords.length; at += rows * columns)
    text.bytes(weightWords, at, at + block).endLine();
  return text.toString();
}

function encodeParameters(p: ChannelParameters, index: number): bigint {
  if (p.shift < 1) {
    fail(
      'CAM501',
      `Requantisation parameter ${index} shifts by ${p.shift} bits.`,
      'Rounding shifts are at least 1: report this as a fault of the quantiser.',
    );
  }
  return packFields(
    parameterFields,
    {
      bias: p.bias,
      multiplier: p.multiplier,
      shift_minus_1: p.shift - 1,
      // Signed where it is a slope.
      residual_multiplier: BigInt.asUintN(multiplierBits, BigInt(p.residualMultiplier)),
      residual_shift: p.residualShift,
    },
    `Requantisation parameter ${index}`,
  );
}

/** Parameter memory: L channels per word, the first one lowest. */
function parametersImage({ shape, parameters }: Schedule): string {
  const words: string[] = [];
  for (let first = 0; first < parameters.length; first += shape.lanes) {
    let word = 0n;
    parameters.slice(first, first + shape.lanes).forEach((p, lane) => {
      word |= encodeParameters(p, first + lane) << BigInt(lane * parameterBits);
    });
    words.push(hexWord(word, shape.lanes * parameterBits));
  }
  return lines(words);
}

/** Table memory: one entry of 16 bits per word. */
function tablesImage({ tables }: Schedule): string {
  // The test bench's own memory is there even where the accelerator's is not.
  const entries = tables.length > 0 ? tables : new Int16Array(1);
  return lines(Array.from(entries, (entry) => hexWord(BigInt.asUintN(16, BigInt(entry)), 16)));
}

/** The memory images of a schedule: file name to contents. Throws CAM501 where something is too large for the hardware. */
export function memoryImages(schedule: Schedule, options: BuildOptions): Map<string, string> {
  return new Map([
    [imageFiles.control, controlImage(schedule, options)],
    [imageFiles.weights, weightsImage(schedule, 0)],
    ...(isSquare(schedule.shape) ? [] : [[imageFiles.upperWeights, weightsImage(schedule, 1)] as const]),
    [imageFiles.parameters, parametersImage(schedule)],
    [imageFiles.tables, tablesImage(schedule)],
  ]);
}
