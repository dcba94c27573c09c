/** The language server, started and asked. */
import * as vscode from 'vscode';
import {
  LanguageClient,
  ResponseError,
  RevealOutputChannelOn,
  State,
  TransportKind,
  type LanguageClientOptions,
  type ServerOptions,
} from 'vscode-languageclient/node';
import { RequestError } from '../protocol/channel.ts';
import { textLanguage, textScheme } from '../protocol/manifest/contributes.ts';
import type { ErrorData, Params, Result, ServerMethod, ServerNotifications } from '../protocol/requests.ts';

export class Server {
  readonly #client: LanguageClient;
  readonly #restarted = new vscode.EventEmitter<void>();
  /** The server has come back after a crash and knows of no model. */
  readonly onRestarted = this.#restarted.event;

  constructor(context: vscode.ExtensionContext, output: vscode.LogOutputChannel) {
    const module = vscode.Uri.joinPath(context.extensionUri, 'dist/server/main.mjs').fsPath;
    const run = { module, transport: TransportKind.ipc };
    const server: ServerOptions = { run, debug: { ...run, options: { execArgv: ['--inspect=6011'] } } };
    const options: LanguageClientOptions = {
      documentSelector: [{ scheme: textScheme, language: textLanguage }],
      outputChannel: output,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      synchronize: {
        configurationSection: 'camber',
        fileEvents: vscode.workspace.createFileSystemWatcher('**/*.onnx'),
      },
      markdown: { isTrusted: false, supportHtml: false },
    };
    this.#client = new LanguageClient('camber', 'Camber', server, options);
    context.subscriptions.push(this.#client, this.#restarted);
    let runs = 0;
    this.#client.onDidChangeState(({ newState }) => {
      if (newState === State.Running && ++runs > 1) {
        const message = vscode.l10n.t('The language server stopped and was started again.');
        output.warn(message);
        void vscode.window.showWarningMessage(message);
        this.#restarted.fire();
      }
    });
  }

  start(): Promise<void> {
    return this.#client.start();
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
}
