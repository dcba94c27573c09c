/** PNG and JPEG, by pngjs and jpeg-js; nothing else of Camber knows these packages. */
import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';
import { fail } from '../../compiler/diagnostics.ts';
import { jpegSize, pngSize, type Size } from './headers.ts';
import { withoutAlpha, type Picture } from './picture.ts';

/** A picture above this is refused before any memory is taken for its pixels. */
export const maxPixels = 64_000_000;
const maxMegabytes = 1024;

interface Format {
  readonly name: string;
  readonly magic: readonly number[];
  /** Width and height from the header, before anything is decoded. */
  readonly size: (bytes: Uint8Array) => Size | undefined;
  readonly decode: (bytes: Uint8Array) => Picture;
}

const formats: readonly Format[] = [
  {
    name: 'PNG',
    magic: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    size: pngSize,
    decode: (bytes) => {
      const { width, height, data } = PNG.sync.read(
        Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      );
      return { width, height, rgb: withoutAlpha(data) };
    },
  },
  {
    name: 'JPEG',
    magic: [0xff, 0xd8, 0xff],
    size: jpegSize,
    decode: (bytes) => {
      const limits = { maxResolutionInMP: maxPixels / 1e6, maxMemoryUsageInMB: maxMegabytes };
      const options = { useTArray: true, formatAsRGBA: false, tolerantDecoding: false, ...limits } as const;
      const { width, height, data } = jpeg.decode(bytes, options);
      return { width, height, rgb: data };
    },
  },
];

/**
 * Decodes a PNG or JPEG to RGB. Grey pictures become R = G = B, 16 bits become 8, transparency is dropped.
 *
 * @param name what to call the picture in a diagnostic, usually its path
 * @throws CompileError CAM301 for anything else, damaged files and pictures above `maxPixels`
 */
export function decodePicture(bytes: Uint8Array, name: string): Picture {
  const format = formats.find((f) => f.magic.every((byte, i) => bytes[i] === byte));
  if (format === undefined) {
    fail(
      'CAM301',
      `${name} is not a PNG or JPEG picture.`,
      'Give a PNG, a JPEG, or a .npy array of float32.',
    );
  }
  const size = format.size(bytes);
  if (size === undefined || size.width === 0 || size.height === 0) {
    fail(
      'CAM301',
      `${name} is a damaged ${format.name} picture.`,
      'Save the picture again in an image editor.',
    );
  }
  if (size.width * size.height > maxPixels) {
    fail(
      'CAM301',
      `${name} has ${size.width}x${size.height} pixels; at most ${maxPixels / 1e6} million are read.`,
      'Scale the picture down first.',
    );
  }
  try {
    return format.decode(bytes);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    fail(
      'CAM301',
      `${name} is a damaged ${format.name} picture: ${why}.`,
      'Save the picture again in an image editor.',
    );
  }
}
