import { type Diagnostic, diagnostic } from '../diagnostics.ts';
import type { LoweredOperation } from './lowering.ts';
import type { MemoryDepths } from './operation.ts';
import { levels } from './operation.ts';

/** What the engine's counters and address registers hold (the control ROM's fields are as wide). */
export const engineLimits = {
  /** Words of any memory: 16-bit addresses. */
  words: 2 ** 16,
  /** Turns of one loop: 12-bit counters. */
  count: 2 ** 12,
  /** Window coordinates: 12 bits, signed. */
  coordinate: 2 ** 11,
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

/** Every layer with a loop or a window beyond the engine's counters. */
export function checkLoops(operations: readonly LoweredOperation[]): Diagnostic[] {
  const found = new Map<string, Diagnostic>();
  for (const { layer, counts, y, x } of operations) {
    counts.forEach((count, level) => {
      if (count <= engineLimits.count) return;
      const text = `Layer ${layer} has a ${levels[level]} loop of ${count} turns; the engine counts to ${engineLimits.count}.`;
      found.set(layer, diagnostic('CAM501', text, limitHint));
    });
    const size = Math.max(y.limit, x.limit);
    if (size >= engineLimits.coordinate) {
      const text = `Layer ${layer} reads an input ${size} wide or high; the engine's limit is ${engineLimits.coordinate - 1}.`;
      found.set(layer, diagnostic('CAM501', text, limitHint));
    }
  }
  return [...found.values()];
}
