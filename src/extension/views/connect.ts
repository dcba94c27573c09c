/** Connects a webview to the models: answers its requests, tells it what changes. */
import * as vscode from 'vscode';
import { answer, RequestError, type WebviewHandlers } from '../../protocol/channel.ts';
import { webviewCommands, type ToExtension, type ToWebview } from '../../protocol/webview.ts';
import type { Services } from '../services.ts';
import * as preferences from './preferences.ts';
import { addPictures, addedPictures } from './pictures.ts';

/** Which model a view shows: one of its own, or the active one. */
export type Shown = { readonly kind: 'own'; readonly uri: string } | { readonly kind: 'active' };

function handlers(services: Services, current: () => string | undefined): WebviewHandlers {
  const { models, server } = services;
  const required = (): string => {
    const uri = current();
    if (uri === undefined) throw new RequestError({ message: 'No model is open.', diagnostics: [] });
    return uri;
  };
  return {
    state: async () => models.state(current()),
    select: async ({ layer }) => {
      models.select(required(), layer);
      return null;
    },
    setTarget: async ({ tensor }) => {
      await models.choose(required(), { target: tensor });
      return null;
    },
    run: async ({ command, layer }) => {
      if (!webviewCommands.includes(command)) throw new Error(`No such command: ${String(command)}`);
      const uri = current();
      await vscode.commands.executeCommand(
        `camber.${command}`,
        uri === undefined ? undefined : { uri, layer },
      );
      return null;
    },
    prefer: async (change) => {
      await preferences.update(services.context, change);
      return null;
    },
    pictures: async () => {
      const uri = required();
      return server.ask('camber/pictures', { uri, extra: addedPictures(services, uri) });
    },
    heatMap: async ({ picture }) => server.ask('camber/heatMap', { uri: required(), picture }),
    addPictures: async () => {
      const uri = required();
      return server.ask('camber/pictures', { uri, extra: await addPictures(services, uri) });
    },
  };
}

export function connect(services: Services, webview: vscode.Webview, shown: Shown): vscode.Disposable {
  const { models } = services;
  const current = (): string | undefined => (shown.kind === 'own' ? shown.uri : models.active);
  const post = (message: ToWebview): void => void webview.postMessage(message);
  const table = handlers(services, current);
  const tellState = (): void =>
    post({ kind: 'event', event: { event: 'state', state: models.state(current()) } });
  return vscode.Disposable.from(
    webview.onDidReceiveMessage((message: ToExtension) => void answer(table, message, post)),
    models.onStateChanged(({ uri }) => {
      if (uri === current()) tellState();
    }),
    models.onStatusChanged(({ uri, status }) => {
      if (uri === current()) post({ kind: 'event', event: { event: 'status', status } });
    }),
    models.onActiveChanged(() => {
      if (shown.kind === 'active') tellState();
    }),
    models.onSelectionChanged(({ uri, layer }) => {
      if (uri === current()) post({ kind: 'event', event: { event: 'selection', layer } });
    }),
  );
}
