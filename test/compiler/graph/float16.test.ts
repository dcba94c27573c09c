import { expect, test } from 'vitest';
import {
  bfloatToFloat,
  floatToBfloat,
  floatToHalf,
  halfToFloat,
} from '../../../src/compiler/graph/float16.ts';

const allBits = Array.from({ length: 65536 }, (_, bits) => bits);

test.each([
  ['binary16', halfToFloat, floatToHalf],
  ['bfloat16', bfloatToFloat, floatToBfloat],
])('%s: every number survives the way to float32 and back', (_, widen, narrow) => {
  for (const bits of allBits) {
    const value = widen(bits);
    if (Number.isNaN(value)) expect(Number.isNaN(widen(narrow(value)))).toBe(true);
    else expect(narrow(value)).toBe(bits);
  }
});

test.each([
  ['binary16', halfToFloat, floatToHalf, 0x7bff],
  ['bfloat16', bfloatToFloat, floatToBfloat, 0x7f7f],
])(
  '%s: halfway between neighbours rounds to the even one, anything else to the nearer',
  (_, widen, narrow, largest) => {
    for (let bits = 0; bits < largest; bits += 7) {
      const [low, high] = [widen(bits), widen(bits + 1)];
      // Exact in double; the halfway point of two neighbours has one bit more, so it is a float32, too.
      const middle = (low + high) / 2;
      const even = bits % 2 === 0 ? bits : bits + 1;
      if (Math.fround(middle) === middle) expect(narrow(middle)).toBe(even);
      expect(narrow(Math.fround(low + (high - low) * 0.25))).toBe(bits);
      expect(narrow(Math.fround(low + (high - low) * 0.75))).toBe(bits + 1);
      expect(narrow(-high)).toBe((bits + 1) | 0x8000);
    }
  },
);

test('the edges of binary16', () => {
  expect(floatToHalf(65519.99)).toBe(0x7bff); // the largest finite number is 65504
  expect(floatToHalf(65520)).toBe(0x7c00);
  expect(floatToHalf(-Infinity)).toBe(0xfc00);
  expect(floatToHalf(2 ** -25)).toBe(0); // half of the smallest subnormal: ties to even
  expect(floatToHalf(2 ** -24)).toBe(1);
});
