/**
 * Long work on models: where each stands, for the notification and for the panels alike, and how it is cancelled from
 * either. One job of a kind runs for a model at a time; asking for it again joins the one under way.
 */
import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { JobKind, JobProgress } from '../protocol/webview.ts';
import type { Server } from './client.ts';

export interface JobOptions {
  readonly job: JobKind;
  readonly uri: string;
  /** Of the progress shown; absent for work that only a panel shows. */
  readonly title?: string;
  /** Told every stage. */
  readonly onStage?: (stage: string) => void;
}

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

  /**
   * Runs a job, with a progress notification where it has a title.
   *
   * @param work is given the token that the server reports progress under
   */
  run<T>(
    options: JobOptions,
    work: (token: string, cancel: vscode.CancellationToken) => Promise<T>,
  ): Promise<T> {
    const key = `${options.job} ${options.uri}`;
    const running = this.#running.get(key);
    if (running) return running.result as Promise<T>;
    const cancel = new vscode.CancellationTokenSource();
    const result = this.#work(options, key, cancel, work);
    this.#running.set(key, { progress: { job: options.job, stage: '', fraction: 0 }, cancel, result });
    this.#changed.fire(options.uri);
    return result;
  }

  dispose(): void {
    for (const { cancel } of this.#running.values()) cancel.cancel();
    this.#changed.dispose();
  }

  async #work<T>(
    { job, uri, title, onStage }: JobOptions,
    key: string,
    cancel: vscode.CancellationTokenSource,
    work: (token: string, cancel: vscode.CancellationToken) => Promise<T>,
  ): Promise<T> {
    const id = randomUUID();
    const started = performance.now();
    const told = new vscode.EventEmitter<JobProgress>();
    const subscription = this.server.on('camber/progress', ({ token, stage, fraction }) => {
      const running = this.#running.get(key);
      if (token !== id || !running) return;
      if (stage !== running.progress.stage) onStage?.(stage);
      running.progress = { job, stage, fraction };
      told.fire(running.progress);
      this.#changed.fire(uri);
    });
    try {
      const result = work(id, cancel.token);
      if (title !== undefined) void this.#notify(title, told.event, cancel, result);
      return await result;
    } finally {
      subscription.dispose();
      told.dispose();
      cancel.dispose();
      this.#running.delete(key);
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
