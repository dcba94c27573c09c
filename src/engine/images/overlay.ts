import { PNG } from 'pngjs';
import { colormap, type ColormapName } from './colormaps.ts';
import type { Box, Picture } from './picture.ts';
import { resample, resizePicture } from './resize.ts';

/** A heat map: raw L, row-major. */
export interface HeatMap {
  readonly height: number;
  readonly width: number;
  readonly data: ArrayLike<number>;
}

/** L in 0 ... 1: divided by its maximum (L is never negative); an all-zero map stays zero. */
export function normalise(map: HeatMap): Float64Array {
  let max = 0;
  for (let i = 0; i < map.data.length; i++) max = Math.max(max, map.data[i]!);
  return Float64Array.from(map.data, (v) => (max > 0 ? v / max : 0));
}

export interface OverlayOptions {
  readonly colormap?: ColormapName;
  /** Opacity of the heat map, 0 ... 1. */
  readonly opacity?: number;
}

/** Longest and shortest a side of the overlay may be: small pictures are magnified so that one can see them. */
const longest = 1024;
const shortest = 256;

/**
 * The part of a picture that the model saw, with the normalised heat map laid over it: upsampled bilinearly, coloured,
 * blended.
 */
export function overlay(picture: Picture, view: Box, map: HeatMap, options: OverlayOptions = {}): Picture {
  const { colormap: name = 'inferno', opacity = 0.55 } = options;
  const size = overlaySize(view);
  const base = resizePicture(picture, view, size);
  const whole = { x: 0, y: 0, width: map.width, height: map.height };
  const heat = resample(normalise(map), map, 1, whole, size);
  const colours = colormap(name);
  const rgb = new Uint8Array(base.rgb.length);
  for (let i = 0; i < heat.length; i++) {
    const entry = 3 * Math.round(255 * Math.min(1, Math.max(0, heat[i]!)));
    for (let c = 0; c < 3; c++) {
      rgb[3 * i + c] = Math.round((1 - opacity) * base.rgb[3 * i + c]! + opacity * colours[entry + c]!);
    }
  }
  return { ...size, rgb };
}

function overlaySize(view: Box): { width: number; height: number } {
  const up = Math.max(1, shortest / Math.min(view.width, view.height));
  const factor = Math.min(up, longest / Math.max(view.width, view.height));
  const side = (length: number) => Math.max(1, Math.round(length * factor));
  return { width: side(view.width), height: side(view.height) };
}

/** A picture as PNG. */
export function encodePng(picture: Picture): Uint8Array {
  const png = new PNG({ width: picture.width, height: picture.height, colorType: 2, inputHasAlpha: false });
  png.data = Buffer.from(picture.rgb);
  return PNG.sync.write(png, { colorType: 2, inputHasAlpha: false });
}
