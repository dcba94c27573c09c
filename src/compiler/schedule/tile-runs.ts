import type { Operation } from './operation.ts';
import type { WeightBlock } from './weight-layout.ts';

/**
 * Output tiles that one operation computes: tile t reads `inputs` words from word `input` + t * `inputStep` of each
 * position. Strides are those of the weight words, per output tile, tap row, tap column and input word (`transposed`: as
 * `operation.ts` says).
 */
export interface TileRun {
  readonly first: number;
  readonly count: number;
  readonly input: number;
  readonly inputStep: number;
  readonly inputs: number;
  readonly mode: Operation['weights']['mode'];
  readonly weights: number;
  readonly strides: {
    readonly tile: number;
    readonly ky: number;
    readonly kx: number;
    readonly input: number;
  };
}

/** The operations' share of the output tiles for a sum over a block's inputs. */
export function forwardRuns({ height, width, parts }: WeightBlock): TileRun[] {
  return merged(
    parts.map(({ base, oTile, oTiles, iTile, iTiles }) => ({
      first: oTile,
      count: oTiles,
      input: iTile,
      inputStep: 0,
      inputs: iTiles,
      mode: 'plain',
      weights: base,
      strides: { tile: height * width * iTiles, ky: width * iTiles, kx: iTiles, input: 1 },
    })),
  );
}

/**
 * The same for the adjoint, whose output tiles are the forward input's: the words transposed, or a transposed copy. An
 * output tile takes `across` = C / R of the forward input's.
 */
export function adjointRuns(block: WeightBlock, across: number): TileRun[] {
  const { height, width, parts, transposed } = block;
  if (!transposed) return forwardRuns(block);
  return merged(
    parts.map(({ base, oTile, oWords, iTile, iTiles }) => ({
      first: iTile / across,
      count: Math.ceil(iTiles / across),
      input: oTile * across,
      inputStep: 0,
      inputs: oWords,
      mode: 'transposed',
      weights: base,
      strides: { tile: across, ky: width * iTiles, kx: iTiles, input: height * width * iTiles },
    })),
  );
}

/** Tiles that pass each channel to its own column: C columns take `across` = C / R words, the last tile maybe fewer. */
export function identityRuns(block: WeightBlock, tiles: number, across: number): TileRun[] {
  const strides = { tile: 0, ky: 0, kx: 0, input: 1 };
  return elementRuns({ mode: 'plain', weights: block.parts[0]!.base, strides }, tiles, across);
}

/** Tiles whose channels each go to their own column, by the weights of a mode that has none in memory. */
export function elementRuns(
  weights: Pick<TileRun, 'mode' | 'weights' | 'strides'>,
  tiles: number,
  across: number,
): TileRun[] {
  const [whole, rest] = [Math.floor(tiles / across), tiles % across];
  const common = { ...weights, inputStep: across };
  const runs = [
    { ...common, first: 0, count: whole, input: 0, inputs: across },
    { ...common, first: whole, count: 1, input: whole * across, inputs: rest },
  ];
  return runs.filter(({ count, inputs }) => count * inputs > 0);
}

/** Runs of a single tile each, alike and equally far apart, become one. */
function merged(runs: readonly TileRun[]): TileRun[] {
  const result: TileRun[] = [];
  for (const run of runs) {
    const last = result.at(-1);
    const joined = last && join(last, run);
    if (joined) result[result.length - 1] = joined;
    else result.push(run);
  }
  return result;
}

function join(a: TileRun, b: TileRun): TileRun | undefined {
  const alike = a.inputs === b.inputs && b.count === 1 && a.first + a.count === b.first;
  // Of one tile any step is true; of several the next must follow in step.
  const inputStep = a.count === 1 ? b.input - a.input : a.inputStep;
  const tile = a.count === 1 ? b.weights - a.weights : a.strides.tile;
  const follows = b.input === a.input + a.count * inputStep && b.weights === a.weights + a.count * tile;
  const taps =
    a.strides.ky === b.strides.ky && a.strides.kx === b.strides.kx && a.strides.input === b.strides.input;
  if (!alike || !follows || !taps) return undefined;
  return { ...a, count: a.count + 1, inputStep, strides: { ...a.strides, tile } };
}
