/** Paints maps over pictures. Values are interpolated first and coloured then, so that no false colours appear. */
import { interpolateGreys, interpolateInferno, interpolateTurbo } from 'd3-scale-chromatic';
import type { MapView } from '../../src/protocol/views.ts';
import { sample } from './maps.ts';

export const colourMaps = {
  inferno: interpolateInferno,
  turbo: interpolateTurbo,
  grey: (t: number): string => interpolateGreys(1 - t),
} as const;
export type ColourMap = keyof typeof colourMaps;

const tables = new Map<ColourMap, Uint8ClampedArray>();

/** 256 colours, RGB. */
function table(name: ColourMap): Uint8ClampedArray {
  let colours = tables.get(name);
  if (!colours) {
    colours = new Uint8ClampedArray(256 * 3);
    const context = new OffscreenCanvas(256, 1).getContext('2d')!;
    for (let i = 0; i < 256; i++) {
      context.fillStyle = colourMaps[name](i / 255);
      context.fillRect(i, 0, 1, 1);
    }
    const { data } = context.getImageData(0, 0, 256, 1);
    for (let i = 0; i < 256; i++) colours.set(data.subarray(i * 4, i * 4 + 3), i * 3);
    tables.set(name, colours);
  }
  return colours;
}

export interface Painting {
  readonly picture?: CanvasImageSource;
  readonly map?: MapView;
  /** Value that is painted in the last colour; 0 leaves the map out. */
  readonly max: number;
  readonly colours: ColourMap;
  /** 0 ... 1. */
  readonly opacity: number;
}

export function paint(canvas: HTMLCanvasElement, { picture, map, max, colours, opacity }: Painting): void {
  const context = canvas.getContext('2d')!;
  const { width, height } = canvas;
  context.clearRect(0, 0, width, height);
  context.imageSmoothingEnabled = false;
  if (picture) context.drawImage(picture, 0, 0, width, height);
  if (!map) return;
  const rgb = table(colours);
  const overlay = new ImageData(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = max > 0 ? sample(map, (x + 0.5) / width, (y + 0.5) / height) / max : 0;
      const colour = Math.round(Math.min(1, Math.max(0, value)) * 255) * 3;
      const to = (y * width + x) * 4;
      overlay.data.set(rgb.subarray(colour, colour + 3), to);
      overlay.data[to + 3] = opacity * 255;
    }
  }
  const layer = new OffscreenCanvas(width, height);
  layer.getContext('2d')!.putImageData(overlay, 0, 0);
  context.drawImage(layer, 0, 0);
}

/** The legend: the colour map from 0 to the maximum. */
export function paintScale(canvas: HTMLCanvasElement, colours: ColourMap): void {
  const context = canvas.getContext('2d')!;
  const { width, height } = canvas;
  for (let x = 0; x < width; x++) {
    context.fillStyle = colourMaps[colours](x / (width - 1));
    context.fillRect(x, 0, 1, height);
  }
}
