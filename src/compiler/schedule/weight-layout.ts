import { fail } from '../diagnostics.ts';
import { groupSizes, inputChannels } from '../quantize/groups.ts';
import type { IntegerLayer, IntegerNetwork, IntegerWeights, WindowGeometry } from '../quantize/network.ts';
import { effectiveWidth } from './image-layout.ts';
import { tapOffsets, tapRows } from './interpreter-window.ts';
import { type EngineShape, type ImageLayout, windowRows } from './operation.ts';
import { placesOf } from './segments.ts';
import type { TensorForm } from './storage.ts';

/**
 * Output tiles with the input tiles they read, all with all, o-tile outermost: address =
 * base + (((o - oTile) * height + ky) * width + kx) * iTiles + i - iTile.
 */
export interface WeightPart {
  readonly base: number;
  readonly oTile: number;
  readonly oTiles: number;
  /** Activation words that the outputs fill: C / R a tile, the last tile maybe fewer. */
  readonly oWords: number;
  readonly iTile: number;
  readonly iTiles: number;
}

/**
 * The weight words of a layer. Without groups a single part; a grouped convolution has parts that share no tile, and
 * keeps no words between them. `width` counts groups of kernel columns where pixels are packed.
 */
export interface WeightBlock {
  readonly height: number;
  readonly width: number;
  readonly parts: readonly WeightPart[];
  /** Adjoints read the words transposed; where groups are not whole vectors (`turnable`) they get a transposed copy. */
  readonly transposed: boolean;
  /** The words hold whole kernel rows, for a window mode. */
  readonly sliding: boolean;
}

/** A matrix of weights still to be cut into words: value(o, i, ky, kx), 0 outside the groups. */
interface WeightMatrix {
  readonly key: string;
  /** Column of each output, row of each input, counted over all words. */
  readonly columns: readonly number[];
  readonly rows: readonly number[];
  readonly groups: number;
  readonly height: number;
  readonly width: number;
  readonly transposed: boolean;
  readonly sliding?: boolean;
  readonly value: (o: number, i: number, ky: number, kx: number) => number;
}

export interface WeightLayout {
  readonly words: Int8Array;
  /** Block of each layer, by layer name. */
  readonly blocks: ReadonlyMap<string, WeightBlock>;
  /** Blocks by what they hold, for the memory map. */
  readonly contents: ReadonlyMap<string, WeightContent>;
}

/** A block in the weight memory. */
export interface WeightContent {
  readonly base: number;
  readonly words: number;
  /** Weights that inference reads from words of its own: these are a second form of them, for the backward pass. */
  readonly copyOf?: string;
}

const plain = (
  weights: IntegerWeights,
  columns: readonly number[],
  rows: readonly number[],
): WeightMatrix => {
  const { name, shape, groups = 1, data } = weights;
  const group = groupSizes(weights);
  return {
    key: name,
    columns,
    rows,
    groups,
    height: shape[2],
    width: shape[3],
    transposed: false,
    value: (o, i, ky, kx) => {
      if (groups === 1) return data[((o * group.inputs + i) * shape[2] + ky) * shape[3] + kx]!;
      const inGroup = i - Math.floor(o / group.outputs) * group.inputs;
      if (inGroup < 0 || inGroup >= group.inputs) return 0;
      return data[((o * group.inputs + inGroup) * shape[2] + ky) * shape[3] + kx]!;
    },
  };
};

const inOrder = (count: number) => Array.from({ length: count }, (_, n) => n);

/**
 * Whether the words can be read the other way round: each vector of C inputs must belong to one part alone, and only the last
 * one may be of fewer.
 */
function turnable(parts: readonly Tiles[], { rows, columns }: EngineShape): boolean {
  const across = columns / rows;
  return parts.every(
    ({ iTile, iTiles }, n) => iTile % across === 0 && (n === parts.length - 1 || iTiles % across === 0),
  );
}

