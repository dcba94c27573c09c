/**
 * One open model: its worker, its state, and what is being computed for it.
 *
 * Old results stay in the state until newer ones replace them; whatever is out of date is cancelled. A worker that
 * stops is started again and given the model once more, but not for ever.
 */
import { basename } from 'node:path';
import { errorData, RequestError } from '../protocol/channel.ts';
import type { Choices, Diagnostic, ModelState, PictureView } from '../protocol/views.ts';
import { diagnostic } from '../compiler/diagnostics.ts';
import { JobRunner, type RunOptions } from './jobs/runner.ts';
import type { JobName, JobOptions, JobParams, JobResult } from './jobs/messages.ts';
import type { TextForm } from './text/form.ts';
import { pathOf } from './uris.ts';

export interface OpenModelHost {
  readonly workerScript: URL;
  readonly options: (uri: string, choices: Choices) => Promise<JobOptions>;
  readonly changed: (model: OpenModel) => void;
  /** Only the status has changed: said often, so without the rest. */
  readonly working: (model: OpenModel) => void;
  /** The worker has stopped; `again` tells whether the model is read and compiled once more. */
  readonly stopped: (model: OpenModel, reason: string, again: boolean) => void;
  readonly log: (message: string) => void;
}

/** Models that take longer to compile, in milliseconds, are compiled only for a target that is chosen. */
const quick = 5000;

/** How often a worker may stop within so many milliseconds and still be started again. */
const crashes = { limit: 2, within: 180_000 };

export class OpenModel {
  readonly path: string;
  readonly #runner: JobRunner;
  /** How many editors hold this model open. */
  holders = 0;
  form: TextForm | undefined;
  /** Pictures listed beside the model. */
  pictures: readonly PictureView[] = [];
  /** Paths of all files that the model was read from, of the last reading that succeeded. */
  files: readonly string[];
  #state: ModelState;
  #hash: string | undefined;
  #reading: Promise<void> = Promise.resolve();
  /** A reading that has not started yet: one is enough, however often the file changes. */
  #queued: Promise<void> | undefined;
  #compiling: AbortController | undefined;
  /** Work for a target that may be chosen next; anything that is asked for ends it. */
  #considering: AbortController | undefined;
  #took = Infinity;
  #readDiagnostics: readonly Diagnostic[] = [];
  /** Why the file cannot be read as it is now. */
  #unreadable: readonly Diagnostic[] | undefined;
  #crashes: number[] = [];
  #disposed = false;

