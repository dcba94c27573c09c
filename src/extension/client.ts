/** The language server, started and asked. */
import * as vscode from 'vscode';
import {
  LanguageClient,
  CloseAction,
  ErrorAction,
  ResponseError,
  RevealOutputChannelOn,
  State,
  TransportKind,
  DidChangeWatchedFilesNotification,
  type FileChangeType,
  type LanguageClientOptions,
  type ServerOptions,
} from 'vscode-languageclient/node';
import { RequestError } from '../protocol/channel.ts';
import { textLanguage, textScheme } from '../protocol/manifest/contributes.ts';
import type { ErrorData, Params, Result, ServerMethod, ServerNotifications } from '../protocol/requests.ts';

/** How often the server may stop within so many milliseconds and still be started again. */
const crashes = { limit: 4, within: 180_000 };

export class Server {
  readonly #client: LanguageClient;
  readonly #restarted = new vscode.EventEmitter<void>();
  readonly #stopped = new vscode.EventEmitter<{ again: boolean }>();
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
    const module = vscode.Uri.joinPath(context.extensionUri, 'dist/server/main.mjs').fsPath;
    const run = { module, transport: TransportKind.ipc };
    const server: ServerOptions = { run, debug: { ...run, options: { execArgv: ['--inspect=6011'] } } };
    const options: LanguageClientOptions = {
      documentSelector: [{ scheme: textScheme, language: textLanguage }],
      outputChannel: output,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      synchronize: { configurationSection: 'camber' },
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue }),
        closed: () => ({ action: this.#closed(), handled: true }),
      },
      markdown: { isTrusted: false, supportHtml: false },
    };
    this.#client = new LanguageClient('camber', 'Camber', server, options);
    context.subscriptions.push(this.#client, this.#restarted, this.#stopped);
    let runs = 0;
    this.#client.onDidChangeState(({ newState }) => {
      if (newState === State.Running && ++runs > 1) this.#restarted.fire();
    });
  }

  start(): Promise<void> {
    return this.#client.start();
  }

  /** Tells the server that a file it may have read has changed. */
  fileChanged(uri: string, type: FileChangeType): void {
    void this.#client.sendNotification(DidChangeWatchedFilesNotification.type, { changes: [{ uri, type }] });
  }

  on<N extends keyof ServerNotifications>(
    method: N,
    handler: (params: ServerNotifications[N]) => void,
  ): vscode.Disposable {
    return this.#client.onNotification(method, handler);
  }

  /** Sends a request. Rejects with a RequestError that carries the diagnostics. */
  async ask<M extends ServerMethod>(
    method: M,
    params: Params<M>,
    token?: vscode.CancellationToken,
  ): Promise<Result<M>> {
    try {
      // An absent token would be sent as a second parameter.
      return await (token === undefined
        ? this.#client.sendRequest<Result<M>>(method, params)
        : this.#client.sendRequest<Result<M>>(method, params, token));
    } catch (error) {
      if (error instanceof ResponseError && error.data) throw new RequestError(error.data as ErrorData);
      throw error;
    }
  }

  /** The server has stopped by itself: says so, and decides whether it is started again. */
  #closed(): CloseAction {
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
    return again ? CloseAction.Restart : CloseAction.DoNotRestart;
  }
}