/** The same words, read the other way round where they can be. */
const adjoint = (key: string, shape: EngineShape, matrix: WeightMatrix): WeightMatrix =>
  turnable(tilesOf(matrix, shape), shape)
    ? { ...matrix, transposed: true }
    : {
        ...matrix,
        key: `${key} (transposed)`,
        columns: matrix.rows,
        rows: matrix.columns,
        value: (o, i, ky, kx) => matrix.value(i, o, ky, kx),
      };

/** Rows of the words are pixels and channels of the packed image: row = (pixel in word) * channels + channel. */
const packed = (matrix: WeightMatrix, layout: ImageLayout, geometry: WindowGeometry): WeightMatrix => {
  const dilation = geometry.dilations[1];
  const width = Math.ceil(effectiveWidth(geometry) / layout.pack);
  return {
    ...matrix,
    key: `${matrix.key} (${layout.pack} pixels a word, dilation ${dilation})`,
    rows: inOrder(layout.pack * layout.channels),
    groups: 1,
    width,
    value: (o, row, ky, group) => {
      const x = group * layout.pack + Math.floor(row / layout.channels);
      const kx = x / dilation;
      if (!Number.isInteger(kx) || kx >= geometry.kernel[1]) return 0;
      return matrix.value(o, row % layout.channels, ky, kx);
    },
  };
};

/**
 * Whether a layer can take its kernel rows in one step each: depthwise, three taps wide and as high as the delay line,
 * the first column's window beginning outside, no residual at the second port, and whole vectors of C channels.
 */
function slides(
  { sum, output }: IntegerLayer,
  weights: IntegerWeights,
  tensors: ReadonlyMap<string, TensorForm>,
  { rows, columns }: EngineShape,
): boolean {
  if (sum.kind !== 'conv') return false;
  const { groups = 1, shape } = weights;
  const { kernel, strides, pads, dilations } = sum.geometry;
  const input = tensors.get(sum.input)!;
  return (
    groups > 1 &&
    shape[0] === groups &&
    shape[1] === 1 &&
    kernel[0] === windowRows &&
    kernel[1] === tapOffsets.length &&
    strides[1] <= 2 &&
    pads[1] >= 1 &&
    dilations[1] === 1 &&
    input.planes === 1 &&
    input.tiles % (columns / rows) === 0 &&
    !output.residual &&
    !output.region &&
    rows >= 2 * tapRows
  );
}

/** A depthwise matrix with whole kernel rows in a word: tap t of a channel in the quarter t of the rows. */
const sliding = (weights: IntegerWeights, matrix: WeightMatrix, rows: number): WeightMatrix => {
  const taps = tapOffsets.length;
  const quarter = rows / tapRows;
  return {
    ...matrix,
    key: `${matrix.key} (kernel rows)`,
    rows: matrix.rows.flatMap((place) =>
      tapOffsets.map((_, tap) => Math.floor(place / rows) * rows + tap * quarter + (place % quarter)),
    ),
    width: 1,
    sliding: true,
    value: (o, i, ky) =>
      Math.floor(i / taps) === o
        ? weights.data[(o * windowRows + ky) * taps + 1 + tapOffsets[i % taps]!]!
        : 0,
  };
};

/** Ones that add up a window of the image channel by channel. */
const imageOnes = (layout: ImageLayout, geometry: WindowGeometry): WeightMatrix =>
  packed(
    {
      key: `ones ${geometry.kernel.join('x')}`,
      columns: inOrder(layout.channels),
      rows: inOrder(layout.channels),
      groups: 1,
      height: geometry.kernel[0],
      width: geometry.kernel[1],
      transposed: false,
      value: (o, i) => (o === i ? 1 : 0),
    },
    layout,
    geometry,
  );

/** Passes each channel to its own column (C columns take C / R words). */
const identity = (shape: EngineShape): WeightMatrix => ({
  key: 'identity',
  columns: inOrder(shape.columns),
  rows: inOrder(shape.columns),
  groups: 1,
  height: 1,
  width: 1,
  transposed: false,
  value: (o, i) => (o === i ? 1 : 0),
});

