import type { IntegerNetwork, WindowGeometry } from '../quantize/network.ts';
import type { EngineShape, ImageLayout } from './operation.ts';
import { tensorOf } from './storage.ts';

/** Width of a kernel in input pixels, dilation included. */
export function effectiveWidth(geometry: WindowGeometry): number {
  return geometry.dilations[1] * (geometry.kernel[1] - 1) + 1;
}

/** Pass: how many pixels share a word, chosen for the first layer that reads the image; wide enough to the left for all. */
export function imageLayout(network: IntegerNetwork, shape: EngineShape): ImageLayout {
  const { channels, width, height } = tensorOf(network, network.input.tensor);
  const readers = network.layers.flatMap(({ sum }) =>
    (sum.kind === 'conv' || sum.kind === 'windowSum') && sum.input === network.input.tensor
      ? [sum.geometry]
      : [],
  );
  const [first] = readers;
  const pack = Math.max(1, Math.min(Math.floor(shape.rows / channels), first ? effectiveWidth(first) : 1));
  const padLeft = Math.max(0, ...readers.map((geometry) => Math.min(geometry.pads[1], pack - 1)));
  const { padding, format } = network.input;
  return { width, height, channels, pack, padLeft, padding, unsigned: format === 'uint8' };
}

/** Words of the image memory. */
export function imageWords(layout: ImageLayout): number {
  return layout.height * (layout.width + layout.padLeft);
}
