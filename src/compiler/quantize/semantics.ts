/**
 * Integer semantics: the one place where the arithmetic of the integer network is written down, to the last bit.
 * The executor, the RTL (`src/rtl/camber_requantise_lane.v`) and the tests follow these functions.
 *
 * All values are JavaScript numbers holding integers; every intermediate stays below 2^53, so doubles are exact:
 * |acc + bias| < 2^32, multipliers < 2^17, residual < 2^17 with a product shifted by at most 15, so |V| < 2^50.
 */

/**
 * Bits of a multiplier: with its sign bit it fills the 18-bit port of a DSP block, a bit more would cost a second one.
 */
export const multiplierBits = 17;

/** Largest magnitude of a 16-bit value: both byte planes stay within int8 (127 * 256 + 127). */
export const int16Limit = 32639;

/** Splits a 16-bit value into signed byte planes: value = high * 256 + low, both in -128 ... 127. */
export function splitPlanes(value: number): { high: number; low: number } {
  const high = Math.floor((value + 128) / 256);
  return { high, low: value - high * 256 };
}

/** The low byte of an integer, as a signed byte. */
export function toByte(value: number): number {
  return (value << 24) >> 24;
}

/** The nearest signed byte to a real number; never -0, which text does not keep. */
export function nearestByte(value: number): number {
  return Math.min(127, Math.max(-128, Math.round(value))) + 0;
}

/** A stored multiplier read as a signed number: what a slope is. */
export function signedMultiplier(stored: number): number {
  return (stored << (32 - multiplierBits)) >> (32 - multiplierBits);
}

/** Powers of two: a look-up is quicker than an exponentiation. */
const powers = Float64Array.from({ length: 64 }, (_, n) => 2 ** n);

/** Rounding arithmetic shift right: floor((v + 2^(shift-1)) / 2^shift), shift >= 1 (round half towards plus infinity). */
export function roundingShift(v: number, shift: number): number {
  return Math.floor((v + powers[shift - 1]!) / powers[shift]!);
}

export interface RequantiseInput {
  readonly accumulator: number;
  readonly bias: number;
  readonly multiplier: number;
  readonly shift: number;
  /** Residual with its zero point subtracted, 0 where there is none. */
  readonly residual: number;
  readonly residualMultiplier: number;
  readonly residualShift: number;
}

/** The wide value V before rounding. */
export function wideValue(p: RequantiseInput): number {
  return (
    (p.accumulator + p.bias) * p.multiplier + p.residual * p.residualMultiplier * powers[p.residualShift]!
  );
}

/** q = clamp(roundingShift(V, shift) + zeroPoint, lower, upper). */
export function requantise(p: RequantiseInput, zeroPoint: number, lower: number, upper: number): number {
  return Math.min(upper, Math.max(lower, roundingShift(wideValue(p), p.shift) + zeroPoint));
}

/** Mask bit of an element: its wide value is positive and its result lies below the upper kink. */
export function maskBit(wide: number, q: number, upper: number): 0 | 1 {
  return wide > 0 && q < upper ? 1 : 0;
}
