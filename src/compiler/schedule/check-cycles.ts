import { imageWordReady, intervalOf } from './timing.ts';
import type { Schedule } from './operation.ts';
import { stepsOf, vectorsOf } from './walk.ts';
import type { Problems } from './problems.ts';

/** Intervals reach both bounds, operations follow one another, the totals are those of the operations. */
export function checkCycles({ operations, shape, cycles, image }: Schedule, problems: Problems): void {
  let free = 0;
  let inferenceEnd = 0;
  operations.forEach(({ operation, start, length }, index) => {
    const { interval, drain, counts, layer, phase } = operation;
    if (interval < stepsOf(counts) || interval < intervalOf(shape, operation)) {
      problems.report(
        'interval',
        index,
        `Operation ${index} (${layer}) has an interval of only ${interval} cycles.`,
      );
    }
    if (length !== vectorsOf(counts) * interval + drain) {
      problems.report('length', index, `Operation ${index} (${layer}) is not ${length} cycles long.`);
    }
    if (start < free)
      problems.report('start', index, `Operation ${index} (${layer}) starts before the engine is free.`);
    // The engine itself waits for these words, and for nothing else: the start must be just then.
    const due = Math.max(
      free,
      operation.inputWords > 0 ? imageWordReady(image, operation.inputWords - 1) : 0,
    );
    if (start !== due) {
      problems.report('due', index, `Operation ${index} (${layer}) would start at ${due}, not ${start}.`);
    }
    free = start + length;
    if (phase === 'inference') {
      if (inferenceEnd < 0)
        problems.report('phase', index, `Operation ${index} (${layer}) is inference after explanation.`);
      inferenceEnd = free;
    }
  });
  if (cycles.inference !== inferenceEnd || cycles.inference + cycles.explanation !== free) {
    problems.report('cycles', undefined, 'The totals are not the sums of the operations.');
  }
}
