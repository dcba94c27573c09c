import { CompileError, type Diagnostic, diagnostic } from '../diagnostics.ts';
import type { IntegerNetwork } from '../quantize/network.ts';
import { engineShapes, largestShape, sizeOf } from './engine-shape.ts';
import { limitHint } from './limits.ts';
import type { EngineShape, Schedule } from './operation.ts';
import { schedule } from './schedule.ts';

/** The schedule on an array, or why there is none. */
function attempt(network: IntegerNetwork, shape: EngineShape): Schedule | CompileError {
  try {
    return schedule(network, shape);
  } catch (error) {
    if (error instanceof CompileError) return error;
    throw error;
  }
}

/** The schedule on an array, or CAM508 where it is too small for the network. */
export type Tried = { readonly plan: Schedule } | { readonly tooSmall: Diagnostic };

/**
 * Schedules on several arrays, the smallest first, one after the other.
 *
 * @throws CompileError as `scheduleOrAdvise`, where none of them will do
 */
export function* tryArrays(network: IntegerNetwork, shapes: readonly EngineShape[]): Generator<Tried> {
  let isAny = false;
  for (const shape of shapes) {
    const plan = attempt(network, shape);
    if (plan instanceof CompileError) {
      const array = `${shape.rows}x${shape.columns}`;
      const [first, ...others] = plan.diagnostics;
      const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
      const text = `Array ${array} is too small for this network: ${first!.message}${more}`;
      yield { tooSmall: diagnostic('CAM508', text, 'Choose one of the other arrays.') };
    } else {
      isAny = true;
      yield { plan };
    }
  }
  if (!isAny) scheduleOrAdvise(network, largestShape(shapes));
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
    const [array] =
      [...engineShapes].find(
        ([, larger]) => sizeOf(larger) > sizeOf(shape) && !(attempt(network, larger) instanceof CompileError),
      ) ?? [];
    const hint = array
      ? `Choose array ${array}, the smallest listed one that would do, or a smaller input or model.`
      : 'Choose a smaller input or a smaller model: no larger array that is listed would do.';
    throw new CompileError(error.diagnostics.map((d) => (d.hint === limitHint ? { ...d, hint } : d)));
  }
}
