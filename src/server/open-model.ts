/**
 * One open model: its worker, its state, and what is being computed for it.
 *
 * Old results stay in the state until newer ones replace them; whatever is out of date is cancelled.
 */
import { basename } from 'node:path';
import { errorData } from '../protocol/channel.ts';
import type { Choices, Diagnostic, ModelState, PictureView } from '../protocol/views.ts';
import { diagnostic } from '../compiler/diagnostics.ts';
import { JobRunner } from './jobs/runner.ts';
import type { JobOptions } from './jobs/messages.ts';
import type { TextForm } from './text/form.ts';
import { pathOf } from './uris.ts';

export interface OpenModelHost {
  readonly workerScript: URL;
  readonly options: (uri: string, choices: Choices) => Promise<JobOptions>;
  readonly changed: (model: OpenModel) => void;
  /** Only the status has changed: said often, so without the rest. */
  readonly working: (model: OpenModel) => void;
  readonly log: (message: string) => void;
}

export class OpenModel {
  readonly path: string;
  readonly runner: JobRunner;
  /** How many editors hold this model open. */
  holders = 0;
  form: TextForm | undefined;
  /** Pictures listed beside the model. */
  pictures: readonly PictureView[] = [];
  #state: ModelState;
  #hash: string | undefined;
  #reading: Promise<void> = Promise.resolve();
  #compiling: AbortController | undefined;
  #readDiagnostics: readonly Diagnostic[] = [];

  constructor(
    readonly uri: string,
    private readonly host: OpenModelHost,
    choices: Choices,
  ) {
    this.path = pathOf(uri);
    this.runner = new JobRunner(host.workerScript);
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

  /** Reads the file (again), and compiles it where it has changed. */
  load(): Promise<void> {
    this.#reading = this.#reading.then(() => this.#load());
    return this.#reading;
  }

  /** Changes what is chosen and compiles. */
  choose(choices: Choices): void {
    this.#update({ choices, stale: this.#state.compiled !== undefined });
    void this.compile();
  }

  /** Compiles with what is chosen now; a compilation under way is cancelled. */
  async compile(): Promise<void> {
    this.#compiling?.abort();
    if (this.#state.model === undefined) return;
    const controller = (this.#compiling = new AbortController());
    const current = (): boolean => this.#compiling === controller;
    this.#update({
      stale: this.#state.compiled !== undefined,
      status: { kind: 'working', stage: 'Compiling', fraction: 0 },
    });
    const started = performance.now();
    try {
      const options = await this.options();
      const { compiled, diagnostics } = await this.runner.run(
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
      this.host.log(`${this.name}: compiled in ${(performance.now() - started).toFixed(0)} ms`);
      this.#update({
        compiled,
        stale: false,
        status: { kind: 'ready' },
        diagnostics: [...this.#readDiagnostics, ...diagnostics],
      });
    } catch (error) {
      if (current()) this.#failed(error, this.#readDiagnostics);
    }
  }

  async dispose(): Promise<void> {
    this.#compiling?.abort();
    await this.runner.dispose();
  }

  async #load(): Promise<void> {
    const started = performance.now();
    try {
      const result = await this.runner.run('read', { path: this.path });
      if (result.hash === this.#hash) return;
      this.#hash = result.hash;
      this.form = result.form;
      this.pictures = result.pictures;
      this.#readDiagnostics = result.diagnostics;
      this.host.log(`${this.name}: read in ${(performance.now() - started).toFixed(0)} ms`);
      this.#update({
        model: result.model,
        revision: this.#state.revision + 1,
        diagnostics: result.diagnostics,
        stale: this.#state.compiled !== undefined,
      });
      void this.compile();
    } catch (error) {
      this.#hash = undefined;
      this.#failed(error, []);
    }
  }

  #failed(error: unknown, before: readonly Diagnostic[]): void {
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
  }

  #progress(stage: string, fraction: number): void {
    this.#state = { ...this.#state, status: { kind: 'working', stage, fraction } };
    this.host.working(this);
  }

  #update(change: Partial<ModelState>): void {
    this.#state = { ...this.#state, ...change };
    this.host.changed(this);
  }
}
