import { fail } from '../diagnostics.ts';
import type { IntegerLayer, IntegerNetwork } from '../quantize/network.ts';
import type { EngineShape, ImageLayout, Operation, PerLevel, Walk } from './operation.ts';
import type { MaskForm, TensorForm } from './storage.ts';
import { walk } from './walk.ts';
import type { WeightBlock } from './weight-layout.ts';

/** An operation before `timing` has given it its cycles. */
export type LoweredOperation = Omit<Operation, 'interval' | 'drain' | 'settle' | 'inputWords'>;

/** A tensor and where it stands. */
export interface PlacedTensor extends TensorForm {
  readonly address: number;
}

/** Everything the lowering of a layer may ask for: forms, addresses and the layout of weights and parameters. */
export interface LoweringContext {
  readonly network: IntegerNetwork;
  readonly shape: EngineShape;
  readonly image: ImageLayout;
  readonly tensors: ReadonlyMap<string, PlacedTensor>;
  readonly masks: ReadonlyMap<string, MaskForm & { readonly address: number }>;
  readonly weights: ReadonlyMap<string, WeightBlock>;
  readonly parameters: ReadonlyMap<string, number>;
}

/** A layer whose sum is of one kind. */
export type LayerOf<K extends IntegerLayer['sum']['kind']> = IntegerLayer & {
  readonly sum: Extract<IntegerLayer['sum'], { readonly kind: K }>;
};

/** Looks up what an earlier pass must have made. */
export function need<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) {
    fail('CAM505', `Nothing called ${name} was laid out.`, 'Report this as a fault of Camber.');
  }
  return value;
}

/** Which output positions the loops `row` and `column` visit: y = start + step * row, likewise x. */
export interface OutputGrid {
  readonly start: readonly [number, number];
  readonly step: readonly [number, number];
}

export const everyPosition: OutputGrid = { start: [0, 0], step: [1, 1] };

/** Window coordinates that are always inside. */
export const inside: Operation['y'] = { walk: walk(0), limit: 1 };
/** Window coordinates that are never inside: the operand is padding throughout. */
export const outside: Operation['y'] = { walk: walk(-1), limit: 0 };

const noPort: Operation['port'] = { walk: walk(0), planes: 0, planeStride: 0, zeroPoint: 0 };
const noMask: Operation['mask'] = { mode: 'none', walk: walk(0), upper: 0 };

/** Residual port: the words of the output's own positions in another tensor of the same shape. */
function residualPort(layer: IntegerLayer, context: LoweringContext, grid: OutputGrid): Operation['port'] {
  if (!layer.output.residual) return noPort;
  const residual = need(context.tensors, layer.output.residual.tensor);
  return {
    walk: positionWalk(
      residual.address,
      residual.tiles,
      residual.tensor.width,
      grid,
      wordsPerVector(context),
    ),
    planes: residual.planes,
    planeStride: residual.planeStride,
    zeroPoint: residual.tensor.zeroPoint,
  };
}

/** Activation words that one output vector of C channels fills. */
const wordsPerVector = ({ shape }: LoweringContext) => shape.columns / shape.rows;

/** Walk over a tensor laid out position by position, `tiles` words each. */
function positionWalk(address: number, tiles: number, width: number, grid: OutputGrid, tileStep: number) {
  return walk(address + (grid.start[0] * width + grid.start[1]) * tiles, {
    tile: tileStep,
    row: grid.step[0] * width * tiles,
    column: grid.step[1] * tiles,
  });
}

function maskWalk(layer: IntegerLayer, context: LoweringContext, grid: OutputGrid): Operation['mask'] {
  const { maskWrite, maskRead } = layer.output;
  const name = maskWrite?.mask ?? maskRead;
  if (name === undefined) return noMask;
  const mask = need(context.masks, name);
  const { width } = need(context.tensors, layer.output.tensor).tensor;
  return {
    mode: maskWrite ? 'write' : 'read',
    walk: positionWalk(mask.address, mask.tiles, width, grid, 1),
    upper: maskWrite?.upper ?? 0,
  };
}

/** Where results go. */
function outputWalk(layer: IntegerLayer, context: LoweringContext, grid: OutputGrid): Operation['output'] {
  const { network } = context;
  const target = need(context.tensors, layer.output.tensor);
  const { channels, width, zeroPoint } = target.tensor;
  const rest = {
    planes: target.planes,
    planeStride: target.planeStride,
    channels,
    parameters: need(context.parameters, layer.name),
    classColumn: false,
    biasRegister: false,
    zeroPoint,
    lower: layer.output.lower,
    upper: layer.output.upper,
  };
  if (layer.output.tensor === network.scores) {
    return { ...rest, destination: 'scores', walk: walk(0, { tile: context.shape.columns }) };
  }
  if (layer.output.tensor === network.explanation?.map) {
    return { ...rest, destination: 'map', walk: walk(0, { row: width, column: 1 }) };
  }
  const words = positionWalk(target.address, target.tiles, width, grid, wordsPerVector(context));
  return { ...rest, destination: 'activation', walk: words };
}

/** The half of an operation behind the accumulators: the same for all kinds of layers. */
export function outputHalf(
  layer: IntegerLayer,
  context: LoweringContext,
  grid: OutputGrid = everyPosition,
): Pick<LoweredOperation, 'layer' | 'phase' | 'port' | 'output' | 'mask'> {
  return {
    layer: layer.name,
    phase: layer.phase,
    port: residualPort(layer, context, grid),
    output: outputWalk(layer, context, grid),
    mask: maskWalk(layer, context, grid),
  };
}

/** Output vectors per position: ceil(channels / C). */
export function outputTiles(layer: IntegerLayer, context: LoweringContext): number {
  return Math.ceil(need(context.tensors, layer.output.tensor).tensor.channels / context.shape.columns);
}

/** The part of an operation that starts at one output tile: `count` tiles, as an operation of its own. */
function tilesOf(
  operation: LoweredOperation,
  first: number,
  count: number,
  { columns, lanes }: LoweringContext['shape'],
): LoweredOperation {
  const from = ({ base, strides }: Walk): Walk => ({ base: base + first * strides[0], strides });
  const { counts, activation, weights, port, output, mask } = operation;
  return {
    ...operation,
    counts: [count, ...counts.slice(1)] as unknown as PerLevel,
    activation: { ...activation, walk: from(activation.walk) },
    weights: { ...weights, walk: from(weights.walk) },
    port: { ...port, walk: from(port.walk) },
    output: {
      ...output,
      walk: from(output.walk),
      parameters: output.parameters + (first * columns) / lanes,
      channels: Math.min(output.channels - first * columns, count * columns),
    },
    mask: { ...mask, walk: from(mask.walk) },
  };
}

/**
 * An operation that passes a tensor's own words to the columns, C / R of them per output vector. Where the last vector
 * has fewer, its tile becomes an operation of its own, so that no word beyond the tensor is read.
 */
export function passWords(
  operation: LoweredOperation,
  tiles: number,
  { shape }: LoweringContext,
): LoweredOperation[] {
  const words = shape.columns / shape.rows;
  const [whole, rest] = [Math.floor(tiles / words), tiles % words];
  const last = () => {
    const tail = tilesOf(operation, whole, 1, shape);
    return { ...tail, counts: [...tail.counts.slice(0, 6), rest] as unknown as PerLevel };
  };
  return [...(whole > 0 ? [tilesOf(operation, 0, whole, shape)] : []), ...(rest > 0 ? [last()] : [])];
}
