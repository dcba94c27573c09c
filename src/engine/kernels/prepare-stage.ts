import type { IntegerLayer, IntegerTensor } from '../../compiler/quantize/network.ts';
import { requantise } from '../../compiler/quantize/semantics.ts';
import { tableOf, tensorOf } from '../../compiler/quantize/sums/context.ts';
import type { EngineMemory } from './engine-memory.ts';
import { storedChannels } from './layout.ts';
import type { Step } from './prepare-sum.ts';

/** Prepares the output stage of a layer. */
export function prepareStage(layer: IntegerLayer, memory: EngineMemory): Step {
  const tensor = tensorOf(memory.network, layer.output.tensor);
  return tensor.bits === 32 ? wideStage(layer, tensor, memory) : storedStage(layer, memory);
}

function storedStage({ output: stage }: IntegerLayer, memory: EngineMemory): Step {
  const { kernels } = memory;
  const target = memory.buffer(stage.tensor);
  const { channels, tensor } = target;
  // Six arrays: bias, multiplier, shift, residual multiplier, residual shift, slope. Stored channels beyond the real ones
  // are multiplied by zero; their shift must still be one.
  const parameters = new Int32Array(6 * channels).fill(1, 2 * channels, 3 * channels);
  const arrays = [
    stage.bias,
    stage.multiplier,
    stage.shift,
    stage.residual?.multiplier,
    stage.residual?.shift,
    stage.slope,
  ];
  arrays.forEach((values, i) => values && parameters.set(values, i * channels));
  const address = memory.constant(parameters);
  const residual = stage.residual && memory.buffer(stage.residual.tensor);
  const write = stage.maskWrite && memory.addMask(stage.maskWrite.mask, target);
  const read = stage.maskRead === undefined ? undefined : memory.mask(stage.maskRead);
  const table = stage.table && memory.constant(tableOf(memory.network, stage.table.name).values);
  const low = stage.low === undefined ? undefined : memory.buffer(stage.low);
  const run = (first: number, pixels: number) => {
    const at = first * channels;
    kernels.outputStage(
      memory.accumulators + at * 4,
      address,
      target.address + at * 2,
      pixels,
      channels,
      stage.table?.zeroPoint ?? tensor.zeroPoint,
      stage.lower,
      stage.upper,
      residual ? residual.address + at * 2 : 0,
      residual?.tensor.zeroPoint ?? 0,
      write ? write.address + at : 0,
      stage.maskWrite?.upper ?? 0,
      read ? read.address + at : 0,
      stage.slope ? 1 : 0,
      table ?? 0,
      low ? low.address + at * 2 : 0,
    );
  };
  const { region } = stage;
  if (!region) return () => run(0, tensor.height * tensor.width);
  const {
    rows: [top, rows],
    columns: [left, columns],
  } = region;
  return () => {
    for (let y = top; y < top + rows; y++) run(y * tensor.width + left, columns);
  };
}

/** Scores and map: few values, in 32 bits. */
function wideStage({ output: stage, sum }: IntegerLayer, tensor: IntegerTensor, memory: EngineMemory): Step {
  if (stage.maskWrite || stage.maskRead !== undefined || stage.slope || stage.table)
    throw new Error(`${tensor.name}: a wide result has no mask, slope or table`);
  const isMap = sum.kind === 'mapFromRow' || sum.kind === 'mapFromTensor';
  const channels = isMap ? 1 : storedChannels(memory.network, tensor);
  const pixels = tensor.height * tensor.width;
  const result = memory.wide.get(tensor.name)!;
  return (classIndex) => {
    const accumulators = memory.accumulatorValues();
    const residual = stage.residual && memory.stored(stage.residual.tensor);
    for (let k = 0; k < tensor.channels; k++) {
      const p = sum.kind === 'mapFromRow' ? classIndex : k;
      for (let n = 0; n < pixels; n++) {
        const operands = {
          accumulator: accumulators[n * channels + k]!,
          bias: stage.bias[p]!,
          multiplier: stage.multiplier[p]!,
          shift: stage.shift[p]!,
          residual: residual ? residual.values[n * residual.channels + k]! - residual.zeroPoint : 0,
          residualMultiplier: stage.residual?.multiplier[p] ?? 0,
          residualShift: stage.residual?.shift[p] ?? 0,
        };
        result[k * pixels + n] = requantise(operands, tensor.zeroPoint, stage.lower, stage.upper);
      }
    }
  };
}
