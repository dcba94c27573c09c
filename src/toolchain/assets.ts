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

const sampleFolder = fileURLToPath(new URL('../../media/sample/', import.meta.url));

/** The bundled photographs. */
export const samplePictures = (): readonly string[] =>
  ['chelsea.jpg', 'coffee.jpg', 'astronaut.jpg'].map((file) => `${sampleFolder}${file}`);

/** The engine's Verilog, and below it `sim/` with the test bench. */
export const rtlFolder: string = fileURLToPath(new URL('../rtl/', import.meta.url));
