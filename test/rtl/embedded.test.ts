/** The embedded simulator on the engine: the same as Verilator, cycle for cycle, and what it does when things go wrong. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CompileError } from '../../src/compiler/diagnostics.ts';
import type { EngineShape } from '../../src/compiler/schedule/operation.ts';
import { needs } from '../support/tools.ts';
import { randomSchedule } from './support/random-operations.ts';
import { rtlDir, simulateSchedule } from './support/simulation.ts';

const shapes: readonly EngineShape[] = [
  { rows: 4, columns: 4, lanes: 2 },
  { rows: 8, columns: 8, lanes: 4 },
  { rows: 8, columns: 16, lanes: 8 },
];
const small = shapes[0]!;

describe('the embedded simulator', () => {
  it.each(shapes)(
    'runs random schedules on $rows x $columns without a difference',
    async (shape) => {
      for (let seed = 1; seed <= 5; seed++) {
        const { schedule, pixels } = randomSchedule(seed, shape, 5);
        const result = await simulateSchedule(
          schedule,
          [{ pixels }, { pixels, fixedClass: seed % schedule.classes }],
          { simulator: 'embedded', ...(seed % 2 === 0 ? { pauses: seed, resetAfter: 100 } : {}) },
        );
        expect(result.mismatches, `seed ${seed}`).toEqual([]);
        expect(result.passed, `seed ${seed}`).toBe(true);
      }
    },
    240_000,
  );

  describe('finds faults', () => {
    const { schedule, pixels } = randomSchedule(3, small, 5);
    let folder: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'camber-mutant-'));
      await cp(rtlDir, folder, { recursive: true });
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it('in the weights', async () => {
      const images = { ...schedule, weightWords: schedule.weightWords.map((w) => w ^ 1) };
      const result = await simulateSchedule(schedule, [{ pixels }], { simulator: 'embedded', images });
      expect(result.passed).toBe(false);
      expect(result.mismatches.map(({ kind }) => kind)).toContain('activation');
    }, 60_000);

    /** One wrong character each: a sum, a rounding, an address, a count. */
    it.each([
      ['camber_column.v', 'carried + addend', 'carried - addend', 'activation'],
      ['camber_requantise_lane.v', "'sd1) >>> 1", "'sd0) >>> 1", 'activation'],
      ['camber_walk.v', 'value + delta', 'value - delta', 'activation'],
      ['camber_control.v', "explanation_cycles + 32'd1", "explanation_cycles + 32'd2", 'explanation cycles'],
    ])(
      'in %s: %s',
      async (file, right, wrong, kind) => {
        const text = await readFile(join(rtlDir, file), 'utf8');
        expect(text).toContain(right);
        await writeFile(join(folder, file), text.replace(right, wrong));
        try {
          const result = await simulateSchedule(schedule, [{ pixels }], {
            simulator: 'embedded',
            rtlDir: folder,
          });
          expect(result.passed).toBe(false);
          expect(result.mismatches.map((m) => m.kind)).toContain(kind);
        } finally {
          await writeFile(join(folder, file), text);
        }
      },
      60_000,
    );
  });

  it('is cancelled within a second, whatever it does', async () => {
    const { schedule, pixels } = randomSchedule(1, small, 5);
    for (const stage of ['Building', 'Simulating']) {
      const controller = new AbortController();
      let asked = 0;
      const cancelled = simulateSchedule(
        schedule,
        Array.from({ length: 200 }, () => ({ pixels })),
        {
          simulator: 'embedded',
          signal: controller.signal,
          // Nothing is kept here, so the simulator is built anew.
          ...(stage === 'Building'
            ? { cacheDir: join(tmpdir(), `camber-none-${process.pid}`), packed: false }
            : {}),
          onProgress: (message) => {
            if (!message.startsWith(stage) || asked > 0) return;
            asked = performance.now();
            setTimeout(() => controller.abort(), 50);
          },
        },
      );
      await expect(cancelled).rejects.toThrow(CompileError);
      await expect(cancelled).rejects.toThrow(/CAM606: The simulation was cancelled/);
      expect(performance.now() - asked).toBeLessThan(1050);
    }
  }, 60_000);
});

needs('verilator')('the embedded simulator against Verilator', () => {
  it.each(shapes)(
    'does the same in the same cycles on $rows x $columns: pauses, resets in mid-flight, several runs',
    async (shape) => {
      for (let seed = 1; seed <= 4; seed++) {
        const { schedule, pixels } = randomSchedule(10 + seed, shape, 5);
        const pictures = [{ pixels }, { pixels, fixedClass: 0 }, { pixels }];
        const options = seed % 2 === 0 ? { pauses: seed, resetAfter: 40 * seed } : {};
        const ours = await simulateSchedule(schedule, pictures, { ...options, simulator: 'embedded' });
        const theirs = await simulateSchedule(schedule, pictures, { ...options, simulator: 'verilator' });
        expect(ours, `seed ${seed}`).toEqual(theirs);
        expect(ours.passed, `seed ${seed}`).toBe(true);
      }
    },
    240_000,
  );

  it('tells the same differences', async () => {
    const { schedule, pixels } = randomSchedule(3, small, 5);
    const images = {
      ...schedule,
      weightWords: schedule.weightWords.map((w, i) => (i % 100 === 7 ? w ^ 64 : w)),
    };
    const ours = await simulateSchedule(schedule, [{ pixels }], { images, simulator: 'embedded' });
    const theirs = await simulateSchedule(schedule, [{ pixels }], { images, simulator: 'verilator' });
    expect(theirs.mismatchCount).toBeGreaterThan(0);
    expect(ours).toEqual(theirs);
  }, 120_000);
});
