/** Connects a webview to the models: answers its requests, tells it what changes. */
import * as vscode from 'vscode';
import { answer, RequestError, type WebviewHandlers } from '../../protocol/channel.ts';
import {
  webviewCommands,
  type ToExtension,
  type ToWebview,
  type WebviewEvent,
} from '../../protocol/webview.ts';
import type { PictureView } from '../../protocol/views.ts';
import type { Services } from '../services.ts';
import * as preferences from './preferences.ts';
import { choosePictures, droppedPictures, savePng } from './pictures.ts';

/** Which model a view shows: one of its own, or the active one. */
export type Shown = { readonly kind: 'own'; readonly uri: string } | { readonly kind: 'active' };

const picturesOf = ({ server, models }: Services, uri: string): Promise<readonly PictureView[]> =>
  server.ask('camber/pictures', { uri, extra: models.addedPictures(uri) });

function handlers(
  services: Services,
  current: () => string | undefined,
  tell: (event: WebviewEvent) => void,
): WebviewHandlers {
  const { models, server, jobs, explorer } = services;
  const required = (): string => {
    const uri = current();
    if (uri === undefined) throw new RequestError({ message: 'No model is open.', diagnostics: [] });
    return uri;
  };
  return {
    state: async () => {
      const uri = current();
      const layer = models.selected(uri);
      if (layer !== undefined) tell({ event: 'selection', layer });
      return models.state(uri);
    },
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
    pictures: async () => picturesOf(services, required()),
    heatMapChoices: async () => server.ask('camber/heatMapChoices', { uri: required() }),
    heatMap: async (wanted) => server.ask('camber/heatMap', { ...wanted, uri: required() }),
    addPictures: async () => {
      const uri = required();
      await models.addPictures(uri, await choosePictures());
      return null;
    },
    dropPictures: async ({ uris, files }) => {
      const uri = required();
      await models.addPictures(uri, await droppedPictures(services, uris, files));
      return null;
    },
    removePicture: async ({ picture }) => {
      await models.removePicture(required(), picture);
      return null;
    },
    savePng: async ({ name, bytes }) => {
      await savePng(name, bytes);
      return null;
    },
    explore: async ({ start }) => {
      const uri = required();
      return start ? explorer.explore(uri) : explorer.known(uri);
    },
    chooseDesign: async ({ array, gradientBits }) => {
      await models.choose(required(), { array, gradientBits });
      return null;
    },
    jobs: async () => jobs.of(current()),
    cancelJob: async ({ job }) => {
      jobs.cancel(job, required());
      return null;
    },
  };
}

export function connect(services: Services, webview: vscode.Webview, shown: Shown): vscode.Disposable {
  const { models, jobs } = services;
  const current = (): string | undefined => (shown.kind === 'own' ? shown.uri : models.active);
  const post = (message: ToWebview): void => void webview.postMessage(message);
  const table = handlers(services, current, (event) => post({ kind: 'event', event }));
  const tellState = (): void =>
    post({ kind: 'event', event: { event: 'state', state: models.state(current()) } });
  const tellJobs = (): void => post({ kind: 'event', event: { event: 'jobs', jobs: jobs.of(current()) } });
  const tellPictures = async (uri: string, show: string | undefined): Promise<void> => {
    const pictures = await picturesOf(services, uri);
    post({ kind: 'event', event: { event: 'pictures', pictures, ...(show === undefined ? {} : { show }) } });
  };
  return vscode.Disposable.from(
    webview.onDidReceiveMessage((message: ToExtension) => void answer(table, message, post)),
    models.onStateChanged(({ uri }) => {
      if (uri === current()) tellState();
    }),
    models.onStatusChanged(({ uri, status }) => {
      if (uri === current()) post({ kind: 'event', event: { event: 'status', status } });
    }),
    models.onActiveChanged(() => {
      if (shown.kind !== 'active') return;
      tellState();
      tellJobs();
    }),
    jobs.onChanged((uri) => {
      if (uri === current()) tellJobs();
    }),
    models.onPicturesChanged(({ uri, show }) => {
      // A view that cannot be told asks again when it is shown.
      if (uri === current()) void tellPictures(uri, show).catch(() => undefined);
    }),
    models.onSelectionChanged(({ uri, layer }) => {
      if (uri === current()) post({ kind: 'event', event: { event: 'selection', layer } });
    }),
  );
}
