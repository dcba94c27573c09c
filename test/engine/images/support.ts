import { readFileSync } from 'node:fs';

const folder = new URL('../../fixtures/images/', import.meta.url);

/** Bytes of a file made by test/fixtures/images/make.py: a view into a larger buffer, as Node gives them. */
export const fixture = (file: string): Uint8Array => readFileSync(new URL(file, folder));

/** Pixels as PIL gives them, row-major. */
export const pil = JSON.parse(readFileSync(new URL('pil.json', folder), 'utf8')) as Readonly<
  { upright: readonly (readonly number[])[] } & Record<
    'rgb' | 'grey' | 'palette' | 'jpeg' | 'shorter16crop12' | 'exact8x10' | 'up60x90',
    readonly number[]
  >
>;

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}
