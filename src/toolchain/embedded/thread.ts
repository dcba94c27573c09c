/** The thread of the embedded simulator: compiles a netlist where it is given one, and runs the test bench. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { CompileError, type Diagnostic } from '../../compiler/diagnostics.ts';
import type { SimulatedRun, SimulationResult } from '../simulation.ts';
import { Bench, observedNets, watchedNets } from './bench.ts';
import { compileNetlist, type CompiledNetlist } from './compile/compile.ts';
import { Machine, parseHexWords } from './machine.ts';
import { imageOf, placeholderIndex } from './memory-files.ts';
import { readVectors } from './vectors.ts';
import { VcdTrace } from './trace.ts';

export interface ThreadInput {
  readonly top: string;
  /** A compiled netlist, or what to compile. */
  readonly compiled?: CompiledNetlist;
  readonly netlist?: string;
  /** Memory images, in the order of their placeholders, and the test bench's files by name. */
  readonly images: readonly string[];
  readonly vectors: ReadonlyMap<string, string>;
  readonly pauses?: number;
  readonly resetAfter?: number;
  readonly trace?: string;
  readonly traceFrom?: number;
}

export type ThreadMessage =
  | { readonly kind: 'compiled'; readonly compiled: CompiledNetlist }
  | { readonly kind: 'run'; readonly run: SimulatedRun }
  | { readonly kind: 'cycles'; readonly cycles: number }
  | { readonly kind: 'result'; readonly result: SimulationResult }
  | { readonly kind: 'failed'; readonly diagnostics: readonly Diagnostic[] };

/** Cycles between two reports of progress. */
const cyclesPerReport = 50_000;

const port = parentPort;
if (!port) throw new Error('This module runs in a worker thread.');
const send = (message: ThreadMessage): void => port.postMessage(message);

/** Fills the memories from their files, or with what the Verilog gives them. */
function loadMemories(machine: Machine, images: readonly string[]): void {
  for (const { memory, word, bits } of machine.layout.contents) {
    const { width } = machine.layout.memories.find(({ name }) => name === memory)!;
    const file = placeholderIndex(bits, width, images.length);
    const image = file === undefined ? imageOf(bits, width) : parseHexWords(images[file]!, width);
    machine.load(memory, image, word);
  }
}

function run(input: ThreadInput): void {
  let { compiled } = input;
  if (compiled === undefined) {
    compiled = compileNetlist(input.netlist!, input.top, { observed: observedNets, watched: watchedNets });
    send({ kind: 'compiled', compiled });
  }
  const machine = new Machine(compiled);
  loadMemories(machine, input.images);
  const { observed } = machine.layout;
  const vectors = readVectors(
    input.vectors,
    observed.get('engine.write_data')!.width,
    observed.get('engine.mask_write_data')!.width,
  );
  const file = input.trace === undefined ? undefined : openSync(input.trace, 'w');
  const trace =
    file === undefined
      ? undefined
      : new VcdTrace(machine, input.top, (text) => void writeSync(file, text), input.traceFrom);
  const { pauses, resetAfter } = input;
  const bench = new Bench(machine, vectors, {
    ...(pauses === undefined ? {} : { pauses }),
    ...(resetAfter === undefined ? {} : { resetAfter }),
    ...(trace === undefined ? {} : { trace }),
    onRun: (done) => send({ kind: 'run', run: done }),
  });
  for (;;) {
    const result = bench.advance(cyclesPerReport);
    if (result === undefined) {
      send({ kind: 'cycles', cycles: bench.cycles });
      continue;
    }
    trace?.flush();
    if (file !== undefined) closeSync(file);
    return send({ kind: 'result', result });
  }
}

try {
  run(workerData as ThreadInput);
} catch (error) {
  if (!(error instanceof CompileError)) throw error;
  send({ kind: 'failed', diagnostics: error.diagnostics });
}
