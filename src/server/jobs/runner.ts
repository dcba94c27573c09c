/**
 * The server's end of a worker thread: starts it when first needed, and again after a crash.
 */
import { Worker } from 'node:worker_threads';
import { RequestError } from '../../protocol/channel.ts';
import type { JobName, JobParams, JobReply, JobRequest, JobResult } from './messages.ts';

/** Workers that have been started and not been given a model yet, by script: at most one each. */
const spares = new Map<string, Worker>();

/** Starts a worker ahead of its first job: loading the compiler takes longer than reading a model. */
export function keepSpareWorker(script: URL): void {
  if (spares.has(script.href)) return;
  const worker = new Worker(script);
  spares.set(script.href, worker);
  const lost = (): void => {
    if (spares.get(script.href) === worker) spares.delete(script.href);
  };
  worker.on('error', lost);
  worker.on('exit', lost);
}

function takeWorker(script: URL): Worker {
  const spare = spares.get(script.href);
  spares.delete(script.href);
  spare?.removeAllListeners();
  return spare ?? new Worker(script);
}

export interface RunOptions {
  readonly onProgress?: (stage: string, fraction: number) => void;
  readonly signal?: AbortSignal;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress?: RunOptions['onProgress'];
}

export class JobRunner {
  #worker: Worker | undefined;
  #next = 1;
  readonly #waiting = new Map<number, Waiting>();

  /**
   * @param crashed called when the worker has stopped by itself, before what waits is rejected
   */
  constructor(
    private readonly script: URL,
    private readonly crashed: (reason: string) => void = () => undefined,
  ) {}

  /** Runs a job. Rejects with a RequestError that carries the job's diagnostics. */
  run<J extends JobName>(job: J, params: JobParams<J>, options: RunOptions = {}): Promise<JobResult<J>> {
    const { signal, onProgress } = options;
    const id = this.#next++;
    const cancel = new SharedArrayBuffer(4);
    const abort = (): void => void Atomics.store(new Int32Array(cancel), 0, 1);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    const request: JobRequest = { id, job, params, cancel };
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, onProgress });
      this.#start().postMessage(request);
    }).finally(() => signal?.removeEventListener('abort', abort)) as Promise<JobResult<J>>;
  }

  /** Ends the worker; whatever still runs is rejected. */
  async dispose(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#rejectAll('The work was stopped.');
    await worker?.terminate();
  }

  #start(): Worker {
    if (this.#worker) return this.#worker;
    const worker = takeWorker(this.script);
    worker.on('message', (reply: JobReply) => this.#receive(reply));
    worker.on('error', (error) => this.#crashed(worker, error.message));
    worker.on('exit', (code) => this.#crashed(worker, `exit code ${code}`));
    return (this.#worker = worker);
  }

  #receive(reply: JobReply): void {
    const waiting = this.#waiting.get(reply.id);
    if (reply.kind === 'progress') {
      waiting?.onProgress?.(reply.stage, reply.fraction);
      return;
    }
    this.#waiting.delete(reply.id);
    if (reply.kind === 'result') waiting?.resolve(reply.result);
    else waiting?.reject(new RequestError(reply.error));
  }

  #crashed(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.crashed(reason);
    this.#rejectAll(`The compiler's worker stopped (${reason}). It starts again with the next request.`);
  }

  #rejectAll(message: string): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new RequestError({ message, diagnostics: [] }));
  }
}
