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

/** Size in a JPEG's first start-of-frame segment (ITU-T T.81, B.2.2). */
export function jpegSize(bytes: Uint8Array): Size | undefined {
  const data = view(bytes);
  let at = 2;
  while (at + 9 <= bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    // Fill bytes and markers that stand alone.
    if (marker === 0xff) at += 1;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) at += 2;
    else if (isStartOfFrame(marker)) return { height: data.getUint16(at + 5), width: data.getUint16(at + 7) };
    else at += 2 + data.getUint16(at + 2);
  }
  return undefined;
}

/** SOF0 ... SOF15 without DHT (C4), JPG (C8) and DAC (CC). */
const isStartOfFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
