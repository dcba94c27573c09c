import { imageWords } from './image-layout.ts';
import type { ImageLayout } from './operation.ts';

/**
 * The image memory after loading: word (y, j) holds pixels j - padLeft ... j - padLeft + pack - 1 of row y.
 *
 * @param pixels height x width x channels; uint8 pixels are re-centred by -128
 */
export function loadImage(layout: ImageLayout, rows: number, pixels: Uint8Array | Int8Array): Int8Array {
  const { width, height, channels, pack, padLeft, padding, unsigned } = layout;
  const memory = new Int8Array(imageWords(layout) * rows);
  const stride = width + padLeft;
  for (let y = 0; y < height; y++) {
    for (let j = 0; j < stride; j++) {
      for (let p = 0; p < pack; p++) {
        const x = j - padLeft + p;
        for (let c = 0; c < channels; c++) {
          const isInside = x >= 0 && x < width;
          const pixel = isInside
            ? pixels[(y * width + x) * channels + c]! - (unsigned ? 128 : 0)
            : padding[c]!;
          memory[(y * stride + j) * rows + p * channels + c] = pixel;
        }
      }
    }
  }
  return memory;
}
