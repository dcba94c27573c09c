import { unitGeometry, type PlanTensor, type Stage } from './stage.ts';

export const name = 'split-scales';
export const description = 'Gives each adjoint convolution a gradient tensor on its own per-channel scales';

/** Weights whose per-channel scales a gradient tensor must carry, by tensor name. */
export type ScaleDemands = ReadonlyMap<string, string>;

/**
 * An adjoint convolution sums over output channels, whose weights have a scale each; it needs its gradient stored
 * with the inverse of those scales. A tensor can carry the scales of one convolution: for every further one a
 * rescaled copy is inserted behind it.
 */
export function splitScales(
  stages: readonly Stage[],
  tensors: ReadonlyMap<string, PlanTensor>,
): { stages: readonly Stage[]; tensors: ReadonlyMap<string, PlanTensor>; demands: ScaleDemands } {
  const demands = new Map<string, string>();
  const described = new Map(tensors);
  const result: Stage[] = [];
  for (const stage of stages) {
    const { sum } = stage;
    if (sum.kind !== 'convBackward' && sum.kind !== 'convMean') {
      result.push(stage);
      continue;
    }
    const held = demands.get(sum.input);
    if (held === undefined || held === sum.weights) {
      demands.set(sum.input, sum.weights);
      result.push(stage);
      continue;
    }
    const copy = `${sum.input}/for/${sum.weights}`;
    if (!described.has(copy)) {
      described.set(copy, { ...described.get(sum.input)!, name: copy });
      demands.set(copy, sum.weights);
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
    relu: false,
    output,
    inner: [],
  };
}
