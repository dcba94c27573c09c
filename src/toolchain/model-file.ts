/** A model on disk: the ONNX file, its external data, and the `.camber.json` beside it. */
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Diagnostic } from '../compiler/diagnostics.ts';
import type { Graph } from '../compiler/graph/ir.ts';
import { companionName, modelInfo, type ModelInfo } from '../compiler/input/model-info.ts';
import type { PreprocessingText } from '../compiler/input/parse.ts';
import { readModel } from '../compiler/onnx/read.ts';
import { readInput, readTextIfPresent } from './files.ts';

export interface ModelFile {
  /** File name without folder and `.onnx`. */
  readonly name: string;
  readonly folder: string;
  readonly bytes: Uint8Array;
  readonly graph: Graph;
  readonly info: ModelInfo;
  /** Everything the model was read from, by path: the file, its companion, external data. Undefined: not there. */
  readonly parts: ReadonlyMap<string, Uint8Array | undefined>;
  /** Warnings and notes of reading. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads a model with what belongs to it.
 *
 * @param options preprocessing as on the command line, which wins over what the files say
 * @throws CompileError CAM101 ... CAM110, CAM201, CAM303, CAM604
 */
export async function loadModel(
  path: string,
  options: PreprocessingText & { readonly inputShape?: readonly number[] } = {},
): Promise<ModelFile> {
  const folder = dirname(path);
  const bytes = await readInput(path);
  const parts = new Map<string, Uint8Array | undefined>([[path, bytes]]);
  const externalData = externalFiles(folder, parts);
  const { graph, diagnostics } = readModel(bytes, { externalData, inputShape: options.inputShape });
  const companion = await readTextIfPresent(companionName(path));
  parts.set(companionName(path), companion === undefined ? undefined : new TextEncoder().encode(companion));
  const info = modelInfo(graph.metadata, companion, options);
  return { name: basename(path).replace(/\.onnx$/i, ''), folder, bytes, graph, info, parts, diagnostics };
}

/** External data files of a folder, each read once. The reader has made sure that a location stays inside it. */
function externalFiles(
  folder: string,
  files: Map<string, Uint8Array | undefined>,
): (location: string) => Uint8Array | undefined {
  return (location) => {
    const path = join(folder, location);
    if (!files.has(path)) files.set(path, readIfPresent(path));
    return files.get(path);
  };
}

function readIfPresent(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
