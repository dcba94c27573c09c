import { fail } from '../diagnostics.ts';
import type { IntegerLayer, IntegerNetwork, WindowGeometry } from '../quantize/network.ts';
import { effectiveWidth } from './image-layout.ts';
import type { EngineShape, ImageLayout } from './operation.ts';

/**
 * A block of weight words, o-tile outermost: address = base + ((oTile * height + ky) * width + kx) * iTiles + iTile.
 * `width` counts groups of kernel columns where pixels are packed.
 */
export interface WeightBlock {
  readonly base: number;
  readonly oTiles: number;
  readonly height: number;
  readonly width: number;
  readonly iTiles: number;
  /** Adjoints read a square array's words transposed; other arrays get a transposed copy. */
  readonly transposed: boolean;
}

/** A matrix of weights still to be cut into words: value(o, i, ky, kx), 0 beyond the edges. */
interface WeightMatrix {
  readonly key: string;
  readonly outputs: number;
  readonly inputs: number;
  readonly height: number;
  readonly width: number;
  readonly transposed: boolean;
  readonly value: (o: number, i: number, ky: number, kx: number) => number;
}

export interface WeightLayout {
  readonly words: Int8Array;
  /** Block of each layer, by layer name. */
  readonly blocks: ReadonlyMap<string, WeightBlock>;
  /** Blocks by what they hold, for the memory map. */
  readonly contents: ReadonlyMap<string, { readonly base: number; readonly words: number }>;
}

const plain = (
  key: string,
  shape: readonly [number, number, number, number],
  data: Int8Array,
): WeightMatrix => ({
  key,
  outputs: shape[0],
  inputs: shape[1],
  height: shape[2],
  width: shape[3],
  transposed: false,
  value: (o, i, ky, kx) => data[((o * shape[1] + i) * shape[2] + ky) * shape[3] + kx]!,
});

/** The same words, read the other way round: no copy on a square array. */
const adjoint = (key: string, shape: EngineShape, matrix: WeightMatrix): WeightMatrix =>
  shape.rows === shape.columns
    ? { ...matrix, transposed: true }
    : {
        ...matrix,
        key: `${key} (transposed)`,
        outputs: matrix.inputs,
        inputs: matrix.outputs,
        value: (o, i, ky, kx) => matrix.value(i, o, ky, kx),
      };

/** Rows of the words are pixels and channels of the packed image: row = (pixel in word) * channels + channel. */
const packed = (matrix: WeightMatrix, layout: ImageLayout, geometry: WindowGeometry): WeightMatrix => {
  const dilation = geometry.dilations[1];
  const width = Math.ceil(effectiveWidth(geometry) / layout.pack);
  return {
    ...matrix,
    key: `${matrix.key} (${layout.pack} pixels a word, dilation ${dilation})`,
    inputs: layout.pack * layout.channels,
    width,
    value: (o, row, ky, group) => {
      const x = group * layout.pack + Math.floor(row / layout.channels);
      const kx = x / dilation;
      if (!Number.isInteger(kx) || kx >= geometry.kernel[1]) return 0;
      return matrix.value(o, row % layout.channels, ky, kx);
    },
  };
};

/** Ones that add up a window of the image channel by channel. */
const imageOnes = (layout: ImageLayout, geometry: WindowGeometry): WeightMatrix =>
  packed(
    {
      key: `ones ${geometry.kernel.join('x')}`,
      outputs: layout.channels,
      inputs: layout.channels,
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
  outputs: shape.columns,
  inputs: shape.columns,
  height: 1,
  width: 1,
  transposed: false,
  value: (o, i) => (o === i ? 1 : 0),
});

function matrixOf(layer: IntegerLayer, network: IntegerNetwork, shape: EngineShape, layout: ImageLayout) {
  const { sum } = layer;
  const named = (name: string) => {
    const weights = network.weights.get(name);
    if (!weights)
      fail('CAM505', `The integer network has no weights ${name}.`, 'Report this as a fault of Camber.');
    return plain(name, weights.shape, weights.data);
  };
  const fromImage = 'input' in sum && sum.input === network.input.tensor;
  switch (sum.kind) {
    case 'conv':
      return fromImage ? packed(named(sum.weights), layout, sum.geometry) : named(sum.weights);
    case 'mapFromRow':
      return named(sum.weights);
    case 'convBackward':
    case 'convMean':
    case 'denseRow':
      return adjoint(sum.weights, shape, named(sum.weights));
    case 'windowSum':
      return fromImage ? imageOnes(layout, sum.geometry) : identity(shape);
    case 'borderSums':
      return identity(shape);
    case 'maxPool':
    case 'maxPoolBackward':
    case 'product':
    case 'mapFromTensor':
      return undefined;
  }
}

/** Writes the words of a matrix: w[r][c] at r * C + c. */
function cut(matrix: WeightMatrix, { rows, columns }: EngineShape): Int8Array {
  const { outputs, inputs, height, width } = matrix;
  const [oTiles, iTiles] = [Math.ceil(outputs / columns), Math.ceil(inputs / rows)];
  const words = new Int8Array(oTiles * height * width * iTiles * rows * columns);
  for (let o = 0; o < outputs; o++) {
    for (let ky = 0; ky < height; ky++) {
      for (let kx = 0; kx < width; kx++) {
        const block = ((Math.floor(o / columns) * height + ky) * width + kx) * iTiles;
        for (let i = 0; i < inputs; i++) {
          const word = block + Math.floor(i / rows);
          words[(word * rows + (i % rows)) * columns + (o % columns)] = matrix.value(o, i, ky, kx);
        }
      }
    }
  }
  return words;
}

/** Pass: cuts all weights into words, each matrix once however many layers and directions read it. */
export function weightLayout(network: IntegerNetwork, shape: EngineShape, layout: ImageLayout): WeightLayout {
  const parts: Int8Array[] = [];
  const blocks = new Map<string, WeightBlock>();
  const contents = new Map<string, { base: number; words: number }>();
  const wordBytes = shape.rows * shape.columns;
  let next = 0;
  for (const layer of network.layers) {
    const matrix = matrixOf(layer, network, shape, layout);
    if (!matrix) continue;
    let content = contents.get(matrix.key);
    if (!content) {
      const words = cut(matrix, shape);
      parts.push(words);
      content = { base: next, words: words.length / wordBytes };
      contents.set(matrix.key, content);
      next += content.words;
    }
    blocks.set(layer.name, {
      base: content.base,
      oTiles: Math.ceil(matrix.outputs / shape.columns),
      height: matrix.height,
      width: matrix.width,
      iTiles: Math.ceil(matrix.inputs / shape.rows),
      transposed: matrix.transposed,
    });
  }
  const words = new Int8Array(next * wordBytes);
  let offset = 0;
  for (const part of parts) {
    words.set(part, offset);
    offset += part.length;
  }
  return { words, blocks, contents };
}
