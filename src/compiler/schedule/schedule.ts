import { CompileError } from '../diagnostics.ts';
import type { IntegerNetwork } from '../quantize/network.ts';
import { type Allocation, allocateActivations, allocateMasks } from './allocate.ts';
import { imageLayout, imageWords } from './image-layout.ts';
import { checkDepths, checkImage, checkLoops, checkRegisters } from './limits.ts';
import { lower } from './lower.ts';
import type { LoweringContext, PlacedTensor } from './lowering.ts';
import type { EngineShape, Schedule } from './operation.ts';
import { parameterLayout } from './parameter-layout.ts';
import { placements } from './placements.ts';
import { noSideOutputs, sideOutputs, type SideOutputs } from './side-outputs.ts';
import { maskForms, type TensorForm, tensorForms, tensorOf, unmappable } from './storage.ts';
import { tableLayout } from './table-layout.ts';
import { cyclesOf, time } from './time.ts';
import { weightLayout } from './weight-layout.ts';

const addressed = <T>(forms: ReadonlyMap<string, T>, { addresses }: Allocation) =>
  new Map([...forms].map(([name, form]) => [name, { ...form, address: addresses.get(name) ?? 0 }]));

/** A range of another tensor's channels stands where that one stands. */
function placedTensors(
  forms: ReadonlyMap<string, TensorForm>,
  { addresses }: Allocation,
): ReadonlyMap<string, PlacedTensor> {
  const address = (name: string, { within }: TensorForm) =>
    within ? (addresses.get(within.of) ?? 0) + within.word : (addresses.get(name) ?? 0);
  return new Map([...forms].map(([name, form]) => [name, { ...form, address: address(name, form) }]));
}

/**
 * The static schedule of an integer network on an array: every address, loop bound, start cycle and length.
 * Throws a CompileError that lists everything the engine has no mapping for.
 */
export function schedule(network: IntegerNetwork, shape: EngineShape): Schedule {
  const problems = [
    ...unmappable(network, shape),
    ...checkRegisters(network.classes, tensorOf(network, network.input.tensor)),
  ];
  if (problems.length > 0) throw new CompileError(problems);
  const alone = scheduleWith(network, shape, noSideOutputs);
  const sides = sideOutputs(network);
  if (sides.size === 0) return alone;
  // A side output must not cost the inference a cycle, and must be cheaper than computing the target once more.
  const riding = scheduleWith(network, shape, sides);
  const isWhole = riding.operations.filter(({ operation }) => operation.side).length === sides.size;
  const isFree = isWhole && riding.cycles.inference === alone.cycles.inference;
  return isFree && riding.cycles.explanation < alone.cycles.explanation ? riding : alone;
}

/** The schedule with these side outputs. */
function scheduleWith(network: IntegerNetwork, shape: EngineShape, sides: SideOutputs): Schedule {
  const forms = tensorForms(network, shape);
  const masks = maskForms(network, forms, shape);
  const image = imageLayout(network, shape);
  const weights = weightLayout(network, forms, shape, image);
  const parameters = parameterLayout(network, forms, shape);
  const tables = tableLayout(network);
  const activationPlan = allocateActivations(network, forms, sides);
  const maskPlan = allocateMasks(network, masks);

  const context: LoweringContext = {
    network,
    shape,
    image,
    tensors: placedTensors(forms, activationPlan),
    masks: addressed(masks, maskPlan),
    weights: weights.blocks,
    parameters: parameters.words,
    sides,
    tables: tables.indices,
  };
  const map = network.explanation ? tensorOf(network, network.explanation.map) : undefined;
  const mapValues = map ? map.height * map.width : 0;
  const depths = {
    activation: activationPlan.depth,
    image: imageWords(image),
    weights: weights.words.length / (shape.rows * shape.columns),
    parameters: parameters.parameters.length / shape.lanes,
    mask: maskPlan.depth,
    result: network.classes + mapValues,
    table: tables.entries.length,
  };
  const lowered = lower(context);
  const excess = [...checkImage(image), ...checkDepths(depths), ...checkLoops(lowered)];
  if (excess.length > 0) throw new CompileError(excess);

  const operations = time(lowered, shape, image, network.classes);
  return {
    shape,
    image,
    operations,
    depths,
    placements: placements(context, operations, weights.contents),
    classes: network.classes,
    mapValues,
    cycles: cyclesOf(operations),
    weightWords: weights.words,
    parameters: parameters.parameters,
    tables: tables.entries,
  };
}
