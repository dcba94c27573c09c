/** The language server, started and asked. */
import * as vscode from 'vscode';
import { RequestError } from '../protocol/channel.ts';
import type { Params, Result, ServerMethod, ServerNotifications } from '../protocol/requests.ts';
import type { Client, FileChange } from './language-client.ts';

/** How often the server may stop within so many milliseconds and still be started again. */
const crashes = { limit: 4, within: 180_000 };

/** Kinds of change to a file, as the Language Server Protocol numbers them. */
export const fileChanges = { created: 1, changed: 2, deleted: 3 } as const satisfies Record<
  string,
  FileChange['type']
>;

type Handler = (params: unknown) => void;

export class Server {
  readonly #module: string;
  readonly #restarted = new vscode.EventEmitter<void>();
  readonly #stopped = new vscode.EventEmitter<{ again: boolean }>();
  readonly #handlers: Readonly<Record<keyof ServerNotifications, Set<Handler>>> = {
    'camber/stateChanged': new Set(),
    'camber/statusChanged': new Set(),
    'camber/progress': new Set(),
    'camber/workerStopped': new Set(),
    'camber/log': new Set(),
  };
  readonly #isStarted: Promise<void>;
  #start: () => void = () => undefined;
  #client: Promise<Client> | undefined;
  #runs = 0;
  /** When it stopped by itself, in milliseconds. */
  #crashes: number[] = [];
  /** The server has stopped by itself; `again`: it is being started once more. */
  readonly onStopped = this.#stopped.event;
  /** The server has come back after a crash and knows of no model. */
  readonly onRestarted = this.#restarted.event;

  constructor(
    context: vscode.ExtensionContext,
    private readonly output: vscode.LogOutputChannel,
  ) {
    this.#module = vscode.Uri.joinPath(context.extensionUri, 'dist/server/main.mjs').fsPath;
    this.#isStarted = new Promise((resolve) => (this.#start = resolve));
    context.subscriptions.push(this.#restarted, this.#stopped, this);
  }

  /** Starts the server; requests wait for that by themselves. */
  async start(): Promise<void> {
    const started = performance.now();
    this.#client = this.#make();
    this.#start();
    await (await this.#client).start();
    this.output.info(`language server: started in ${(performance.now() - started).toFixed(0)} ms`);
  }

  async dispose(): Promise<void> {
    await (await this.#client)?.dispose();
  }

  /** Tells the server that a file it may have read has changed. */
  fileChanged(change: FileChange): void {
    void this.#client?.then((client) => client.fileChanged(change));
  }

  on<N extends keyof ServerNotifications>(
    method: N,
    handler: (params: ServerNotifications[N]) => void,
  ): vscode.Disposable {
    const handlers = this.#handlers[method];
    handlers.add(handler as Handler);
    return new vscode.Disposable(() => handlers.delete(handler as Handler));
  }

  /** Sends a request. Rejects with a RequestError that carries the diagnostics. */
  async ask<M extends ServerMethod>(
    method: M,
    params: Params<M>,
    token?: vscode.CancellationToken,
  ): Promise<Result<M>> {
    await this.#isStarted;
    const client = await this.#client!;
    try {
      return (await client.ask(method, params, token)) as Result<M>;
    } catch (error) {
      const refusal = client.refusal(error);
      throw refusal ? new RequestError(refusal) : error;
    }
  }

  async #make(): Promise<Client> {
    const { Client } = await import('./language-client.ts');
    const client = new Client({
      module: this.#module,
      output: this.output,
      closed: () => this.#closed(),
      running: () => {
        if (++this.#runs > 1) this.#restarted.fire();
      },
    });
    for (const [method, handlers] of Object.entries(this.#handlers)) {
      client.on(method, (params) => {
        for (const handler of [...handlers]) handler(params);
      });
    }
    return client;
  }

  /** The server has stopped by itself: says so, and decides whether it is started again. */
  #closed(): boolean {
    const now = Date.now();
    this.#crashes = [...this.#crashes.filter((at) => now - at < crashes.within), now];
    const again = this.#crashes.length <= crashes.limit;
    const text = again
      ? vscode.l10n.t('The language server stopped and is started again.')
      : vscode.l10n.t(
          'The language server stopped {0} times and stays stopped. Reload the window to start it again.',
          this.#crashes.length,
        );
    this.output.warn(text);
    void vscode.window.showWarningMessage(text, vscode.l10n.t('Show output')).then((choice) => {
      if (choice !== undefined) this.output.show();
    });
    this.#stopped.fire({ again });
    return again;
  }
}
