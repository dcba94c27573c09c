/** Camber's own requests, each answered by one function. */
import type { CancellationToken } from 'vscode-languageserver';
import { RequestError } from '../protocol/channel.ts';
import type { Settings } from '../protocol/manifest/settings.ts';
import type { Params, Result, ServerMethod, ServerNotifications } from '../protocol/requests.ts';
import type { Choices, DeviceView, PictureView } from '../protocol/views.ts';
import type { ModelStore } from './store.ts';
import { JobRunner, type RunOptions } from './jobs/runner.ts';
import { toolPaths } from './options.ts';
import { bundledPictures, picturesIn, pictureView } from './session/pictures.ts';

export interface RequestHost {
  readonly store: ModelStore;
  readonly workerScript: URL;
  readonly settings: (uri: string) => Promise<Settings>;
  readonly devices: () => readonly DeviceView[];
  readonly progress: (progress: ServerNotifications['camber/progress']) => void;
  /** A model has lost its last holder. */
  readonly closed: (uri: string) => void;
}

export type ServerHandlers = {
  readonly [M in ServerMethod]: (
    params: Params<M>,
    cancel: CancellationToken,
  ) => Result<M> | Promise<Result<M>>;
};

function merge(choices: Choices, change: Params<'camber/choose'>['choices']): Choices {
  const entries = Object.entries({ ...choices, ...change }).filter(
    ([, value]) => value !== null && value !== undefined,
  );
  return Object.fromEntries(entries);
}

export function serverHandlers(host: RequestHost): ServerHandlers {
  const { store } = host;

  const watched = (token: string | undefined, cancel: CancellationToken): RunOptions => {
    const controller = new AbortController();
    cancel.onCancellationRequested(() => controller.abort());
    return {
      signal: controller.signal,
      onProgress: (stage, fraction) => {
        if (token !== undefined) host.progress({ token, stage, fraction });
      },
    };
  };

  /** A worker of its own: long work must not hold up the model's hovers and heat maps. */
  const apart = async <T>(work: (runner: JobRunner) => Promise<T>): Promise<T> => {
    const runner = new JobRunner(host.workerScript);
    try {
      return await work(runner);
    } finally {
      await runner.dispose();
    }
  };

  return {
    'camber/open': ({ uri, choices }) => store.open(uri, choices).state,
    'camber/close': ({ uri }) => {
      const closed = store.close(uri);
      if (closed) host.closed(uri);
      return null;
    },
    'camber/state': ({ uri }) => store.get(uri).state,
    'camber/choose': ({ uri, choices }) => {
      const model = store.get(uri);
      model.choose(merge(model.state.choices, choices));
      return model.state;
    },
    'camber/consider': ({ uri, target }) => {
      void store.find(uri)?.consider(target);
      return null;
    },
    'camber/text': async ({ uri }) => {
      const model = store.get(uri);
      await model.read();
      if (model.form) return { text: model.form.text, revision: model.state.revision };
      const { diagnostics } = model.state;
      throw new RequestError({ message: `${model.name} cannot be shown as text.`, diagnostics });
    },
    'camber/devices': () => host.devices(),
    'camber/pictures': async ({ uri, extra }) => {
      const model = store.get(uri);
      await model.read();
      const { pictureFolder } = await host.settings(uri);
      const own = pictureFolder === '' ? model.pictures : await picturesIn(pictureFolder);
      const pictures = own.length > 0 ? own : bundledPictures();
      const known = new Set(pictures.map((p) => p.id));
      return [
        ...pictures,
        ...extra
          .filter((id) => !known.has(id))
          .map((id): PictureView => ({ ...pictureView(id), added: true })),
      ];
    },
    'camber/heatMapChoices': ({ uri }) => store.get(uri).run('heatMapChoices', () => ({}), {}),
    'camber/heatMap': async ({ uri, ...wanted }, cancel) => {
      return store.get(uri).run('heatMap', (options) => ({ options, wanted }), watched(undefined, cancel));
    },
    'camber/build': async ({ uri, folder, token }, cancel) => {
      return store.get(uri).run('build', (options) => ({ options, folder }), watched(token, cancel));
    },
    'camber/verify': async ({ uri, folder, embedded, trace, token }, cancel) => {
      const settings = await host.settings(uri);
      const simulator = embedded ? 'embedded' : settings.simulator;
      const params = { folder, tools: toolPaths(settings), simulator, trace };
      return apart((runner) => runner.run('verify', params, watched(token, cancel)));
    },
    'camber/explore': async ({ uri, token }, cancel) => {
      const model = store.get(uri);
      const params = { path: model.path, options: await model.options() };
      return apart((runner) => runner.run('explore', params, watched(token, cancel)));
    },
    'camber/synthesise': async ({ uri, folder, token }, cancel) => {
      const model = store.get(uri);
      const params = { path: model.path, options: await model.options(), folder };
      const result = await apart((runner) => runner.run('synthesise', params, watched(token, cancel)));
      // The same compilation again, now beside its synthesis.
      void model.compile();
      return result;
    },
    'camber/export': async ({ uri, file }, cancel) => {
      return store.get(uri).run('export', (options) => ({ options, file }), watched(undefined, cancel));
    },
  };
}
