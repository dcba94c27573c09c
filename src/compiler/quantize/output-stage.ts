import type { IntegerLayer, IntegerNetwork, IntegerTensor } from './network.ts';
import { maskBit, roundingShift, splitPlanes, toByte, wideValue } from './semantics.ts';
import { operand, tableOf, tensorOf, valuesOf, type SumContext } from './sums/context.ts';

/** What an output stage writes. */
export interface StageResult {
  readonly values: Int32Array;
  /** The low plane, where it is a tensor of its own. */
  readonly low?: Int32Array;
  /** One 0 or 1 per element, where the stage writes a mask. */
  readonly mask?: Uint8Array;
}

/** Index of an element's parameters: per output channel; a map from a dense row has them per class, others one. */
function parameterIndex(layer: IntegerLayer, channel: number, classIndex: number): number {
  if (layer.sum.kind === 'mapFromRow') return classIndex;
  return layer.sum.kind === 'mapFromTensor' ? 0 : channel;
}

/** Where a tensor's values go: several layers may write one tensor, part by part. */
function storage(tensor: IntegerTensor, context: SumContext): Int32Array {
  const stored = tensorOf(context.network, tensor.view?.of ?? tensor.name);
  const { name, channels, height, width } = stored;
  if (!context.values.has(name)) context.values.set(name, new Int32Array(channels * height * width));
  return valuesOf(context, tensor.name)!;
}

/** Runs a layer's output stage over its accumulators (`OutputStage`, `semantics.ts`). */
export function outputStage(
  network: IntegerNetwork,
  layer: IntegerLayer,
  accumulators: Int32Array,
  context: SumContext,
  masks: ReadonlyMap<string, Uint8Array>,
): StageResult {
  const stage = layer.output;
  const tensor = tensorOf(network, stage.tensor);
  const pixels = tensor.height * tensor.width;
  const residual = stage.residual && operand(context, stage.residual.tensor);
  const gate = stage.maskRead === undefined ? undefined : masks.get(stage.maskRead);
  if (stage.maskRead !== undefined && !gate)
    throw new Error(`mask ${stage.maskRead} is read before it is written`);

  const table = stage.table && tableOf(network, stage.table.name).values;
  const zeroPoint = stage.table?.zeroPoint ?? tensor.zeroPoint;
  const low = stage.low === undefined ? undefined : new Int32Array(accumulators.length);
  const values = storage(tensor, context);
  const mask = stage.maskWrite && (masks.get(stage.maskWrite.mask) ?? new Uint8Array(accumulators.length));
  const { rows, columns } = stage.region ?? { rows: [0, tensor.height], columns: [0, tensor.width] };
  for (let channel = 0; channel < tensor.channels; channel++) {
    const p = parameterIndex(layer, channel, context.classIndex);
    // One object for the whole channel: these two fields change from element to element.
    const element = {
      accumulator: 0,
      residual: 0,
      bias: stage.bias[p]!,
      multiplier: stage.multiplier[p]!,
      shift: stage.shift[p]!,
      residualMultiplier: stage.residual?.multiplier[p] ?? 0,
      residualShift: stage.residual?.shift[p] ?? 0,
    };
    for (let pixel = 0; pixel < rows[1] * columns[1]; pixel++) {
      const y = rows[0] + Math.floor(pixel / columns[1]);
      const at = channel * pixels + y * tensor.width + columns[0] + (pixel % columns[1]);
      element.accumulator = accumulators[at]!;
      element.residual = residual ? residual.values[at]! - residual.tensor.zeroPoint : 0;
      const flat = gate ? gate[at] === 0 : element.accumulator + element.bias <= 0;
      const onSlope = stage.slope !== undefined && flat;
      element.multiplier = onSlope ? stage.slope[p]! : stage.multiplier[p]!;
      const wide = wideValue(element);
      const rounded = roundingShift(wide, element.shift) + zeroPoint;
      const q = Math.min(stage.upper, Math.max(stage.lower, rounded));
      if (mask) mask[at] = onSlope ? 0 : maskBit(wide, q, stage.maskWrite!.upper);
      const kept = gate && flat && !onSlope ? 0 : table ? table[q + 128]! : q;
      if (!low) values[at] = table ? toByte(kept) : kept;
      else {
        const planes = splitPlanes(kept);
        values[at] = toByte(planes.high);
        low[at] = planes.low;
      }
    }
  }
  return { values, ...(mask ? { mask } : {}), ...(low ? { low } : {}) };
}
