/** Files that ship with Camber, found from the sources as from a bundle (see scripts/build.ts). */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { optimiseHotFunctionsOnly } from './wasm-tiering.ts';

/**
 * Where ONNX Runtime's WebAssembly files lie, as a URL ending in '/'; undefined when run from the sources, where the
 * runtime finds them in its own package. Asked for before the runtime is loaded, so this is where V8 is told how to
 * compile it.
 */
export function ortFiles(): string | undefined {
  optimiseHotFunctionsOnly();
  const folder = new URL('../ort/', import.meta.url);
  return existsSync(fileURLToPath(folder)) ? folder.href : undefined;
}

const sampleFolder = fileURLToPath(new URL('../../media/sample/', import.meta.url));

/** The bundled photographs. */
export const samplePictures = (): readonly string[] =>
  ['chelsea.jpg', 'coffee.jpg', 'astronaut.jpg'].map((file) => `${sampleFolder}${file}`);

/** The engine's Verilog, and below it `sim/` with the test bench. */
export const rtlFolder: string = fileURLToPath(new URL('../rtl/', import.meta.url));

/** The thread that runs Yosys. */
export const yosysWorker = new URL('../toolchain/yosys-worker.mjs', import.meta.url);

/**
 * What starts the thread of the embedded simulator: its bundle, or, when run from the sources, a line that loads the
 * TypeScript.
 */
export function simulatorThread(): [script: URL | string, options: { eval: boolean }] {
  const bundled = new URL('../toolchain/simulator-thread.mjs', import.meta.url);
  if (existsSync(fileURLToPath(bundled))) return [bundled, { eval: false }];
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  const source = JSON.stringify(new URL('./embedded/thread.ts', import.meta.url).href);
  return [`import(${loader}).then((tsx) => (tsx.register(), import(${source})))`, { eval: true }];
}

/** URL of Yosys in WebAssembly: beside a bundle, or in its own package when run from the sources. */
export function yosysBundle(): string {
  const beside = new URL('../yosys/bundle.js', import.meta.url);
  if (existsSync(fileURLToPath(beside))) return beside.href;
  return pathToFileURL(createRequire(import.meta.url).resolve('@yowasp/yosys')).href;
}
