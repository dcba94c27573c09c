/**
 * Real factors as the output stage holds them: multipliers of `multiplierBits` bits with a right shift.
 */
import { multiplierBits } from './semantics.ts';

/** Shift field of the output stage: six bits, and at least 1 because rounding needs a bit to look at. */
const maxShift = 47;
const maxMultiplier = 2 ** multiplierBits - 1;
const maxResidualShift = 15;

/** A factor that the output stage cannot hold. */
export class FactorError extends RangeError {}

export interface FixedPoint {
  readonly multiplier: number;
  readonly shift: number;
}

/** A main factor with a residual factor under the same shift. */
export interface FixedPointPair extends FixedPoint {
  readonly residualMultiplier: number;
  readonly residualShift: number;
}

/**
 * The nearest multiplier / 2^shift to a factor >= 0, with all its significant bits wherever the shift allows them.
 *
 * @param limit Largest shift to use.
 * @throws FactorError where the factor is not finite or too large (>= 2^16).
 */
export function fixedPoint(factor: number, limit = maxShift): FixedPoint {
  if (!(factor >= 0) || !Number.isFinite(factor))
    throw new FactorError(`the factor ${factor} between its scales is not a finite number >= 0`);
  if (factor === 0) return { multiplier: 0, shift: 1 };
  // 2^(bits-1) <= factor * 2^shift < 2^bits
  let shift = Math.max(1, Math.min(limit, multiplierBits - 1 - Math.floor(Math.log2(factor))));
  let multiplier = Math.round(factor * 2 ** shift);
  if (multiplier > maxMultiplier && shift > 1) {
    shift--;
    multiplier = Math.round(factor * 2 ** shift);
  }
  if (multiplier > maxMultiplier)
    throw new FactorError(`the factor ${factor} between its scales does not fit ${multiplierBits} bits`);
  return { multiplier, shift };
}

/**
 * Both factors under one shift. The residual has multiplier * 2^residualShift / 2^shift; where it would not fit, the
 * common shift (and with it the main factor's precision) goes down.
 *
 * @throws FactorError as `fixedPoint`, for either.
 */
export function fixedPointPair(factor: number, residual: number): FixedPointPair {
  if (!(residual >= 0) || !Number.isFinite(residual))
    throw new FactorError(
      `the factor ${residual} between its residual's scale and its own is not a finite number >= 0`,
    );
  // The largest multiplier and residualShift bound the residual below 2^(bits+15) / 2^shift.
  const room =
    residual > 0 ? Math.floor(Math.log2((maxMultiplier * 2 ** maxResidualShift) / residual)) : maxShift;
  const main = fixedPoint(factor, Math.max(1, Math.min(maxShift, room)));
  const scaled = residual * 2 ** main.shift;
  const residualShift = Math.min(
    maxResidualShift,
    Math.max(0, Math.floor(Math.log2(Math.max(1, scaled))) - (multiplierBits - 1)),
  );
  const rounded = Math.round(scaled / 2 ** residualShift);
  const carry = rounded > maxMultiplier && residualShift < maxResidualShift ? 1 : 0;
  const residualMultiplier = carry ? Math.round(scaled / 2 ** (residualShift + 1)) : rounded;
  if (residualMultiplier > maxMultiplier)
    throw new FactorError(
      `the factor ${residual} between its residual's scale and its own does not fit ${multiplierBits} bits`,
    );
  return { ...main, residualMultiplier, residualShift: residualShift + carry };
}
