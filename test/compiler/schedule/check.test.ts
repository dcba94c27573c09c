import { describe, expect, it } from 'vitest';
import { checkSchedule } from '../../../src/compiler/schedule/check.ts';
import {
  type Operation,
  type Placement,
  type Schedule,
  type Walk,
  weightCounts,
} from '../../../src/compiler/schedule/operation.ts';
import { schedule } from '../../../src/compiler/schedule/schedule.ts';
import { cyclesOf } from '../../../src/compiler/schedule/time.ts';
import { walkRange } from '../../../src/compiler/schedule/walk.ts';
import { generateNetwork } from './support/generate.ts';

const shape = { rows: 8, columns: 8, lanes: 4 };

const shifted = (walk: Walk, by: number): Walk => ({ ...walk, base: walk.base + by });

/** A copy of a schedule with one operation changed. */
function withOperation(
  plan: Schedule,
  index: number,
  change: (operation: Operation) => Partial<Operation>,
): Schedule {
  const operations = plan.operations.map((scheduled, n) =>
    n === index
      ? { ...scheduled, operation: { ...scheduled.operation, ...change(scheduled.operation) } }
      : scheduled,
  );
  return { ...plan, operations };
}

const find = (plan: Schedule, wanted: (operation: Operation) => boolean) =>
  plan.operations.findIndex(({ operation }) => wanted(operation));

describe('the checker', () => {
  it('accepts every schedule of generated networks', () => {
    for (let seed = 1; seed <= 60; seed++) {
      for (const [rows, columns] of [
        [4, 4],
        [4, 8],
        [8, 8],
        [8, 16],
        [16, 16],
        [16, 32],
      ] as const) {
        const { network } = generateNetwork(seed, { maxChannels: 2 * rows + 3 });
        const plan = schedule(network, { rows, columns, lanes: columns / 2 });
        expect(checkSchedule(plan), `seed ${seed} on ${rows}x${columns}`).toEqual([]);
      }
    }
  });

  const plan = schedule(generateNetwork(11).network, shape);
  const reader = find(plan, (o) => o.activation.source === 'memory' && o.phase === 'inference');
  const writer = find(plan, (o) => o.output.destination === 'activation');
  const scores = find(plan, (o) => o.output.destination === 'scores');
  const first = plan.operations[0]!;
  const buffers = plan.placements.filter((p) => p.memory === 'activation');

  // Two squares: a transposed step reads two adjacent words.
  const wide = schedule(generateNetwork(11).network, { rows: 8, columns: 16, lanes: 8 });
  const turned = find(wide, (o) => o.weights.mode === 'transposed');
  /** Takes an operation's last word to the memory's last: only the second one of the two is outside. */
  const lastWord = (o: Operation) =>
    wide.depths.weights - 1 - walkRange(o.weights.walk, weightCounts(o, wide.shape))[1];

  const faults: readonly (readonly [string, Schedule])[] = [
    [
      'a read outside its buffer',
      withOperation(plan, reader, (o) => ({
        activation: { ...o.activation, walk: shifted(o.activation.walk, plan.depths.activation) },
      })),
    ],
    [
      'a read of the neighbouring word',
      withOperation(plan, reader, (o) => ({
        activation: { ...o.activation, walk: shifted(o.activation.walk, 1) },
      })),
    ],
    [
      'a write outside its buffer',
      withOperation(plan, writer, (o) => ({ output: { ...o.output, walk: shifted(o.output.walk, 1) } })),
    ],
    [
      'a weight address beyond the memory',
      withOperation(plan, scores, (o) => ({
        weights: { ...o.weights, walk: shifted(o.weights.walk, plan.depths.weights) },
      })),
    ],
    [
      'parameters beyond the memory',
      withOperation(plan, scores, (o) => ({ output: { ...o.output, parameters: plan.depths.parameters } })),
    ],
    ['an interval below the reduction steps', withOperation(plan, reader, () => ({ interval: 1 }))],
    ['a missing layer', { ...plan, operations: plan.operations.filter((_, n) => n !== writer) }],
    [
      'an early start',
      {
        ...plan,
        operations: plan.operations.map((s, n) => (n === reader ? { ...s, start: s.start - 1 } : s)),
      },
    ],
    [
      'a stem that overtakes the loader',
      { ...plan, operations: [{ ...first, start: 0 }, ...plan.operations.slice(1)] },
    ],
    ['wrong totals', { ...plan, cycles: { ...plan.cycles, inference: plan.cycles.inference - 1 } }],
    [
      'overlapping buffers',
      {
        ...plan,
        placements: plan.placements.map((p): Placement =>
          p === buffers[1] ? { ...p, address: buffers[0]!.address, live: buffers[0]!.live } : p,
        ),
      },
    ],
    [
      'a score written twice',
      withOperation(plan, scores, (o) => ({ output: { ...o.output, walk: shifted(o.output.walk, 1) } })),
    ],
    [
      'the second of two weight words beyond the memory',
      withOperation(wide, turned, (o) => ({
        weights: { ...o.weights, walk: shifted(o.weights.walk, lastWord(o)) },
      })),
    ],
    [
      'a one-hot operand that reads on in the other half',
      withOperation(wide, turned, (o) => ({
        activation: { ...o.activation, source: 'oneHot' },
        counts: [...o.counts.slice(0, 6), 2] as unknown as Operation['counts'],
      })),
    ],
  ];

  for (const [name, faulty] of faults) {
    it(`finds ${name}`, () => {
      const problems = checkSchedule(faulty);
      expect(problems.length).toBeGreaterThan(0);
      expect(problems[0]!.code).toBe('CAM505');
    });
  }

  /** The operation and all after it one cycle earlier, the books in order. */
  const advanced = (on: Schedule, index: number): Schedule => {
    const operations = on.operations.map((o, n) => {
      if (n >= index) return { ...o, start: o.start - 1 };
      if (n < index - 1) return o;
      return { ...o, length: o.length - 1, operation: { ...o.operation, drain: o.operation.drain - 1 } };
    });
    return { ...on, operations, cycles: cyclesOf(operations) };
  };

  it('finds every operation that starts one cycle too early: none could start sooner than it does', () => {
    const causes = new Set<string>();
    for (let seed = 1; seed <= 25; seed++) {
      for (const [rows, columns] of [
        [4, 4],
        [8, 16],
      ] as const) {
        const { network } = generateNetwork(seed, { maxChannels: 2 * rows + 3 });
        const on = schedule(network, { rows, columns, lanes: columns / 2 });
        for (let n = 1; n < on.operations.length; n++) {
          if (on.operations.slice(n).some(({ operation }) => operation.inputWords > 0)) continue;
          const problems = checkSchedule(advanced(on, n));
          expect(problems.length, `seed ${seed}, operation ${n} on ${rows}x${columns}`).toBeGreaterThan(0);
          for (const { message } of problems)
            causes.add(/(starts before|in cycle|needs the class)/.exec(message)?.[1] ?? message);
        }
      }
    }
    expect([...causes].sort()).toEqual(['in cycle', 'needs the class', 'starts before']);
  });

  it('finds reads from a buffer whose life has ended', () => {
    const short = plan.placements.map((p): Placement => ({ ...p, live: [p.live[0], p.live[0]] }));
    expect(checkSchedule({ ...plan, placements: short }).length).toBeGreaterThan(0);
  });
});
