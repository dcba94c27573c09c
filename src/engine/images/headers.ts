/** Picture sizes from file headers, so that a limit can be checked before a decoder allocates. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Size in a PNG's IHDR chunk, which is always first (PNG specification, 11.2.2). */
export function pngSize(bytes: Uint8Array): Size | undefined {
  if (bytes.length < 24) return undefined;
  return { width: view(bytes).getUint32(16), height: view(bytes).getUint32(20) };
}

/** Whether a PNG's chunks go on to IEND (PNG specification, 11.2.5). Each is length, name, contents and check sum. */
export function pngEnds(bytes: Uint8Array): boolean {
  let at = 8;
  while (at + 12 <= bytes.length) {
    if (view(bytes).getUint32(at + 4) === 0x49454e44) return true;
    at += 12 + view(bytes).getUint32(at);
  }
  return false;
}

interface JpegSegment {
  readonly marker: number;
  /** First byte of its contents, and how many there are. */
  readonly start: number;
  readonly length: number;
}

/** A JPEG's segments up to and with the first start of scan; fewer where the file is damaged (ITU-T T.81, B.1.1). */
export function* jpegSegments(bytes: Uint8Array): Generator<JpegSegment> {
  const data = view(bytes);
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]!;
    // Fill bytes and markers that stand alone.
    if (marker === 0xff) at += 1;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) at += 2;
    else {
      const length = data.getUint16(at + 2);
      yield { marker, start: at + 4, length: Math.max(0, length - 2) };
      if (marker === startOfScan) return;
      at += 2 + length;
    }
  }
}

const startOfScan = 0xda;

/** Size in a JPEG's first start-of-frame segment (ITU-T T.81, B.2.2). */
export function jpegSize(bytes: Uint8Array): Size | undefined {
  for (const { marker, start } of jpegSegments(bytes)) {
    if (!isStartOfFrame(marker) || start + 5 > bytes.length) continue;
    const data = view(bytes);
    return { height: data.getUint16(start + 1), width: data.getUint16(start + 3) };
  }
  return undefined;
}

/** Whether a JPEG's last scan is there to its end: decoders paint what is cut off grey. Scans hold no FF D9 (B.1.1.5). */
export function jpegEnds(bytes: Uint8Array): boolean {
  for (const { marker, start } of jpegSegments(bytes)) {
    if (marker !== startOfScan) continue;
    for (let at = start; at + 1 < bytes.length; at++)
      if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return true;
  }
  return false;
}

/** SOF0 ... SOF15 without DHT (C4), JPG (C8) and DAC (CC). */
const isStartOfFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
