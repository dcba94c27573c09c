import type { Schedule } from '../schedule/operation.ts';

/** `schedule.json`: every operation with addresses, bounds, start and length. Memory contents are in `rtl/`. */
export function scheduleDocument(schedule: Schedule) {
  const { shape, image, cycles, depths, placements, classes, mapValues, operations } = schedule;
  return {
    schemaVersion: 1,
    shape,
    image,
    cycles,
    depths,
    classes,
    mapValues,
    placements,
    operations: operations.map(({ operation, start, length }) => ({ start, length, ...operation })),
  };
}
