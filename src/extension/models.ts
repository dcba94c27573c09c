/**
 * The open models as the editor sees them: their states as the server tells them, which one is active, and which
 * layer is selected. Every view listens here.
 */
import * as vscode from 'vscode';
import type { Choices, ModelState, Status, Diagnostic } from '../protocol/views.ts';
import type { Server } from './client.ts';
import { watchFolder } from './watch.ts';

const gone: Diagnostic = {
  code: 'CAM602',
  severity: 'error',
  message: 'The language server has stopped and stays stopped.',
  hint: 'Reload the window to start it again; the output says why it stopped.',
};

/** How long a layer is selected before its choice as target is prepared for, in milliseconds. */
const rested = 300;

const choicesKey = (uri: string): string => `choices:${uri}`;
const picturesKey = (uri: string): string => `pictures:${uri}`;

export class Models implements vscode.Disposable {
  readonly #states = new Map<string, ModelState>();
  readonly #holders = new Map<string, number>();
  readonly #selected = new Map<string, string>();
  readonly #watchers = new Map<string, vscode.Disposable>();
  readonly #stateChanged = new vscode.EventEmitter<ModelState>();
  readonly #statusChanged = new vscode.EventEmitter<{ uri: string; status: Status }>();
  readonly #activeChanged = new vscode.EventEmitter<string | undefined>();
  readonly #selectionChanged = new vscode.EventEmitter<{ uri: string; layer: string | undefined }>();
  readonly #picturesChanged = new vscode.EventEmitter<{ uri: string; show: string | undefined }>();
  /** Pictures were added or removed; one of them is to be looked at. */
  readonly onPicturesChanged = this.#picturesChanged.event;
  readonly onStateChanged = this.#stateChanged.event;
  readonly onStatusChanged = this.#statusChanged.event;
  readonly onActiveChanged = this.#activeChanged.event;
  readonly onSelectionChanged = this.#selectionChanged.event;
  readonly #subscriptions: vscode.Disposable[];
  #active: string | undefined;
  #considering: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly server: Server,
    private readonly memory: vscode.Memento,
  ) {
    this.#subscriptions = [
      server.on('camber/stateChanged', (state) => this.#take(state)),
      server.on('camber/statusChanged', ({ uri, status }) => {
        const state = this.#states.get(uri);
        if (state) this.#states.set(uri, { ...state, status });
        this.#statusChanged.fire({ uri, status });
      }),
      server.onStopped(({ again }) => this.#serverStopped(again)),
      server.onRestarted(() => void this.#reopen()),
      this.#stateChanged,
      this.#statusChanged,
      this.#activeChanged,
      this.#selectionChanged,
      this.#picturesChanged,
    ];
  }

  get active(): string | undefined {
    return this.#active;
  }

  state(uri: string | undefined): ModelState | undefined {
    return uri === undefined ? undefined : this.#states.get(uri);
  }

  get activeState(): ModelState | undefined {
    return this.state(this.#active);
  }

  /** Opens a model, or holds it once more; it stays open until every holder has closed it. */
  async open(uri: string): Promise<ModelState> {
    this.#holders.set(uri, (this.#holders.get(uri) ?? 0) + 1);
    if (!this.#watchers.has(uri)) this.#watchers.set(uri, watchFolder(uri, this.server));
    const choices = this.memory.get<Choices>(choicesKey(uri), {});
    const state = await this.server.ask('camber/open', { uri, choices });
    if (!this.#states.has(uri)) this.#take(state);
    return state;
  }

  async close(uri: string): Promise<void> {
    const holders = (this.#holders.get(uri) ?? 0) - 1;
    if (holders > 0) this.#holders.set(uri, holders);
    else {
      this.#holders.delete(uri);
      this.#watchers.get(uri)?.dispose();
      this.#watchers.delete(uri);
      this.#states.delete(uri);
      this.#selected.delete(uri);
      if (this.#active === uri) this.activate([...this.#states.keys()].at(-1));
    }
    await this.server.ask('camber/close', { uri });
  }

  activate(uri: string | undefined): void {
    if (uri === this.#active) return;
    this.#active = uri;
    this.#activeChanged.fire(uri);
  }

  /** The layer that is selected in a model. */
  selected(uri: string | undefined): string | undefined {
    return uri === undefined ? undefined : this.#selected.get(uri);
  }

  select(uri: string, layer: string | undefined): void {
    if (layer === undefined) this.#selected.delete(uri);
    else this.#selected.set(uri, layer);
    this.#consider(uri, layer);
    this.#selectionChanged.fire({ uri, layer });
  }

  /** Changes what is chosen for a model; remembered for the workspace. */
  async choose(uri: string, choices: { [K in keyof Choices]: Choices[K] | null }): Promise<void> {
    const state = await this.server.ask('camber/choose', { uri, choices });
    this.#take(state);
    await this.memory.update(choicesKey(uri), state.choices);
  }

  /** Paths of the pictures that the user has added to a model's heat maps. */
  addedPictures(uri: string): readonly string[] {
    return this.memory.get<readonly string[]>(picturesKey(uri), []);
  }

  /** @param show the one that is to be looked at */
  async addPictures(uri: string, paths: readonly string[], show = paths[0]): Promise<void> {
    const all = [...new Set([...this.addedPictures(uri), ...paths])];
    await this.memory.update(picturesKey(uri), all);
    if (paths.length > 0) this.#picturesChanged.fire({ uri, show });
  }

  async removePicture(uri: string, path: string): Promise<void> {
    const rest = this.addedPictures(uri).filter((p) => p !== path);
    await this.memory.update(picturesKey(uri), rest);
    this.#picturesChanged.fire({ uri, show: undefined });
  }

  dispose(): void {
    clearTimeout(this.#considering);
    for (const subscription of [...this.#subscriptions, ...this.#watchers.values()]) subscription.dispose();
  }

  /** Who rests on a layer may want it as the target: the server prepares for that. */
  #consider(uri: string, layer: string | undefined): void {
    clearTimeout(this.#considering);
    const { model, compiled } = this.#states.get(uri) ?? {};
    const { outputs = [] } = model?.layers.find(({ id }) => id === layer) ?? {};
    const target = outputs.find((output) => model?.targets.includes(output));
    if (target === undefined || target === compiled?.target.tensor) return;
    const ask = (): void => void this.server.ask('camber/consider', { uri, target }).catch(() => undefined);
    this.#considering = setTimeout(ask, rested);
  }

  /** Says of every model that its figures are not followed at the moment; those that are known stay. */
  #serverStopped(again: boolean): void {
    const stage = 'Starting the language server again';
    for (const state of this.#states.values()) {
      this.#take(
        again
          ? { ...state, stale: state.compiled !== undefined, status: { kind: 'working', stage, fraction: 0 } }
          : {
              ...state,
              stale: state.compiled !== undefined,
              status: { kind: 'failed' },
              diagnostics: [gone],
            },
      );
    }
  }

  #take(state: ModelState): void {
    if (!this.#holders.has(state.uri)) return;
    this.#states.set(state.uri, state);
    this.#stateChanged.fire(state);
  }

  async #reopen(): Promise<void> {
    for (const [uri, holders] of this.#holders) {
      const choices = this.memory.get<Choices>(choicesKey(uri), {});
      for (let i = 0; i < holders; i++) await this.server.ask('camber/open', { uri, choices });
    }
  }
}
