import type { Placement, Schedule } from '../schedule/operation.ts';
import { bar, grouped, label } from './svg.ts';

const left = 60;
const plot = 890;
const height = 260;

/** Buffers of one memory: time in operations to the right, addresses upwards. */
export function memoryMap(schedule: Schedule, memory: Placement['memory']): string {
  const buffers = schedule.placements.filter((p) => p.memory === memory && p.within === undefined);
  const depth = schedule.depths[memory];
  const operations = schedule.operations.length;
  const x = (operation: number) => left + (plot * operation) / operations;
  const y = (address: number) => height - (height * address) / depth;
  const phaseOf = (operation: number) => schedule.operations[operation]?.operation.phase ?? 'inference';
  const bars = buffers.map(({ tensor, address, words, live: [first, last] }) => {
    const title = `${tensor}: words ${grouped(address)} to ${grouped(address + words - 1)}, operations ${first} to ${last}`;
    const top = y(address + words);
    return bar(x(first), top, x(last + 1) - x(first), y(address) - top, `buffer ${phaseOf(first)}`, title);
  });
  const axis =
    label(left - 6, height, '0', 'end') +
    label(left - 6, 12, grouped(depth), 'end') +
    label(left, height + 16, 'operation 0') +
    label(left + plot, height + 16, `operation ${operations - 1}`, 'end');
  const size = `viewBox="0 0 ${left + plot + 4} ${height + 22}"`;
  return `<svg role="img" aria-label="Buffers of the ${memory} memory" ${size}>${bars.join('')}${axis}</svg>`;
}
