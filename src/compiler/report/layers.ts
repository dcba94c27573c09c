import type { IntegerLayer, IntegerNetwork, Phase } from '../quantize/network.ts';
import type { Schedule, ScheduledOperation } from '../schedule/operation.ts';
import { stepsOf, vectorsOf } from '../schedule/walk.ts';
import { traffic } from './traffic.ts';

/** Where a layer's cycles go; the parts add up to its cycles. */
export interface TimeSpent {
  /** The array takes a multiply-accumulate word. */
  readonly compute: number;
  /** The array waits for the output stage. */
  readonly output: number;
  /** Filling and draining the pipeline, and waiting for the image. */
  readonly fill: number;
}

/** One layer of the report: figures of the schedule's operations that carry it out. */
export interface LayerReport {
  readonly name: string;
  readonly op: string;
  /** ONNX nodes it carries out. */
  readonly nodes: readonly string[];
  /** The integer tensor it writes. */
  readonly output: string;
  readonly phase: Phase;
  /** Cycle at which the engine turns to this layer; layers follow one another without a gap. */
  readonly start: number;
  readonly cycles: number;
  readonly macs: number;
  /** Bits its accumulator needs in the worst case, whatever the picture: proven from weights and ranges, at most 32. */
  readonly accumulatorBits: number;
  /** macs / (cycles * macsPerCycle): above 1 where padding taps, which nominal MACs count, are left out. */
  readonly utilization: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly time: TimeSpent;
  /** What the backward pass keeps of it. */
  readonly gradientNeeds: 'nothing' | 'mask' | 'winners' | 'derivative';
}

const add = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

function timeSpent(operations: readonly ScheduledOperation[], cycles: number): TimeSpent {
  const compute = add(operations.map(({ operation: { counts } }) => vectorsOf(counts) * stepsOf(counts)));
  const issue = add(operations.map(({ operation: { counts, interval } }) => vectorsOf(counts) * interval));
  return { compute, output: issue - compute, fill: cycles - issue };
}

function layerReport(
  layer: IntegerLayer,
  operations: readonly ScheduledOperation[],
  start: number,
  { shape }: Schedule,
): LayerReport {
  const last = operations.at(-1);
  const cycles = last ? last.start + last.length - start : 0;
  const moved = operations.map(({ operation }) => traffic(operation, shape));
  return {
    name: layer.name,
    op: layer.op,
    nodes: layer.nodes,
    output: layer.output.tensor,
    phase: layer.phase,
    start,
    cycles,
    // A side output takes the sums of another layer.
    macs: last ? layer.macs : 0,
    accumulatorBits: layer.accumulatorBits,
    utilization: cycles === 0 ? 0 : layer.macs / (cycles * shape.rows * shape.columns),
    bytesRead: add(moved.map(({ read }) => read)),
    bytesWritten: add(moved.map(({ written }) => written)),
    time: timeSpent(operations, cycles),
    gradientNeeds: gradientNeeds(layer),
  };
}

function gradientNeeds({ sum, output }: IntegerLayer): LayerReport['gradientNeeds'] {
  if (output.low !== undefined) return sum.kind === 'maxPool' ? 'winners' : 'derivative';
  return output.maskWrite ? 'mask' : 'nothing';
}

/** Every layer of the network with the cycles and bytes of its operations, in order. */
export function layerReports(network: IntegerNetwork, schedule: Schedule): LayerReport[] {
  const byLayer = new Map<string, ScheduledOperation[]>();
  for (const scheduled of schedule.operations) {
    const { layer } = scheduled.operation;
    byLayer.set(layer, [...(byLayer.get(layer) ?? []), scheduled]);
  }
  let start = 0;
  return network.layers.map((layer) => {
    const report = layerReport(layer, byLayer.get(layer.name) ?? [], start, schedule);
    start += report.cycles;
    return report;
  });
}
