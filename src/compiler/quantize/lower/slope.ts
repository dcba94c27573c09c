import { fixedPoint } from '../fixed-point.ts';
import type { OutputStage } from '../network.ts';
import { multiplierBits } from '../semantics.ts';

/** Slopes are signed: half the range of a multiplier. */
const slopeLimit = 2 ** (multiplierBits - 1) - 1;

/**
 * Multipliers of an output stage with slopes, under one shift per channel.
 *
 * @param slopes what the factor is multiplied by below zero: one number, or one per channel
 */
export function slopedFactors(
  factors: readonly number[],
  slopes: Float64Array,
): Pick<OutputStage, 'multiplier' | 'shift' | 'slope'> {
  const steep = factors.map((factor, k) => factor * slopes[slopes.length === 1 ? 0 : k]!);
  const fixed = factors.map((factor, k) => {
    const { shift } = fixedPoint(Math.max(factor, 2 * Math.abs(steep[k]!)));
    const slope = Math.round(steep[k]! * 2 ** shift);
    return {
      multiplier: Math.round(factor * 2 ** shift),
      shift,
      slope: Math.max(-slopeLimit, Math.min(slopeLimit, slope)),
    };
  });
  return {
    multiplier: Uint32Array.from(fixed, (f) => Math.min(2 ** multiplierBits - 1, f.multiplier)),
    shift: Uint8Array.from(fixed, (f) => f.shift),
    slope: Int32Array.from(fixed, (f) => f.slope),
  };
}
