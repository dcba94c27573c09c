/** Files that ship with Camber, found from the sources as from a bundle (see scripts/build.ts). */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Where ONNX Runtime's WebAssembly files lie, as a URL ending in '/'; undefined when run from the sources, where the
 * runtime finds them in its own package.
 */
export function ortFiles(): string | undefined {
  const folder = new URL('../ort/', import.meta.url);
  return existsSync(fileURLToPath(folder)) ? folder.href : undefined;
}
