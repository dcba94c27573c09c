/**
 * Long work on models: where each stands, for the notification and for the panels alike, and how it is cancelled from
 * either. One job of a kind runs for a model at a time; asking for it again joins the one under way, unless that has
 * been cancelled: then the work is done anew as soon as the cancelled job has ended.
 */
import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { RequestError } from '../protocol/channel.ts';
import type { JobKind, JobProgress } from '../protocol/webview.ts';
import type { Server } from './client.ts';

/** What whoever asks for a job has to do with it while it runs. */
export interface JobWatch {
  /** Told every stage. */
  readonly onStage?: (stage: string) => void;
  /** Cancels the job, now or later: of whoever may give up before there is a job. */
  readonly stop?: vscode.CancellationToken;
}

export interface JobOptions extends JobWatch {
  readonly job: JobKind;
  readonly uri: string;
  /** Of the progress shown; absent for work that only a panel shows. */
  readonly title?: string;
}

const cancelled = (job: JobKind): RequestError => {
  const message = `Cancelled before "${job}" began.`;
  const hint = 'Start it again when you want it.';
  return new RequestError({ message, diagnostics: [{ code: 'CAM606', severity: 'error', message, hint }] });
};

interface Running {
  progress: JobProgress;
  readonly cancel: vscode.CancellationTokenSource;
  readonly result: Promise<unknown>;
}

export class Jobs implements vscode.Disposable {
  readonly #running = new Map<string, Running>();
  readonly #changed = new vscode.EventEmitter<string>();
  /** The jobs on this model have changed. */
  readonly onChanged = this.#changed.event;

  constructor(
    private readonly server: Server,
    private readonly output: vscode.LogOutputChannel,
  ) {}

  of(uri: string | undefined): readonly JobProgress[] {
    return [...this.#running].filter(([key]) => key.endsWith(` ${uri}`)).map(([, { progress }]) => progress);
  }

  cancel(job: JobKind, uri: string): void {
    this.#running.get(`${job} ${uri}`)?.cancel.cancel();
  }

  /** Whether the job under way has been cancelled and is only coming to its end. */
  isEnding(job: JobKind, uri: string): boolean {
    return this.#running.get(`${job} ${uri}`)?.cancel.token.isCancellationRequested === true;
  }

  /**
   * Runs a job, with a progress notification where it has a title. Rejects with CAM606 where it was cancelled, before it
   * began too.
   *
   * @param work is given the token that the server reports progress under
   */
  run<T>(
    options: JobOptions,
    work: (token: string, cancel: vscode.CancellationToken) => Promise<T>,
  ): Promise<T> {
    const { job, uri, stop } = options;
    if (stop?.isCancellationRequested) return Promise.reject(cancelled(job));
    const key = `${job} ${uri}`;
    const before = this.#running.get(key);
    if (before && !before.cancel.token.isCancellationRequested) {
      this.#stopWith(stop, before);
      return before.result as Promise<T>;
    }
    const cancel = new vscode.CancellationTokenSource();
    const result = this.#work(options, cancel, before?.result, work);
    const running: Running = { progress: { job, stage: '', fraction: 0 }, cancel, result };
    this.#running.set(key, running);
    this.#stopWith(stop, running);
    this.#changed.fire(uri);
    return result;
  }

  dispose(): void {
    for (const { cancel } of this.#running.values()) cancel.cancel();
    this.#changed.dispose();
  }

  #stopWith(stop: vscode.CancellationToken | undefined, { cancel, result }: Running): void {
    const subscription = stop?.onCancellationRequested(() => cancel.cancel());
    const done = (): void => subscription?.dispose();
    result.then(done, done);
  }

  /** @param before the same job, cancelled, which is still coming to its end */
  async #work<T>(
    { job, uri, title, onStage }: JobOptions,
    cancel: vscode.CancellationTokenSource,
    before: Promise<unknown> | undefined,
    work: (token: string, cancel: vscode.CancellationToken) => Promise<T>,
  ): Promise<T> {
    const key = `${job} ${uri}`;
    const own = (): Running | undefined => {
      const running = this.#running.get(key);
      return running?.cancel === cancel ? running : undefined;
    };
    const id = randomUUID();
    const told = new vscode.EventEmitter<JobProgress>();
    const subscription = this.server.on('camber/progress', ({ token, stage, fraction }) => {
      const running = own();
      if (token !== id || !running) return;
      if (stage !== running.progress.stage) onStage?.(stage);
      running.progress = { job, stage, fraction };
      told.fire(running.progress);
      this.#changed.fire(uri);
    });
    let started = performance.now();
    try {
      if (before) {
        await before.catch(() => undefined);
        if (cancel.token.isCancellationRequested) throw cancelled(job);
        started = performance.now();
      }
      const result = work(id, cancel.token);
      if (title !== undefined) void this.#notify(title, told.event, cancel, result);
      return await result;
    } finally {
      subscription.dispose();
      told.dispose();
      if (own()) this.#running.delete(key);
      cancel.dispose();
      this.#changed.fire(uri);
      this.output.info(`${job}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
    }
  }

  async #notify(
    title: string,
    told: vscode.Event<JobProgress>,
    cancel: vscode.CancellationTokenSource,
    result: Promise<unknown>,
  ): Promise<void> {
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    await vscode.window.withProgress(options, async (progress, token) => {
      let done = 0;
      const subscriptions = vscode.Disposable.from(
        token.onCancellationRequested(() => cancel.cancel()),
        told(({ stage, fraction }) => {
          progress.report({ message: stage, increment: Math.max(0, fraction * 100 - done) });
          done = Math.max(done, fraction * 100);
        }),
      );
      // What goes wrong is told by whoever asked for the job.
      await result.catch(() => undefined);
      subscriptions.dispose();
    });
  }
}