function matrixOf(
  layer: IntegerLayer,
  network: IntegerNetwork,
  tensors: ReadonlyMap<string, TensorForm>,
  shape: EngineShape,
  layout: ImageLayout,
) {
  const { sum } = layer;
  const places = (tensor: string) => placesOf(tensors.get(tensor)!.segments, shape.rows);
  /** Output channels stand where `outputs` says, or in order; input channels likewise. */
  const named = (name: string, inputs?: string, outputs?: string) => {
    const weights = network.weights.get(name);
    if (!weights)
      fail('CAM505', `The integer network has no weights ${name}.`, 'Report this as a fault of Camber.');
    const columns = outputs === undefined ? inOrder(weights.shape[0]) : places(outputs);
    return plain(weights, columns, inputs === undefined ? inOrder(inputChannels(weights)) : places(inputs));
  };
  const output = layer.output.tensor;
  const fromImage = 'input' in sum && sum.input === network.input.tensor;
  switch (sum.kind) {
    case 'conv':
      if (fromImage) return packed(named(sum.weights, undefined, output), layout, sum.geometry);
      return slides(layer, network.weights.get(sum.weights)!, tensors, shape)
        ? sliding(network.weights.get(sum.weights)!, named(sum.weights, sum.input, output), shape.rows)
        : named(sum.weights, sum.input, output);
    case 'mapFromRow':
      return named(sum.weights, sum.input);
    case 'convBackward':
    case 'convMean':
      return adjoint(sum.weights, shape, named(sum.weights, output, sum.input));
    case 'denseRow':
      return adjoint(sum.weights, shape, named(sum.weights, output));
    case 'windowSumBackward':
      return identity(shape);
    case 'windowSum':
      return fromImage ? imageOnes(layout, sum.geometry) : identity(shape);
    case 'bandSums':
    case 'borderSums':
      return identity(shape);
    case 'maxPool':
    case 'maxPoolBackward':
    case 'product':
    case 'mapFromTensor':
      return undefined;
  }
}

type Tiles = Omit<WeightPart, 'base'>;

/** Which output tiles read which input tiles: groups whose tiles meet are put together. */
function tilesOf({ columns, rows, groups }: WeightMatrix, shape: EngineShape): Tiles[] {
  const [outputs, inputs] = [columns.length / groups, rows.length / groups];
  const parts: Tiles[] = [];
  for (let g = 0; g < groups; g++) {
    const oTile = Math.floor(columns[g * outputs]! / shape.columns);
    const iTile = Math.floor(rows[g * inputs]! / shape.rows);
    const oEnd = Math.floor(columns[(g + 1) * outputs - 1]! / shape.columns) + 1;
    const iEnd = Math.floor(rows[(g + 1) * inputs - 1]! / shape.rows) + 1;
    const last = parts.at(-1);
    const meets = last && (oTile < last.oTile + last.oTiles || iTile < last.iTile + last.iTiles);
    const start = meets ? last : { oTile, iTile };
    const lastWord = Math.floor(columns[(g + 1) * outputs - 1]! / shape.rows);
    const part = {
      oTile: start.oTile,
      oTiles: oEnd - start.oTile,
      oWords: lastWord + 1 - start.oTile * (shape.columns / shape.rows),
      iTile: start.iTile,
      iTiles: iEnd - start.iTile,
    };
    if (meets) parts[parts.length - 1] = part;
    else parts.push(part);
  }
  return parts;
}

