import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { weightModes } from '../../src/compiler/emit/encode-operation.ts';
import { execute, sums } from '../../src/compiler/quantize/executor.ts';
import { checkSchedule } from '../../src/compiler/schedule/check.ts';
import { compareLayers } from '../../src/compiler/schedule/compare.ts';
import { interpret } from '../../src/compiler/schedule/interpreter.ts';
import type { EngineShape } from '../../src/compiler/schedule/operation.ts';
import { schedule } from '../../src/compiler/schedule/schedule.ts';
import type { SimulationResult } from '../../src/toolchain/simulation.ts';
import { generateNetwork } from '../compiler/schedule/support/generate.ts';
import { needs } from '../support/tools.ts';
import { operatorsOf, randomGraph } from './support/random-graphs.ts';
import { simulateSchedule } from './support/simulation.ts';

const array = (rows: number, columns: number): EngineShape => ({ rows, columns, lanes: columns / 2 });
const square = (size: number) => array(size, size);

/** Everything the test bench compares is an integer or a cycle: no tolerance. */
function expectExact(result: SimulationResult, what: string) {
  expect(result.mismatches, what).toEqual([]);
  expect(result.passed, what).toBe(true);
}

/** A network and three runs that follow each other without a reset: a picture, another one, the first with a fixed class. */
function compile(seed: number, shape: EngineShape) {
  const { network, pixels } = randomGraph(seed, shape);
  const other = pixels.map((value, i) => (value * 7 + i) & 127);
  const pictures = [{ pixels }, { pixels: other }, { pixels, fixedClass: (seed * 5) % network.classes }];
  return { network, plan: schedule(network, shape), pictures };
}

/** Kinds of sums that an integer network can have: every one has a mapping onto the array. */
const kinds = Object.keys(sums);

needs('verilator')('random networks on Verilator', () => {
  // 210 graphs on four shapes; with the one of single products below, five simulators are built in all. The windows need eight rows.
  const shapes = [
    { rows: 4, columns: 4, first: 1, last: 120 },
    { rows: 8, columns: 8, first: 121, last: 160 },
    { rows: 8, columns: 16, first: 161, last: 195 },
    { rows: 16, columns: 16, first: 196, last: 210 },
  ];

  it('every hardware operator at least ten times', () => {
    const count = new Map<string, number>(
      [
        ...kinds,
        ...['conv', 'convBackward', 'convMean'].map((kind) => `grouped ${kind}`),
        ...weightModes.map((mode) => `mode ${mode}`),
        ...[
          'residual',
          'mask written',
          'mask read',
          '16 bits',
          'slope',
          'table',
          'low plane',
          'column region',
        ],
      ].map((k) => [k, 0]),
    );
    for (const { rows, columns, first, last } of shapes) {
      for (let seed = first; seed <= last; seed++) {
        const { network, plan } = compile(seed, array(rows, columns));
        for (const operator of operatorsOf(network, plan))
          count.set(operator, (count.get(operator) ?? 0) + 1);
      }
    }
    for (const [operator, times] of count) expect(times, operator).toBeGreaterThanOrEqual(10);
  });

  it.each(shapes)(
    'graphs $first to $last on $rows x $columns: every write, score, map value and cycle',
    async ({ rows, columns, first, last }) => {
      for (let seed = first; seed <= last; seed++) {
        const { network, plan, pictures } = compile(seed, array(rows, columns));
        expect(checkSchedule(plan), `seed ${seed}`).toEqual([]);
        const lowered = interpret(plan, pictures[0]!.pixels);
        const { differences } = compareLayers(network, plan, lowered, execute(network, pictures[0]!.pixels));
        expect(differences, `seed ${seed}`).toEqual([]);
        expectExact(await simulateSchedule(plan, pictures), `seed ${seed}`);
      }
    },
    600_000,
  );

  it('pauses on every stream and a reset in mid-flight change nothing but the stall counter', async () => {
    let stalls = 0;
    for (let seed = 41; seed <= 70; seed++) {
      const { plan, pictures } = compile(seed, square(4));
      const result = await simulateSchedule(plan, pictures, {
        pauses: seed,
        resetAfter: 31 * (seed - 40),
      });
      expectExact(result, `seed ${seed}`);
      for (const { inference, explanation, stall, wall } of result.runs) {
        expect({ inference, explanation }).toEqual(plan.cycles);
        expect(inference + explanation + stall).toBe(wall);
        stalls += stall;
      }
    }
    expect(stalls).toBeGreaterThan(0);
  }, 600_000);

  it('without an explanation only the scores are computed and sent', async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const { network, pixels } = generateNetwork(seed, { explanation: false });
      const plan = schedule(network, square(4));
      const result = await simulateSchedule(plan, [{ pixels }, { pixels }], { pauses: seed });
      expectExact(result, `seed ${seed}`);
      for (const run of result.runs) expect(run).toMatchObject({ explanation: 0, results: network.classes });
    }
  }, 600_000);

  it('one product per multiplier gives the same', async () => {
    for (let seed = 1; seed <= 15; seed++) {
      const { plan, pictures } = compile(seed, square(4));
      expectExact(await simulateSchedule(plan, pictures, { packed: false }), `seed ${seed}`);
    }
  }, 600_000);

  it('a wrong weight, address or cycle is found', async () => {
    const { plan, pictures } = compile(1, square(4));
    const wrong = { ...plan, weightWords: plan.weightWords.map((w, i) => (i % 16 === 5 ? -w : w)) };
    const kinds = async (edited: typeof plan) => {
      const result = await simulateSchedule(plan, pictures, { images: edited });
      expect(result.passed).toBe(false);
      return new Set(result.mismatches.map(({ kind }) => kind));
    };
    expect(await kinds(wrong)).toContain('activation');

    const editFirst = (edit: (operation: (typeof plan.operations)[0]['operation']) => object) => ({
      ...plan,
      operations: plan.operations.map((o, i) =>
        i === 0 ? { ...o, operation: { ...o.operation, ...edit(o.operation) } } : o,
      ),
    });
    expect(
      await kinds(editFirst(({ output }) => ({ output: { ...output, walk: { ...output.walk, base: 1 } } }))),
    ).toContain('activation address');
    expect(await kinds(editFirst(({ drain }) => ({ drain: drain + 1 })))).toContain('start');
  });
});

