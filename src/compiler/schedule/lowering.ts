import { fail } from '../diagnostics.ts';
import type { IntegerLayer, IntegerNetwork, Region } from '../quantize/network.ts';
import type { EngineShape, ImageLayout, Operation, SideOutput, Walk } from './operation.ts';
import type { SideOutputs } from './side-outputs.ts';
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
  readonly sides: SideOutputs;
  /** Number of each look-up table. */
  readonly tables: ReadonlyMap<string, number>;
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

/**
 * Which outputs the loops `tile`, `row` and `column` visit: y = start + step * row, likewise x; tiles from `first` on
 * (absent: all of them).
 */
export interface OutputGrid {
  readonly start: readonly [number, number];
  readonly step: readonly [number, number];
  readonly tiles?: { readonly first: number; readonly count: number };
}

const everyPosition: OutputGrid = { start: [0, 0], step: [1, 1] };

/** The rectangle of output positions that a layer computes. */
export function regionOf(layer: IntegerLayer, context: LoweringContext): Region {
  const { height, width } = need(context.tensors, layer.output.tensor).tensor;
  return layer.output.region ?? { rows: [0, height], columns: [0, width] };
}

/** Window coordinates that are always inside. */
export const inside: Operation['y'] = { walk: walk(0), limit: 1 };
/** Window coordinates that are never inside: the operand is padding throughout. */
export const outside: Operation['y'] = { walk: walk(-1), limit: 0 };

const noPort: Operation['port'] = { walk: walk(0), planes: 0, planeStride: 0, zeroPoint: 0 };
/** The second activation port as an operand. */
export function operandPort(walk: Walk): Operation['port'] {
  return { walk, planes: 0, planeStride: 0, zeroPoint: 0 };
}

const noMask: Operation['mask'] = { mode: 'none', walk: walk(0), upper: 0 };

/** Residual port: the words of the output's own positions in another tensor of the same shape. */
function residualPort(layer: IntegerLayer, context: LoweringContext, grid: OutputGrid): Operation['port'] {
  if (!layer.output.residual) return noPort;
  const residual = need(context.tensors, layer.output.residual.tensor);
  return {
    walk: positionWalk(
      residual.address,
      residual.pitch,
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
export const wordsPerVector = ({ shape }: LoweringContext) => shape.columns / shape.rows;

/** Walk over a tensor laid out position by position, `pitch` words from one to the next. */
function positionWalk(address: number, pitch: number, width: number, grid: OutputGrid, tileStep: number) {
  const first = (grid.tiles?.first ?? 0) * tileStep;
  return walk(address + first + (grid.start[0] * width + grid.start[1]) * pitch, {
    tile: tileStep,
    row: grid.step[0] * width * pitch,
    column: grid.step[1] * pitch,
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
  const { network, shape } = context;
  const target = need(context.tensors, layer.output.tensor);
  const { width, zeroPoint } = target.tensor;
  const { low, table, slope } = layer.output;
  const first = grid.tiles?.first ?? 0;
  const left = target.extent - first * shape.columns;
  const planes =
    low === undefined
      ? { planes: target.planes, planeStride: target.planeStride }
      : { planes: 2 as const, planeStride: need(context.tensors, low).address - target.address };
  const rest = {
    ...planes,
    channels: grid.tiles ? Math.min(left, grid.tiles.count * shape.columns) : left,
    parameters: need(context.parameters, layer.name) + (first * shape.columns) / shape.lanes,
    classColumn: false,
    biasRegister: false,
    slope: slope !== undefined,
    ...(table ? { table: need(context.tables, table.name) } : {}),
    zeroPoint: table?.zeroPoint ?? zeroPoint,
    lower: layer.output.lower,
    upper: layer.output.upper,
  };
  if (layer.output.tensor === network.scores) {
    return { ...rest, destination: 'scores', walk: walk(first * shape.columns, { tile: shape.columns }) };
  }
  if (layer.output.tensor === network.explanation?.map) {
    return { ...rest, destination: 'map', walk: walk(0, { row: width, column: 1 }) };
  }
  const words = positionWalk(target.address, target.pitch, width, grid, wordsPerVector(context));
  return { ...rest, destination: 'activation', walk: words };
}

/** The result of another layer that rides on this one's sums. */
function sideOutput(layer: IntegerLayer, context: LoweringContext): SideOutput | undefined {
  const side = context.sides.get(layer.name);
  if (!side) return undefined;
  const target = need(context.tensors, side.output.tensor);
  return {
    layer: side.name,
    offset: target.address - need(context.tensors, layer.output.tensor).address,
    parameters: need(context.parameters, side.name),
    residual: side.output.residual !== undefined,
    zeroPoint: target.tensor.zeroPoint,
  };
}

/** The half of an operation behind the accumulators: the same for all kinds of layers. */
export function outputHalf(
  layer: IntegerLayer,
  context: LoweringContext,
  grid: OutputGrid = everyPosition,
): Pick<LoweredOperation, 'layer' | 'phase' | 'port' | 'output' | 'mask' | 'side'> {
  const side = sideOutput(layer, context);
  return {
    layer: layer.name,
    phase: layer.phase,
    ...(side ? { side } : {}),
    port: residualPort(layer, context, grid),
    output: outputWalk(layer, context, grid),
    mask: maskWalk(layer, context, grid),
  };
}

/** Output vectors per position: channels, gaps included, by C. */
export function outputTiles(layer: IntegerLayer, context: LoweringContext): number {
  return Math.ceil(need(context.tensors, layer.output.tensor).extent / context.shape.columns);
}
