/** A compiled model as the views show it: the report's own figures, and the schedule's operations and placements. */
import type { Graph } from '../../compiler/graph/ir.ts';
import type { Report } from '../../compiler/report/report.ts';
import { memoryShapes } from '../../compiler/report/resources.ts';
import { runtimeBackward } from '../../compiler/report/runtime-backward.ts';
import type { Placement, Schedule, ScheduledOperation } from '../../compiler/schedule/operation.ts';
import { stepsOf, vectorsOf } from '../../compiler/schedule/walk.ts';
import type { CompiledView, OperationView, PlacementView, ResourceCount } from '../../protocol/views.ts';

function operationView({ operation, start, length }: ScheduledOperation): OperationView {
  const { counts, interval, activation, output } = operation;
  return {
    layer: operation.layer,
    phase: operation.phase,
    start,
    cycles: length,
    first: stepsOf(counts),
    issue: vectorsOf(counts) * interval,
    readsImage: activation.source === 'input',
    writesResult: output.destination === 'scores' || output.destination === 'map',
  };
}

function placementView(
  { tensor, memory, address, words, live }: Placement,
  schedule: Schedule,
): PlacementView {
  const first = schedule.operations[live[0]];
  const last = schedule.operations[live[1]];
  return {
    tensor,
    memory,
    address,
    words,
    from: first?.start ?? 0,
    to: last ? last.start + last.length : 0,
  };
}

/**
 * @param report of the same schedule, with an explanation
 * @param graph the model as read, with shapes
 * @param synthesized where the engine has been synthesised
 */
export function compiledView(
  report: Report,
  schedule: Schedule,
  graph: Graph,
  synthesized?: ResourceCount,
): CompiledView {
  const { target, array, device, cycles, utilization, layers, resources, memory } = report;
  if (!target) throw new Error('The editor always compiles with an explanation.');
  return {
    target,
    array,
    device,
    cycles,
    utilization: utilization.inference,
    layers,
    operations: schedule.operations.map(operationView),
    memories: memoryShapes(schedule).map(({ name, width, depth }) => ({ name, depth, wordBytes: width / 8 })),
    placements: schedule.placements
      .filter(({ within }) => within === undefined)
      .map((placement) => placementView(placement, schedule)),
    runtimeBackward: runtimeBackward(graph, target.tensor, array.macsPerCycle, cycles.inference),
    resources: synthesized ? { ...resources, synthesized } : resources,
    memory,
  };
}
