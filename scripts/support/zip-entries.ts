/** What lies in a zip archive, from its central directory. */
import { readFileSync } from 'node:fs';

export interface ZipEntry {
  readonly path: string;
  /** As it lies in the archive. */
  readonly packed: number;
  readonly size: number;
}

const endMark = 0x06054b50;
const entryMark = 0x02014b50;

/** @throws Error where the file is no zip archive (of less than 4 GiB) */
export function zipEntries(file: string): readonly ZipEntry[] {
  const bytes = readFileSync(file);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== endMark) end--;
  if (end < 0) throw new Error(`${file} is no zip archive`);
  const entries: ZipEntry[] = [];
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (view.getUint32(at, true) !== entryMark) throw new Error(`${file}: the directory is broken`);
    const [name, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    entries.push({
      path: bytes.subarray(at + 46, at + 46 + name!).toString('utf8'),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
    });
    at += 46 + name! + extra! + comment!;
  }
  return entries;
}

/** Parts of the extension, heaviest first, each with the bytes it takes in the archive. */
export function breakdown(entries: readonly ZipEntry[]): readonly (readonly [part: string, bytes: number])[] {
  const parts = new Map<string, number>();
  for (const { path, packed } of entries) {
    const [, top = path, second] = path.split('/');
    const part = second === undefined ? top : `${top}/${second}`;
    parts.set(part, (parts.get(part) ?? 0) + packed);
  }
  return [...parts].sort((a, b) => b[1] - a[1]);
}
