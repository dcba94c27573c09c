import { type Diagnostic, diagnostic } from '../diagnostics.ts';
import { walkRange } from './walk.ts';
import type { LoweredOperation } from './lowering.ts';
import type { ImageLayout, MemoryDepths } from './operation.ts';
import { levels } from './operation.ts';

/** What the engine's counters and address registers hold (the control ROM's fields are as wide). */
export const engineLimits = {
  /** Words of any memory: 16-bit addresses. */
  words: 2 ** 16,
  /** Turns of one loop: 12-bit counters. */
  count: 2 ** 12,
  /** Window coordinates: 12 bits, signed. */
  coordinate: 2 ** 11,
  /** Output channels of an operation: 16 bits. */
  channels: 2 ** 16 - 1,
  /** Classes: 12 bits in the class registers. */
  classes: 2 ** 12,
  /** Channels of the image: as many bytes as a beat of the stream has. */
  imageChannels: 4,
  /** Rows of the image, and its columns with those that a packed word needs beyond them: 12-bit counters. */
  imageSide: 2 ** 12,
  /** Operations: records of 20 words after the header in a control ROM of 2 ** 16 words. */
  operations: Math.floor(2 ** 16 / 20) - 1,
} as const;

/** What to do where nothing more is known (`advise-array.ts` names the array that would do). */
export const limitHint = 'Choose a larger array, a smaller input or a smaller model.';

/** Every memory deeper than the engine can address. */
export function checkDepths(depths: MemoryDepths): Diagnostic[] {
  return Object.entries(depths)
    .filter(([, words]) => words > engineLimits.words)
    .map(([memory, words]) =>
      diagnostic(
        'CAM501',
        `The ${memory} memory needs ${words} words; the engine addresses ${engineLimits.words}.`,
        limitHint,
      ),
    );
}

/** What no array of this engine has registers for: too many classes, too many channels of the image. */
export function checkRegisters(classes: number, { channels }: Pick<ImageLayout, 'channels'>): Diagnostic[] {
  const found: Diagnostic[] = [];
  if (classes > engineLimits.classes) {
    const text = `The model has ${classes} classes; the engine's class registers count to ${engineLimits.classes}.`;
    found.push(diagnostic('CAM501', text, `Choose a model of at most ${engineLimits.classes} classes.`));
  }
  if (channels > engineLimits.imageChannels) {
    const text = `The image has ${channels} channels; the engine's input stage takes ${engineLimits.imageChannels}.`;
    const hint = `Choose a model whose input has 1 to ${engineLimits.imageChannels} channels.`;
    found.push(diagnostic('CAM501', text, hint));
  }
  return found;
}

/** An image with more rows or columns than the input stage counts. */
export function checkImage({ width, height, pack }: ImageLayout): Diagnostic[] {
  const most = engineLimits.imageSide;
  if (width + pack - 1 <= most && height <= most) return [];
  const text = `The image has ${height} x ${width} pixels; the engine's input stage counts to ${most}.`;
  return [diagnostic('CAM501', text, 'Choose a smaller input.')];
}

/** Every layer with a loop or a window beyond the engine's counters, and a network of too many operations. */
export function checkLoops(operations: readonly LoweredOperation[]): Diagnostic[] {
  const found = new Map<string, Diagnostic>();
  const refuse = (layer: string, text: string) =>
    found.set(layer, diagnostic('CAM501', `Layer ${layer} ${text}.`, limitHint));
  for (const { layer, counts, y, x, output } of operations) {
    counts.forEach((count, level) => {
      if (count > engineLimits.count)
        refuse(
          layer,
          `needs ${count} turns of its ${levels[level]} loop; the engine counts to ${engineLimits.count}`,
        );
    });
    if (output.channels > engineLimits.channels)
      refuse(layer, `has ${output.channels} channels; the engine counts to ${engineLimits.channels}`);
    const [left, right] = walkRange(x.walk, counts);
    const [top, bottom] = walkRange(y.walk, counts);
    const size = Math.max(y.limit, x.limit, right, bottom, -left, -top);
    if (size >= engineLimits.coordinate)
      refuse(
        layer,
        `reads an input ${size} wide or high, its padding counted in; the engine's limit is ${engineLimits.coordinate - 1}`,
      );
  }
  const problems = [...found.values()];
  if (operations.length > engineLimits.operations) {
    const text = `The network takes ${operations.length} operations; the control ROM holds ${engineLimits.operations}.`;
    problems.push(diagnostic('CAM501', text, limitHint));
  }
  return problems;
}
