/**
 * Compiles the integer kernels (AssemblyScript) into `src/engine/kernels/kernels.wasm.ts`.
 *
 *     tsx scripts/kernels.ts
 */
import { writeFileSync } from 'node:fs';
import { compileKernels, generatedFile, generatedPath } from './support/kernels.ts';

writeFileSync(generatedPath, generatedFile(await compileKernels()));
