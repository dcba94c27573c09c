import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

const sourcePath = fileURLToPath(new URL('../../src/engine/kernels/assembly/kernels.ts', import.meta.url));
export const generatedPath = fileURLToPath(
  new URL('../../src/engine/kernels/kernels.wasm.ts', import.meta.url),
);

/** Compiles the kernels to a WebAssembly module without imports. */
export async function compileKernels(): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const options = ['--outFile', 'kernels.wasm', '-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd'];
  const { error, stderr } = await main(['kernels.ts', '--use', 'abort=', ...options], {
    readFile: (name) => (name === 'kernels.ts' ? readFileSync(sourcePath, 'utf8') : null),
    writeFile: (name, contents) => {
      if (name === 'kernels.wasm') binary = contents as Uint8Array;
    },
    listFiles: () => [],
  });
  if (error || !binary)
    throw new Error(`the kernels do not compile: ${error?.message}\n${stderr.toString()}`);
  return binary;
}

/** The module as a TypeScript file: it needs no loader, in Node as in a browser worker. */
export function generatedFile(binary: Uint8Array): string {
  const text = Buffer.from(binary).toString('base64');
  return [
    '/** Generated from `assembly/kernels.ts` by `tsx scripts/kernels.ts`. Do not edit. */',
    'export const kernelsBase64 =',
    `  '${text}';`,
    '',
  ].join('\n');
}
