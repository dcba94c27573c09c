import { expect, test } from 'vitest';
import { CompileError } from '../../../src/compiler/diagnostics.ts';
import { decodePicture } from '../../../src/engine/images/decode.ts';
import { readNpy } from '../../../src/engine/images/npy.ts';
import { fixture } from './support.ts';

const budget = 1500;

/** mulberry32: a small seeded generator. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

test.each([
  ['rgb.png', decodePicture],
  ['palette.png', decodePicture],
  ['rgb.jpg', decodePicture],
  ['progressive.jpg', decodePicture],
  ['f32.npy', readNpy],
] as const)('%s with changed bytes is read or refused, never more', (file, read) => {
  const next = random(7);
  const original = fixture(file);
  const end = Date.now() + budget;
  let refused = 0;
  let runs = 0;
  for (; runs < 3000 && Date.now() < end; runs++) {
    const bytes = Uint8Array.from(original);
    const changes = 1 + Math.floor(next() * 4);
    for (let i = 0; i < changes; i++)
      bytes[Math.floor(next() ** 2 * bytes.length)] = Math.floor(next() * 256);
    try {
      read(bytes, file);
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      expect(error.diagnostics.map((d) => d.code)).toEqual(['CAM301']);
      refused++;
    }
  }
  expect(runs).toBeGreaterThan(0);
  expect(refused).toBeGreaterThan(0);
});
