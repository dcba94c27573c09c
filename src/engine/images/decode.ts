/** PNG and JPEG, by pngjs and jpeg-js; nothing else of Camber knows these packages. */
import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';
import { fail } from '../../compiler/diagnostics.ts';
import { jpegEnds, jpegSize, pngEnds, pngSize, type Size } from './headers.ts';
import { jpegOrientation, upright } from './orientation.ts';
import { withoutAlpha, type Picture } from './picture.ts';

/** A picture above this is refused before any memory is taken for its pixels. */
const maxPixels = 64_000_000;
const maxMegabytes = 1024;

interface Format {
  readonly name: string;
  readonly magic: readonly number[];
  /** Width and height from the header, before anything is decoded. */
  readonly size: (bytes: Uint8Array) => Size | undefined;
  /** Whether the file goes on to its end: decoders do not ask, or say it badly. */
  readonly ends: (bytes: Uint8Array) => boolean;
  readonly decode: (bytes: Uint8Array) => Picture;
}

const formats: readonly Format[] = [
  {
    name: 'PNG',
    magic: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    size: pngSize,
    ends: pngEnds,
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
    ends: jpegEnds,
    decode: (bytes) => {
      const limits = { maxResolutionInMP: maxPixels / 1e6, maxMemoryUsageInMB: maxMegabytes };
      const options = { useTArray: true, formatAsRGBA: false, tolerantDecoding: false, ...limits } as const;
      const { width, height, data } = jpeg.decode(bytes, options);
      return upright({ width, height, rgb: data }, jpegOrientation(bytes));
    },
  },
];

/**
 * Decodes a PNG or JPEG to RGB. Grey pictures become R = G = B, 16 bits become 8, transparency is dropped; a JPEG is
 * turned the way up that its camera noted, as viewers and browsers show it.
 *
 * @param name what to call the picture in a diagnostic, usually its path
 * @throws CompileError CAM301 for anything else, damaged files and pictures above `maxPixels`
 */
export function decodePicture(bytes: Uint8Array, name: string): Picture {
  if (bytes.length === 0)
    fail('CAM301', `${name} is empty.`, 'Give a PNG, a JPEG, or a .npy array of float32.');
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
  if (!format.ends(bytes)) {
    fail(
      'CAM301',
      `${name} is cut off: the end of the ${format.name} is missing.`,
      'Copy or save the picture again.',
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
