/**
 * The checker: proves of a finished schedule that no two live buffers overlap, that every read follows its write,
 * that every address is in range and that the cycles add up. It trusts nothing but the operations' own counts and
 * strides: it walks every loop nest and remembers which operation wrote each word, and when.
 */
import { type Diagnostic, diagnostic } from '../diagnostics.ts';
import { checkCycles } from './check-cycles.ts';
import { checkPlacements } from './check-placements.ts';
import { checkResults, checkTables } from './check-tables.ts';
import { checkTraffic } from './check-traffic.ts';
import type { Schedule } from './operation.ts';
import { Problems } from './problems.ts';

/** One part of the check. */
export type Check = (schedule: Schedule, problems: Problems) => void;

const checks: readonly Check[] = [checkPlacements, checkTables, checkTraffic, checkResults, checkCycles];

/** All problems of a schedule; none for a sound one. */
export function checkSchedule(schedule: Schedule): Diagnostic[] {
  const problems = new Problems();
  for (const check of checks) check(schedule, problems);
  return [...problems.found.values()].map((message) =>
    diagnostic('CAM505', message, 'Report this as a fault of Camber.'),
  );
}
