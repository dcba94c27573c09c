/**
 * The language server: a process of its own that reads and compiles models in the background and answers the editor.
 */
import {
  createConnection,
  ProposedFeatures,
  ResponseError,
  TextDocumentSyncKind,
  type CancellationToken,
  type InitializeResult,
} from 'vscode-languageserver/node';
import { errorData } from '../protocol/channel.ts';
import type { ServerNotifications } from '../protocol/requests.ts';
import { defaultSettings, type Settings } from '../protocol/manifest/settings.ts';
import { fileDiagnostics, textDiagnostics } from './features/diagnostics.ts';
import { devices } from './devices.ts';
import { keepSpareWorker } from './jobs/runner.ts';
import { jobOptions, readSettings } from './options.ts';
import type { OpenModel } from './open-model.ts';
import { serverHandlers } from './requests.ts';
import { ModelStore } from './store.ts';
import { registerTextFeatures } from './text-features.ts';
import { pathOf } from './uris.ts';

const connection = createConnection(ProposedFeatures.all);
const workerScript = new URL('worker.mjs', import.meta.url);
let askSettings = false;
let refreshes = { inlayHints: false, codeLenses: false };

async function settingsOf(uri: string): Promise<Settings> {
  if (!askSettings) return defaultSettings;
  return readSettings(await connection.workspace.getConfiguration({ scopeUri: uri, section: 'camber' }));
}

function notify<N extends keyof ServerNotifications>(method: N, params: ServerNotifications[N]): void {
  void connection.sendNotification(method, params);
}

/** Text documents that show a model, by the model's URI. */
const textDocuments = new Map<string, string>();

function publish(model: OpenModel): void {
  const { diagnostics } = model.state;
  void connection.sendDiagnostics({ uri: model.uri, diagnostics: fileDiagnostics(diagnostics) });
  const document = textDocuments.get(model.uri);
  if (document !== undefined && model.form) {
    void connection.sendDiagnostics({ uri: document, diagnostics: textDiagnostics(diagnostics, model.form) });
  }
}

const store = new ModelStore({
  workerScript,
  options: async (uri, choices) => jobOptions(await settingsOf(uri), choices),
  log: (message) => notify('camber/log', { message }),
  working: ({ uri, state }) => notify('camber/statusChanged', { uri, status: state.status }),
  stopped: ({ uri }, reason, again) => notify('camber/workerStopped', { uri, reason, again }),
  changed: (model) => {
    // Kept for a while after its last editor: nobody shows it.
    if (model.holders === 0) return;
    notify('camber/stateChanged', model.state);
    if (model.state.status.kind === 'working') return;
    // And so does the next.
    keepSpareWorker(workerScript);
    publish(model);
    if (!textDocuments.has(model.uri)) return;
    if (refreshes.inlayHints) void connection.languages.inlayHint.refresh();
    if (refreshes.codeLenses) void connection.sendRequest('workspace/codeLens/refresh');
  },
});

connection.onInitialize(({ capabilities }): InitializeResult => {
  askSettings = capabilities.workspace?.configuration === true;
  refreshes = {
    inlayHints: capabilities.workspace?.inlayHint?.refreshSupport === true,
    codeLenses: capabilities.workspace?.codeLens?.refreshSupport === true,
  };
  return {
    capabilities: {
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.None },
      hoverProvider: true,
      inlayHintProvider: true,
      codeLensProvider: {},
      documentSymbolProvider: true,
      foldingRangeProvider: true,
      definitionProvider: true,
      referencesProvider: true,
      documentHighlightProvider: true,
    },
  };
});

connection.onDidChangeConfiguration(() => {
  for (const model of store.all) void model.compile();
});

/** How long a file must be left alone before it is read again: who writes a large one does it in pieces. */
const settled = 150;
const settling = new Map<OpenModel, ReturnType<typeof setTimeout>>();

connection.onDidChangeWatchedFiles(({ changes }) => {
  const paths = new Set(changes.map(({ uri }) => pathOf(uri)));
  for (const model of store.all) {
    if (!model.files.some((file) => paths.has(file))) continue;
    clearTimeout(settling.get(model));
    const read = (): void => {
      settling.delete(model);
      void model.load();
    };
    settling.set(model, setTimeout(read, settled));
  }
});

const handlers = serverHandlers({
  store,
  workerScript,
  settings: settingsOf,
  devices,
  progress: (progress) => notify('camber/progress', progress),
  closed: (uri) => void connection.sendDiagnostics({ uri, diagnostics: [] }),
});
for (const [method, handler] of Object.entries(handlers)) {
  const answer = handler as (params: unknown, cancel: CancellationToken) => unknown;
  connection.onRequest(method, async (params: unknown, cancel: CancellationToken) => {
    try {
      return await answer(params, cancel);
    } catch (error) {
      const data = errorData(error);
      return new ResponseError(-32803, data.message, data);
    }
  });
}

registerTextFeatures(connection, store, {
  // After a restart of this server the editor tells its documents before it opens their models.
  opened: (uri, document) => {
    textDocuments.set(uri, document);
    const model = store.find(uri);
    if (model && model.state.status.kind !== 'working') publish(model);
  },
  closed: (uri, document) => {
    textDocuments.delete(uri);
    void connection.sendDiagnostics({ uri: document, diagnostics: [] });
  },
});

// The first model finds its worker ready.
keepSpareWorker(workerScript);
connection.listen();
