import { diagnostic, fail } from '../diagnostics.ts';
import type { IntegerLayer, IntegerNetwork, IntegerTensor } from '../quantize/network.ts';
import type { EngineShape } from './operation.ts';
import { extentOf, placesOf, segments, wordsOf } from './segments.ts';

/** Words a tensor takes and how they are ordered; addresses come later (`allocate.ts`). */
export interface TensorForm {
  readonly tensor: IntegerTensor;
  readonly memory: 'activation' | 'image' | 'result';
  /** Channels of each part that starts at a word of its own (see `segments.ts`). */
  readonly segments: readonly number[];
  /** Words of its own per position. */
  readonly tiles: number;
  /** Words from one position to the next: more than `tiles` in a range of another tensor's channels. */
  readonly pitch: number;
  /** Channels, the gaps between parts counted in. */
  readonly extent: number;
  /** A range of another tensor's channels: that tensor, and words from the start of its positions. */
  readonly within?: { readonly of: string; readonly word: number };
  readonly planes: 1 | 2;
  /** Words from the high plane to the low plane. */
  readonly planeStride: number;
  readonly words: number;
}

/** A mask takes one word of C bits per output vector. */
export interface MaskForm {
  readonly name: string;
  readonly tiles: number;
  readonly words: number;
}

/** The tensor a layer's sum reads first (denseRow reads none). */
function sumInput(layer: IntegerLayer): string | undefined {
  return layer.sum.kind === 'denseRow' ? undefined : layer.sum.input;
}

/** The tensor a layer's sum reads beside its input. */
function secondInput({ sum }: IntegerLayer): string | undefined {
  if (sum.kind === 'mapFromTensor') return sum.alpha;
  if (sum.kind === 'maxPoolBackward') return sum.winners;
  return sum.kind === 'product' ? sum.factor : undefined;
}

/** Every tensor a layer reads: input, second input, residual. */
export function readsOf(layer: IntegerLayer): string[] {
  const names = [sumInput(layer), secondInput(layer), layer.output.residual?.tensor];
  return names.filter((name) => name !== undefined);
}

/** Every tensor a layer writes: its result and, where that is one of its own, the low plane. */
export function writesOf({ output }: IntegerLayer): string[] {
  return output.low === undefined ? [output.tensor] : [output.tensor, output.low];
}

/** The tensor of that name; a network that names none is a fault of ours. */
export function tensorOf(network: IntegerNetwork, name: string): IntegerTensor {
  const tensor = network.tensors.get(name);
  if (!tensor)
    fail('CAM505', `The integer network has no tensor ${name}.`, 'Report this as a fault of Camber.');
  return tensor;
}

/** The tensors that some layer writes or reads, those that others lie in before these. */
function storedFirst(network: IntegerNetwork): IntegerTensor[] {
  const names = new Set([
    network.input.tensor,
    ...network.layers.flatMap((layer) => [...readsOf(layer), ...writesOf(layer)]),
  ]);
  const used = [...names].map((name) => tensorOf(network, name));
  const wholes = used.flatMap(({ view }) => (view ? [tensorOf(network, view.of)] : []));
  return [...new Set([...wholes, ...used.filter(({ view }) => !view), ...used])];
}

/** The tensor that takes the storage: itself, or the one it is a range of. */
export function storedName(network: IntegerNetwork, name: string): string {
  return tensorOf(network, name).view?.of ?? name;
}

/** Pass: how every tensor is stored. */
export function tensorForms(network: IntegerNetwork, shape: EngineShape): ReadonlyMap<string, TensorForm> {
  const forms = new Map<string, TensorForm>();
  const result = new Set([network.scores, network.explanation?.map]);
  const partsOf = segments(network);
  for (const tensor of storedFirst(network)) {
    const { name, view } = tensor;
    const memory = name === network.input.tensor ? 'image' : result.has(name) ? 'result' : 'activation';
    if (memory === 'activation' && tensor.bits === 32) {
      fail(
        'CAM501',
        `Tensor ${name} is 32 bits wide but is neither scores nor map.`,
        'Requantise it to 8 or 16 bits.',
      );
    }
    const parts = partsOf(name);
    const tiles = wordsOf(parts, shape.rows);
    const whole = view && forms.get(view.of)!;
    const pitch = whole?.pitch ?? tiles;
    const within = view && {
      of: view.of,
      word: Math.floor(placesOf(whole!.segments, shape.rows)[view.channel]! / shape.rows),
    };
    const planes = tensor.bits === 16 ? 2 : 1;
    const positions = tensor.height * tensor.width;
    const planeStride = positions * pitch;
    const words = memory === 'result' ? positions * tensor.channels : planeStride * planes;
    forms.set(name, {
      tensor,
      memory,
      segments: parts,
      tiles,
      pitch,
      extent: extentOf(parts, shape.rows),
      ...(within ? { within } : {}),
      planes,
      planeStride,
      words,
    });
  }
  for (const { output } of network.layers) {
    if (output.low === undefined) continue;
    // Written along with its high plane, word for word.
    const { memory, segments: parts, tiles, pitch, extent, planeStride } = forms.get(output.tensor)!;
    const tensor = tensorOf(network, output.low);
    const form = { tensor, memory, segments: parts, tiles, pitch, extent, planeStride };
    forms.set(tensor.name, { ...form, planes: 1, words: planeStride });
  }
  return forms;
}

/** Pass: how every mask is stored: laid out like the tensor it was written beside, C channels to a word. */
export function maskForms(
  network: IntegerNetwork,
  tensors: ReadonlyMap<string, TensorForm>,
  shape: EngineShape,
): ReadonlyMap<string, MaskForm> {
  const forms = new Map<string, MaskForm>();
  for (const { output } of network.layers) {
    if (!output.maskWrite) continue;
    const { extent, tensor } = tensors.get(output.tensor)!;
    const { height, width } = tensor;
    const tiles = Math.ceil(extent / shape.columns);
    forms.set(output.maskWrite.mask, { name: output.maskWrite.mask, tiles, words: height * width * tiles });
  }
  return forms;
}

/** What the mapping cannot do, all of it, as diagnostics. */
export function unmappable(network: IntegerNetwork, shape: EngineShape) {
  const { rows, columns, lanes } = shape;
  const problems = [];
  const isBuildable =
    [4, 8, 16, 32].includes(rows) &&
    (columns === rows || columns === 2 * rows) &&
    [2, 4, 8, 16, 32].includes(lanes) &&
    lanes <= rows &&
    lanes < columns;
  if (!isBuildable) {
    problems.push(
      diagnostic(
        'CAM504',
        `An array of ${rows} rows, ${columns} columns and ${lanes} lanes cannot be built.`,
        'Choose 4, 8, 16 or 32 rows, as many columns or twice as many, and half as many lanes as columns.',
      ),
    );
  }
  const imageReaders = new Set(['conv', 'windowSum']);
  for (const layer of network.layers) {
    const fromImage = readsOf(layer).includes(network.input.tensor);
    if (
      fromImage &&
      (!imageReaders.has(layer.sum.kind) || layer.output.residual?.tensor === network.input.tensor)
    ) {
      const where = { node: layer.nodes[0], tensor: network.input.tensor };
      problems.push(
        diagnostic(
          'CAM501',
          `Layer ${layer.name} (${layer.op}) needs the image as an activation.`,
          'Only convolutions and pools can read the image; choose a target behind the first of them.',
          where,
        ),
      );
    }
  }
  return problems;
}
