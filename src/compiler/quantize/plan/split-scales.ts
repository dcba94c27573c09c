import { isDepthwise } from '../groups.ts';
import { unitGeometry, type PlanTensor, type RealWeights, type Stage, type View } from './stage.ts';

export const name = 'split-scales';
export const description = 'Gives each adjoint convolution a gradient tensor on its own per-channel scales';

/** Weights whose per-channel scales a gradient must carry from a channel on. */
export interface ScaleDemand {
  readonly channel: number;
  readonly count: number;
  readonly weights: string;
}

/** Demands by the name of the stored tensor. */
export type ScaleDemands = ReadonlyMap<string, readonly ScaleDemand[]>;

/**
 * An adjoint convolution sums over output channels, whose weights have a scale each; it needs its gradient stored
 * with the inverse of those scales. A range of channels can carry the scales of one convolution: for every further
 * one a rescaled copy is inserted behind it. A depthwise convolution's adjoint sums over taps alone and takes any.
 */
export function splitScales(
  stages: readonly Stage[],
  tensors: ReadonlyMap<string, PlanTensor>,
  views: ReadonlyMap<string, View>,
  realWeights: ReadonlyMap<string, RealWeights>,
): { stages: readonly Stage[]; tensors: ReadonlyMap<string, PlanTensor>; demands: ScaleDemands } {
  const demands = new Map<string, ScaleDemand[]>();
  const described = new Map(tensors);
  const result: Stage[] = [];
  /** True where the tensor carries the weights' scales, from now on at the latest. */
  const carries = (tensor: string, weights: string): boolean => {
    const { of, channel } = views.get(tensor) ?? { of: tensor, channel: 0 };
    const wanted = { channel, count: described.get(tensor)!.channels, weights };
    const known = demands.get(of) ?? [];
    const meets = known.filter((d) => d.channel < channel + wanted.count && channel < d.channel + d.count);
    if (meets.length > 0)
      return meets.every((d) => d.weights === weights && d.channel === channel && d.count === wanted.count);
    demands.set(of, [...known, wanted]);
    return true;
  };
  for (const stage of stages) {
    const { sum } = stage;
    const isAdjoint = sum.kind === 'convBackward' || sum.kind === 'convMean';
    if (!isAdjoint || isDepthwise(realWeights.get(sum.weights)!) || carries(sum.input, sum.weights)) {
      result.push(stage);
      continue;
    }
    const copy = `${sum.input}/for/${sum.weights}`;
    if (!described.has(copy)) {
      described.set(copy, { ...described.get(sum.input)!, name: copy });
      carries(copy, sum.weights);
      result.push(rescale(stage, sum.input, copy));
    }
    result.push({ ...stage, sum: { ...sum, input: copy } });
  }
  return { stages: result, tensors: described, demands };
}

function rescale(reader: Stage, input: string, output: string): Stage {
  return {
    name: `${reader.name}/rescale`,
    op: 'Rescale',
    nodes: [],
    phase: 'gradient',
    sum: { kind: 'windowSum', input, geometry: unitGeometry },
    factor: 1,
    output,
    inner: [],
  };
}
