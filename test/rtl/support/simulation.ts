/** Compiles a schedule's data files into a temporary folder and simulates the RTL on them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memoryImages } from '../../../src/compiler/emit/images.ts';
import { testVectors } from '../../../src/compiler/emit/test-vectors.ts';
import { interpret } from '../../../src/compiler/schedule/interpreter.ts';
import type { Schedule } from '../../../src/compiler/schedule/operation.ts';
import { simulate, type SimulationOptions } from '../../../src/toolchain/simulate.ts';
import type { SimulationResult } from '../../../src/toolchain/simulation.ts';

const root = resolve(fileURLToPath(new URL('../../..', import.meta.url)));
export const rtlDir = join(root, 'src', 'rtl');
/** Built simulators are shared by all tests, and between test runs. */
export const cacheDir = join(root, '.cache', 'simulators');

/** An image and the class to explain (argmax where absent). */
export interface Picture {
  readonly pixels: Uint8Array | Int8Array;
  readonly fixedClass?: number;
}

type Options = Partial<Omit<SimulationOptions, 'dataDir' | 'shape' | 'cacheDir'>> & {
  /** Fills the memories from another schedule than the one that tells what to expect. */
  readonly images?: Schedule;
};

/**
 * Simulates the schedule on the pictures, one run after the other, against the operation-level interpreter. Two
 * products per multiplier, as in what `compile` writes.
 */
export async function simulateSchedule(
  schedule: Schedule,
  pictures: readonly Picture[],
  { simulator = 'verilator', images = schedule, ...options }: Options = {},
): Promise<SimulationResult> {
  const runs = pictures.map(({ pixels, fixedClass }) => ({
    pixels,
    ...(fixedClass === undefined ? {} : { fixedClass }),
    expected: interpret(schedule, pixels, fixedClass),
  }));
  const dataDir = await mkdtemp(join(tmpdir(), 'camber-rtl-'));
  try {
    for (const [file, text] of [...memoryImages(images, { buildId: 1 }), ...testVectors(schedule, runs)]) {
      await writeFile(join(dataDir, file), text);
    }
    return await simulate({
      rtlDir,
      dataDir,
      simulator,
      shape: schedule.shape,
      cacheDir,
      packed: true,
      ...options,
    });
  } finally {
    if (process.env['CAMBER_KEEP'] === undefined) await rm(dataDir, { recursive: true, force: true });
    else console.log(`kept ${dataDir}`);
  }
}