/**
 * Blocks of an FST file (GTKWave's `fstapi.c`): a kind in a byte, then its length with the eight bytes that say it. The first is the
 * header, with start and end time. Throws where the last does not end with the file.
 */
function fstBlocks(file: Buffer): { readonly end: number; readonly kinds: readonly number[] } {
  const kinds: number[] = [];
  let at = 0;
  for (; at < file.length; at += 1 + Number(file.readBigUInt64BE(at + 1))) kinds.push(file[at]!);
  expect([kinds[0], at]).toEqual([0, file.length]);
  return { end: Number(file.readBigUInt64BE(17)), kinds };
}

needs('iverilog')('random networks on Icarus', () => {
  it('5 networks on 4x4, with pauses: every write, score, map value and cycle', async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const { plan, pictures } = compile(seed, square(4));
      expectExact(
        await simulateSchedule(plan, pictures, { simulator: 'icarus', pauses: seed }),
        `seed ${seed}`,
      );
    }
  }, 600_000);

  it('writes waveforms on request, as VCD or as FST', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'camber-trace-'));
    try {
      const { plan, pictures } = compile(3, square(4));
      const trace = join(folder, 'run.vcd');
      expectExact(
        await simulateSchedule(plan, pictures.slice(0, 1), { simulator: 'icarus', trace }),
        'traced',
      );
      const text = await readFile(trace, 'utf8');
      expect(text).toMatch(/\$var .* s_axis_tvalid \$end/);
      expect(text.length).toBeGreaterThan(100_000);

      const file = join(folder, 'run.FST');
      const { runs } = await simulateSchedule(plan, pictures.slice(0, 1), {
        simulator: 'icarus',
        trace: file,
      });
      const { end, kinds } = fstBlocks(await readFile(file));
      // A clock cycle takes 10 ns.
      expect(end).toBeGreaterThan(10 * runs[0]!.wall);
      expect(kinds.filter((kind) => [1, 5, 8].includes(kind)).length, 'value changes').toBeGreaterThan(0);
      expect(
        kinds.filter((kind) => [4, 6, 7].includes(kind)),
        'hierarchy',
      ).toHaveLength(1);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 600_000);
});
