/** The embedded simulator: Yosys (WebAssembly) and our own compiler and test bench, nothing to install. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { CompileError, fail } from '../../compiler/diagnostics.ts';
import { testVectorFiles } from '../../compiler/emit/test-vectors.ts';
import { simulatorThread } from '../assets.ts';
import { engineParameters, type SimulationRequest, type SimulationResult } from '../simulation.ts';
import { innerNets } from './bench.ts';
import type { CompiledNetlist } from './compile/compile.ts';
import { placeholderFile } from './memory-files.ts';
import { netlist, netlistKey } from './netlist.ts';
import type { ThreadInput, ThreadMessage } from './thread.ts';

const top = 'camber_top';

/** Simulators of this process, by the content that made them; the oldest goes first. */
const compiled = new Map<string, CompiledNetlist>();
const maxCompiled = 8;

const cancelled = (): never =>
  fail('CAM606', 'The simulation was cancelled.', 'Start it again when you need it.');

async function readAll(folder: string, names: readonly string[]): Promise<Map<string, string>> {
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return new Map(names.map((name, i) => [name, texts[i]!]));
}

/** Runs the thread to its end; terminates it at once where `signal` says so. */
async function runThread(
  input: ThreadInput,
  { signal, onProgress }: SimulationRequest,
  onCompiled: (netlist: CompiledNetlist) => void,
): Promise<SimulationResult> {
  if (signal?.aborted) cancelled();
  const [script, options] = simulatorThread();
  const worker = new Worker(script, { ...options, workerData: input });
  const abort = () => void worker.terminate();
  signal?.addEventListener('abort', abort, { once: true });
  let runs = 0;
  try {
    return await new Promise<SimulationResult>((resolve, reject) => {
      const receive = (message: ThreadMessage): void => {
        if (message.kind === 'compiled') {
          onCompiled(message.compiled);
          onProgress?.('Simulating');
        } else if (message.kind === 'run') onProgress?.(`Run ${++runs} simulated`);
        else if (message.kind === 'cycles') onProgress?.(`Cycle ${message.cycles} simulated`);
        else if (message.kind === 'result') resolve(message.result);
        else reject(new CompileError(message.diagnostics));
      };
      worker.on('message', (message: ThreadMessage) => {
        try {
          receive(message);
        } catch (error) {
          // Who is told of progress may object.
          reject(error as Error);
        }
      });
      worker.on('error', reject);
      worker.on('exit', (code) => reject(new Error(`the simulator's thread ended with code ${code}`)));
    });
  } catch (error) {
    if (signal?.aborted) cancelled();
    if (error instanceof CompileError) throw error;
    const { message } = error as Error;
    return fail('CAM602', `The embedded simulator failed: ${message}.`, 'Report this as a fault of Camber.');
  } finally {
    signal?.removeEventListener('abort', abort);
    await worker.terminate();
  }
}

/**
 * Compiles the Verilog in `rtlDir` and runs the test bench on `dataDir`.
 *
 * @throws CompileError CAM602 where Yosys fails, CAM606 where it was cancelled, CAM609 where the RTL has what the simulator lacks
 */
export async function simulateEmbedded(
  request: SimulationRequest,
  cacheDir: string,
): Promise<SimulationResult> {
  const { rtlDir, dataDir, shape, packed = false, signal, onProgress } = request;
  const { trace, traceFrom, pauses, resetAfter } = request;
  const verilog = (await readdir(rtlDir)).filter((file) => file.endsWith('.v')).sort();
  const benchFiles = new Set<string>(Object.values(testVectorFiles));
  const data = (await readdir(dataDir)).filter((file) => file.endsWith('.hex')).sort();
  const imageNames = data.filter((file) => !benchFiles.has(file));
  const placeholders = imageNames.map((name, i) => [name, placeholderFile(i)] as const);
  const wanted = {
    top,
    files: Object.fromEntries([...(await readAll(rtlDir, verilog)), ...placeholders]),
    parameters: new Map(engineParameters(shape, packed, request.parts)),
    observed: innerNets,
    ...(signal ? { signal } : {}),
  };
  const key = netlistKey(wanted);
  const known = compiled.get(key);
  let source: Pick<ThreadInput, 'compiled' | 'netlist'>;
  if (known) source = { compiled: known };
  else {
    onProgress?.(`Building the simulator (embedded, ${shape.rows}x${shape.columns})`);
    try {
      source = { netlist: await netlist(wanted, cacheDir) };
    } catch (error) {
      if (signal?.aborted) cancelled();
      throw error;
    }
  }
  if (known) onProgress?.('Simulating');
  const images = await readAll(dataDir, imageNames);
  return runThread(
    {
      top,
      ...source,
      images: imageNames.map((name) => images.get(name)!),
      vectors: await readAll(
        dataDir,
        data.filter((file) => benchFiles.has(file)),
      ),
      ...(pauses === undefined ? {} : { pauses }),
      ...(resetAfter === undefined ? {} : { resetAfter }),
      ...(trace === undefined ? {} : { trace }),
      ...(traceFrom === undefined ? {} : { traceFrom }),
    },
    request,
    (made) => {
      compiled.set(key, made);
      if (compiled.size > maxCompiled) compiled.delete(compiled.keys().next().value!);
    },
  );
}
