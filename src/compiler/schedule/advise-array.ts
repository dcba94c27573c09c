import { CompileError } from '../diagnostics.ts';
import type { IntegerNetwork } from '../quantize/network.ts';
import { engineShapes } from './engine-shape.ts';
import { limitHint } from './limits.ts';
import type { EngineShape, Schedule } from './operation.ts';
import { schedule } from './schedule.ts';

/** Whether a network can be scheduled on an array at all. */
function canSchedule(network: IntegerNetwork, shape: EngineShape): boolean {
  try {
    schedule(network, shape);
    return true;
  } catch (error) {
    if (error instanceof CompileError) return false;
    throw error;
  }
}

/**
 * The schedule on an array. Where the network is beyond that engine's addresses or counters, the diagnostics name the
 * smallest listed array that would do: larger arrays have wider words, so the same tensors take fewer of them.
 *
 * @throws CompileError as `schedule`
 */
export function scheduleOrAdvise(network: IntegerNetwork, shape: EngineShape): Schedule {
  try {
    return schedule(network, shape);
  } catch (error) {
    if (!(error instanceof CompileError) || !error.diagnostics.some(({ hint }) => hint === limitHint))
      throw error;
    const size = ({ rows, columns }: EngineShape) => rows * columns;
    const [array] =
      [...engineShapes].find(([, larger]) => size(larger) > size(shape) && canSchedule(network, larger)) ??
      [];
    const hint = array
      ? `Choose array ${array}, the smallest listed one that would do, or a smaller input or model.`
      : 'Choose a smaller input or a smaller model: no larger array that is listed would do.';
    throw new CompileError(error.diagnostics.map((d) => (d.hint === limitHint ? { ...d, hint } : d)));
  }
}
