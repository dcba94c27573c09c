import { classLead, earliestAfter, imageWordReady, intervalOf, settleOf } from './timing.ts';
import type { Schedule } from './operation.ts';
import { stepsOf, vectorsOf } from './walk.ts';
import type { Problems } from './problems.ts';

/**
 * Intervals reach both bounds, operations follow one another as the sequencer takes them and no sooner than the engine is
 * free, nothing needs the class before the scores have settled, the totals are those of the operations.
 */
export function checkCycles(schedule: Schedule, problems: Problems): void {
  const { operations, shape, cycles, image, classes } = schedule;
  let due = 0;
  let known = 0;
  let isExplanation = false;
  operations.forEach(({ operation, start, length }, index) => {
    const { interval, drain, settle, counts, layer, phase } = operation;
    const report = (kind: string, what: string) =>
      problems.report(kind, index, `Operation ${index} (${layer}) ${what}`);
    if (interval < stepsOf(counts) || interval < intervalOf(shape, operation))
      report('interval', `has an interval of only ${interval} cycles.`);
    if (length !== vectorsOf(counts) * interval + drain) report('length', `is not ${length} cycles long.`);
    if (settle < settleOf(shape, operation)) report('settle', `has settled after ${settle} cycles already.`);

    const before = operations[index - 1];
    if (before && start < before.start + earliestAfter(shape, before.operation, operation))
      report('start', 'starts before the engine is free.');
    // The engine itself waits for these words, and for nothing else: the start must be just then.
    const ready = operation.inputWords > 0 ? imageWordReady(image, operation.inputWords - 1) : 0;
    if (start !== Math.max(due, ready))
      report('due', `would start at ${Math.max(due, ready)}, not ${start}.`);
    due = start + length;

    if (phase === 'inference') {
      if (isExplanation) report('phase', 'is inference after explanation.');
      const settled = due - drain + settle;
      if (settled < known) report('settled', 'has settled before an earlier one.');
      known = settled;
      return;
    }
    isExplanation = true;
    const lead = classLead(shape, operation, classes);
    if (lead !== undefined && start < known - lead) report('class', 'needs the class before it is decided.');
  });
  const last = operations.at(-1)?.operation;
  if (last && last.drain < last.settle)
    problems.report('end', operations.length - 1, 'The schedule ends before its last results are in place.');
  const inference = isExplanation ? known : due;
  if (cycles.inference !== inference || cycles.inference + cycles.explanation !== due)
    problems.report('cycles', undefined, 'The totals are not those of the operations.');
}
