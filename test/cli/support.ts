import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { commands } from '../../src/cli/commands.ts';
import { runCli } from '../../src/cli/program.ts';

export const sampleFolder = fileURLToPath(new URL('../../media/sample/', import.meta.url));
export const sample = `${sampleFolder}tiny-resnet18.onnx`;

/** Runs `camber ...` in this process. */
export async function camber(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const streams = { out: (t: string) => (out += t), err: (t: string) => (err += t) };
  const code = await runCli(args, commands, '0.0.0', streams, new AbortController().signal);
  return { code, out, err };
}

/** Codes of the diagnostics in the JSON that a command printed. */
export function codes(out: string): string[] {
  return (JSON.parse(out) as { diagnostics: { code: string }[] }).diagnostics.map((d) => d.code);
}

/** Writes float32 values as NumPy would, and gives the path back. */
export function npyFile(path: string, shape: readonly number[], data: Float32Array): string {
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const header = dict.padEnd(Math.ceil((dict.length + 11) / 64) * 64 - 11) + '\n';
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length & 255, header.length >> 8]);
  writeFileSync(
    path,
    Buffer.concat([start, Buffer.from(header), Buffer.from(data.buffer, data.byteOffset, data.byteLength)]),
  );
  return path;
}