  constructor(
    readonly uri: string,
    private readonly host: OpenModelHost,
    choices: Choices,
  ) {
    this.path = pathOf(uri);
    this.files = [this.path];
    this.#runner = new JobRunner(host.workerScript, (reason) => this.#stopped(reason));
    this.#state = {
      uri,
      status: { kind: 'working', stage: 'Reading the model', fraction: 0 },
      choices,
      revision: 0,
      stale: false,
      diagnostics: [],
    };
  }

  get state(): ModelState {
    return this.#state;
  }

  get name(): string {
    return basename(this.path);
  }

  /** Resolves when the reading that is under way has ended, well or not. */
  read(): Promise<void> {
    return this.#reading;
  }

  /** Options of a compilation with what is chosen now. */
  options(): Promise<JobOptions> {
    return this.host.options(this.uri, this.#state.choices);
  }

  /** Reads the file (again), and compiles it where it has changed. What is computed of the old file is cancelled. */
  load(): Promise<void> {
    this.#considering?.abort();
    if (this.#queued) return this.#queued;
    this.#compiling?.abort();
    const queued = this.#reading.then(() => {
      this.#queued = undefined;
      return this.#load();
    });
    return (this.#queued = this.#reading = queued);
  }

  /** Changes what is chosen and compiles. */
  choose(choices: Choices): void {
    this.#crashes = [];
    this.#update({ choices, stale: this.#state.compiled !== undefined });
    if (this.#unreadable) void this.load();
    else void this.compile();
  }

  /**
   * Runs a job on the model as its file is now.
   *
   * @throws RequestError with the reasons where the file cannot be read
   */
  async run<J extends JobName>(
    job: J,
    params: (options: JobOptions) => JobParams<J>,
    options: RunOptions,
  ): Promise<JobResult<J>> {
    this.#considering?.abort();
    await this.read();
    if (this.#unreadable) {
      throw new RequestError({
        message: `${this.name} cannot be read.`,
        diagnostics: this.#unreadable,
      });
    }
    try {
      return await this.#runner.run(job, params(await this.options()), options);
    } finally {
      void this.#lookAhead();
    }
  }

  /** Compiles with what is chosen now; a compilation under way is cancelled. */
  async compile(): Promise<void> {
    this.#considering?.abort();
    this.#compiling?.abort();
    if (this.#state.model === undefined || this.#unreadable) return;
    const controller = (this.#compiling = new AbortController());
    const current = (): boolean => this.#compiling === controller && !controller.signal.aborted;
    this.#update({
      stale: this.#state.compiled !== undefined,
      status: { kind: 'working', stage: 'Compiling', fraction: 0 },
    });
    const started = performance.now();
    try {
      const options = await this.options();
      const { compiled, diagnostics } = await this.#runner.run(
        'compile',
        { options },
        {
          signal: controller.signal,
          onProgress: (stage, fraction) => {
            if (current()) this.#progress(stage, fraction);
          },
        },
      );
      if (!current()) return;
      this.#compiling = undefined;
      this.#took = performance.now() - started;
      this.host.log(`${this.name}: compiled in ${this.#took.toFixed(0)} ms`);
      this.#update({
        compiled,
        stale: false,
        status: { kind: 'ready' },
        diagnostics: [...this.#readDiagnostics, ...diagnostics],
      });
      void this.#lookAhead();
    } catch (error) {
      if (!current()) return;
      this.#compiling = undefined;
      this.#failed(error, this.#readDiagnostics);
    }
  }

  /** Compiles for a target that may be chosen next, while there is nothing else to do: then its figures are there at once. */
  async consider(target: string): Promise<void> {
    this.#considering?.abort();
    if (this.#state.status.kind !== 'ready' || this.#took > quick) return;
    const { signal } = (this.#considering = new AbortController());
    const options = await this.options();
    if (signal.aborted || options.target === target) return;
    // What is wrong with it is told where it is chosen.
    await this.#runner.run('prepare', { options: { ...options, target } }, { signal }).catch(() => undefined);
    if (!signal.aborted) void this.#lookAhead();
  }

  /** Measures what any target will need, while there is nothing else to do; goes on where it was interrupted. */
  async #lookAhead(): Promise<void> {
    if (this.#disposed || this.#state.status.kind !== 'ready' || this.#took > quick) return;
    this.#considering?.abort();
    const { signal } = (this.#considering = new AbortController());
    const options = await this.options();
    if (signal.aborted) return;
    await this.#runner.run('lookAhead', { options }, { signal }).catch(() => undefined);
  }

  /** Nobody shows the model: what is computed can wait until somebody does. */
  rest(): void {
    this.#considering?.abort();
    this.#compiling?.abort();
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#compiling?.abort();
    await this.#runner.dispose();
  }

  async #load(): Promise<void> {
    const started = performance.now();
    try {
      const result = await this.#runner.run('read', { path: this.path });
      const restored = this.#unreadable !== undefined;
      this.#unreadable = undefined;
      this.files = result.files;
      // A file that was only touched: what was being compiled of it when the change was told goes on.
      if (result.hash === this.#hash) {
        if (restored || this.#compiling?.signal.aborted) void this.compile();
        return;
      }
      this.#hash = result.hash;
      this.form = result.form;
      this.pictures = result.pictures;
      this.#readDiagnostics = result.diagnostics;
      this.host.log(`${this.name}: read in ${(performance.now() - started).toFixed(0)} ms`);
      this.#update({
        model: result.model,
        // Grows over restarts of the server too.
        revision: Math.max(this.#state.revision + 1, Date.now()),
        diagnostics: result.diagnostics,
        stale: this.#state.compiled !== undefined,
      });
      void this.compile();
    } catch (error) {
      this.#unreadable = this.#failed(error, []);
    }
  }

  /** The worker has stopped by itself: the next one knows of no model yet. */
  #stopped(reason: string): void {
    if (this.#disposed) return;
    const now = performance.now();
    this.#crashes = [...this.#crashes.filter((at) => now - at < crashes.within), now];
    const again = this.#crashes.length <= crashes.limit;
    this.host.log(`${this.name}: the worker stopped (${reason})`);
    this.host.stopped(this, reason, again);
    this.#compiling?.abort();
    if (again) {
      void this.load();
      return;
    }
    const hint = 'Change the model or what is chosen for it, or close it and open it again.';
    this.#unreadable = this.#failed(
      new RequestError({
        message: reason,
        diagnostics: [
          diagnostic(
            'CAM602',
            `The compiler's worker stopped ${this.#crashes.length} times: ${reason}.`,
            hint,
          ),
        ],
      }),
      this.#readDiagnostics,
    );
  }

  /** Returns the diagnostics that say why. */
  #failed(error: unknown, before: readonly Diagnostic[]): readonly Diagnostic[] {
    const { message, diagnostics } = errorData(error);
    this.host.log(`${this.name}: ${message}`);
    // A failure without a diagnostic is a defect of Camber, and said as one.
    const found =
      diagnostics.length > 0
        ? diagnostics
        : [diagnostic('CAM602', `Camber failed: ${message}`, 'Please report it, with the model if you may.')];
    const known = new Set(before.map((d) => JSON.stringify(d)));
    this.#update({
      status: { kind: 'failed' },
      stale: this.#state.compiled !== undefined,
      diagnostics: [...before, ...found.filter((d) => !known.has(JSON.stringify(d)))],
    });
    return found;
  }

  #progress(stage: string, fraction: number): void {
    this.#state = { ...this.#state, status: { kind: 'working', stage, fraction } };
    this.host.working(this);
  }

  #update(change: Partial<ModelState>): void {
    if (this.#disposed) return;
    this.#state = { ...this.#state, ...change };
    this.host.changed(this);
  }
}