/** The words of a matrix, bank after bank, w[r][c] at r * R + c, and its parts with bases from 0 on. */
function cut(
  matrix: WeightMatrix,
  shape: EngineShape,
): { readonly words: Int8Array; readonly parts: readonly WeightPart[] } {
  const { columns, rows, height, width } = matrix;
  const taps = height * width;
  let count = 0;
  const parts = tilesOf(matrix, shape).map((tiles) => {
    const part = { ...tiles, base: count };
    count += tiles.oTiles * taps * tiles.iTiles;
    return part;
  });
  const across = shape.columns / shape.rows;
  const words = new Int8Array(count * shape.rows * shape.columns);
  const within = (tile: number, first: number, tiles: number) => tile >= first && tile < first + tiles;
  for (const { base, oTile, oTiles, iTile, iTiles } of parts) {
    const inputs = rows.flatMap((row, i) => (within(Math.floor(row / shape.rows), iTile, iTiles) ? [i] : []));
    columns.forEach((column, o) => {
      const tile = Math.floor(column / shape.columns);
      if (!within(tile, oTile, oTiles)) return;
      for (let tap = 0; tap < taps; tap++) {
        const block = base + ((tile - oTile) * taps + tap) * iTiles - iTile;
        const [ky, kx] = [Math.floor(tap / width), tap % width];
        const half = Math.floor((column % shape.columns) / shape.rows);
        for (const i of inputs) {
          const inputTile = Math.floor(rows[i]! / shape.rows);
          // Odd input tiles have the halves in each other's bank.
          const bank = (half + inputTile - iTile) % across;
          const row = ((block + inputTile) * across + bank) * shape.rows + (rows[i]! % shape.rows);
          const at = row * shape.rows + (column % shape.rows);
          // Inputs that share a row leave it to the one that has a weight there.
          if (words[at] === 0) words[at] = matrix.value(o, i, ky, kx);
        }
      }
    });
  }
  return { words, parts };
}

/** Whether a turned block's last vector is half a vector, whose other half would be the word behind the last one. */
function readsBeyond(
  blocks: ReadonlyMap<string, WeightBlock>,
  end: number,
  { rows, columns }: EngineShape,
): boolean {
  return [...blocks.values()].some(({ height, width, parts, transposed }) => {
    const last = parts.at(-1)!;
    const isLast = last.base + last.oTiles * height * width * last.iTiles === end;
    return transposed && isLast && last.iTiles % (columns / rows) !== 0;
  });
}

/** Pass: cuts all weights into words, each matrix once however many layers and directions read it. */
export function weightLayout(
  network: IntegerNetwork,
  tensors: ReadonlyMap<string, TensorForm>,
  shape: EngineShape,
  layout: ImageLayout,
): WeightLayout {
  const pieces: Int8Array[] = [];
  const blocks = new Map<string, WeightBlock>();
  const known = new Map<string, readonly WeightPart[]>();
  const contents = new Map<string, WeightContent>();
  const inferred = new Set<string>();
  const wordBytes = shape.rows * shape.columns;
  let next = 0;
  for (const layer of network.layers) {
    const matrix = matrixOf(layer, network, tensors, shape, layout);
    if (!matrix) continue;
    const name = 'weights' in layer.sum ? layer.sum.weights : undefined;
    if (name !== undefined && layer.phase === 'inference') inferred.add(name);
    const { key, height, width, transposed, sliding: isSliding = false } = matrix;
    let parts = known.get(key);
    if (!parts) {
      const { words, parts: relative } = cut(matrix, shape);
      const base = next;
      pieces.push(words);
      parts = relative.map((part) => ({ ...part, base: part.base + base }));
      known.set(key, parts);
      // Inference comes first: what it has not laid out by now is for the backward pass alone.
      const isCopy = layer.phase !== 'inference' && name !== undefined && inferred.has(name);
      contents.set(key, { base, words: words.length / wordBytes, ...(isCopy ? { copyOf: name } : {}) });
      next += words.length / wordBytes;
    }
    blocks.set(layer.name, { height, width, parts, transposed, sliding: isSliding });
  }
  const words = new Int8Array((next + (readsBeyond(blocks, next, shape) ? 1 : 0)) * wordBytes);
  let offset = 0;
  for (const piece of pieces) {
    words.set(piece, offset);
    offset += piece.length;
  }
  return { words, blocks, contents };
}
