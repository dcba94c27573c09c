import { setFlagsFromString } from 'node:v8';

/** Executed code, in bytes, after which V8 compiles a WebAssembly function anew with its optimiser; its default is 1.8 MB. */
const budget = 20_000_000;

/**
 * Leaves the optimiser to the functions that are really hot. ONNX Runtime has 14 MB of code of which loading a model runs
 * much and only a little often: with the default, optimising it takes a second of CPU that nothing gets back.
 */
export function optimiseHotFunctionsOnly(): void {
  setFlagsFromString(`--wasm-tiering-budget=${budget}`);
}
