/** Grouped convolutions: output channel o reads the inputs of its own group only. */

/** Weights as far as grouping goes; `shape[1]` counts the inputs of one group. */
interface Grouped {
  readonly shape: readonly [number, number, number, number];
  readonly groups?: number;
}

/** Outputs and inputs of one group. */
export function groupSizes({ shape: [outputs, inputs], groups = 1 }: Grouped): {
  readonly outputs: number;
  readonly inputs: number;
} {
  return { outputs: outputs / groups, inputs };
}

/** Input channels of all groups together. */
export function inputChannels({ shape, groups = 1 }: Grouped): number {
  return shape[1] * groups;
}

/** The input channel that weight `index` (OIHW) is multiplied with. */
export function inputOf(
  { shape: [outputs, inputs, height, width], groups = 1 }: Grouped,
  index: number,
): number {
  const taps = height * width;
  const o = Math.floor(index / (taps * inputs));
  return Math.floor(o / (outputs / groups)) * inputs + (Math.floor(index / taps) % inputs);
}

/** True where every input channel is read by a single output channel: its adjoint sums over taps alone. */
export function isDepthwise({ shape, groups = 1 }: Grouped): boolean {
  return groups > 1 && shape[0] === groups;
}
