/** Which way up a camera held a picture, as JPEG files say it. */
import { jpegSegments } from './headers.ts';
import type { Picture } from './picture.ts';

const exif = [0x45, 0x78, 0x69, 0x66, 0, 0];
const orientationTag = 0x0112;

/** The orientation in a JPEG's Exif data (Exif 2.32, 4.6.2 and 4.6.5): 1 ... 8, 1 (upright) where it says none. */
export function jpegOrientation(bytes: Uint8Array): number {
  for (const { marker, start, length } of jpegSegments(bytes)) {
    if (marker !== 0xe1 || !exif.every((byte, i) => bytes[start + i] === byte)) continue;
    return tiffOrientation(bytes.subarray(start + exif.length, start + length));
  }
  return 1;
}

/** Of a TIFF header and its first directory: entries of 12 bytes (tag, type, count, value). */
function tiffOrientation(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = tiff[0] === 0x49;
  const short = (at: number) => (at + 2 <= tiff.length ? view.getUint16(at, little) : 0);
  const directory = tiff.length >= 8 ? view.getUint32(4, little) : Infinity;
  for (let i = 0; i < short(directory); i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > tiff.length) break;
    if (short(entry) !== orientationTag) continue;
    const value = short(entry + 8);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** Source position of the upright picture's pixel (x, y), by orientation; w and h are the source's last column and row. */
const sources: Readonly<
  Record<number, (x: number, y: number, w: number, h: number) => readonly [x: number, y: number]>
> = {
  2: (x, y, w) => [w - x, y],
  3: (x, y, w, h) => [w - x, h - y],
  4: (x, y, _w, h) => [x, h - y],
  5: (x, y) => [y, x],
  6: (x, y, _w, h) => [y, h - x],
  7: (x, y, w, h) => [w - y, h - x],
  8: (x, y, w) => [w - y, x],
};

/** Turns and mirrors a picture so that it stands as the camera saw it; what is upright is given back as it is. */
export function upright(picture: Picture, orientation: number): Picture {
  const source = sources[orientation];
  if (source === undefined) return picture;
  const { width: w, height: h, rgb } = picture;
  // From 5 on rows become columns.
  const [width, height] = orientation >= 5 ? [h, w] : [w, h];
  const turned = new Uint8Array(rgb.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [sx, sy] = source(x, y, w - 1, h - 1);
      const from = 3 * (sy * w + sx);
      turned.set(rgb.subarray(from, from + 3), 3 * (y * width + x));
    }
  }
  return { width, height, rgb: turned };
}
