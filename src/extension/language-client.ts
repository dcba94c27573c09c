/**
 * The library that speaks to the language server. Loading it takes longer than all the rest of the activation: it is a
 * bundle of its own, loaded when the server is started, not when the extension is.
 */
import {
  CloseAction,
  DidChangeWatchedFilesNotification,
  ErrorAction,
  LanguageClient,
  ResponseError,
  RevealOutputChannelOn,
  State,
  TransportKind,
} from 'vscode-languageclient/node';
import type * as vscode from 'vscode';
import { textLanguage, textScheme } from '../protocol/manifest/contributes.ts';
import type { ErrorData } from '../protocol/requests.ts';

export interface FileChange {
  readonly uri: string;
  /** As the protocol numbers them: created, changed, deleted. */
  readonly type: 1 | 2 | 3;
}

export interface ClientHost {
  /** The server's script. */
  readonly module: string;
  readonly output: vscode.LogOutputChannel;
  /** The server has stopped by itself; returns whether it is to be started again. */
  readonly closed: () => boolean;
  /** It runs (again). */
  readonly running: () => void;
}

export class Client {
  readonly #client: LanguageClient;

  constructor({ module, output, closed, running }: ClientHost) {
    const run = { module, transport: TransportKind.ipc };
    this.#client = new LanguageClient(
      'camber',
      'Camber',
      { run, debug: { ...run, options: { execArgv: ['--inspect=6011'] } } },
      {
        documentSelector: [{ scheme: textScheme, language: textLanguage }],
        outputChannel: output,
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        synchronize: { configurationSection: 'camber' },
        errorHandler: {
          error: () => ({ action: ErrorAction.Continue }),
          closed: () => ({
            action: closed() ? CloseAction.Restart : CloseAction.DoNotRestart,
            handled: true,
          }),
        },
        markdown: { isTrusted: false, supportHtml: false },
      },
    );
    this.#client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) running();
    });
  }

  start(): Promise<void> {
    return this.#client.start();
  }

  dispose(): Promise<void> {
    return this.#client.dispose();
  }

  on(method: string, handler: (params: unknown) => void): void {
    this.#client.onNotification(method, handler);
  }

  async fileChanged(change: FileChange): Promise<void> {
    await this.#client.sendNotification(DidChangeWatchedFilesNotification.type, { changes: [change] });
  }

  ask(method: string, params: unknown, token?: vscode.CancellationToken): Promise<unknown> {
    // An absent token would be sent as a second parameter.
    return token === undefined
      ? this.#client.sendRequest(method, params)
      : this.#client.sendRequest(method, params, token);
  }

  /** What the server says of a request that it has refused. */
  refusal(error: unknown): ErrorData | undefined {
    return error instanceof ResponseError ? (error.data as ErrorData | undefined) : undefined;
  }
}
