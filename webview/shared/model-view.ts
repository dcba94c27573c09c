/** Follows the model that a view shows, and switches between its four states. */
import type { CompiledView, ModelState, ModelView } from '../../src/protocol/views.ts';
import { client } from './api.ts';
import { emptyState, errorState, loadingState } from './states.ts';
import { t } from './text.ts';

export interface FullState extends ModelState {
  readonly model: ModelView;
}

export interface CompiledState extends FullState {
  readonly compiled: CompiledView;
}

export interface Watcher<S> {
  readonly empty: string;
  /** What is missing so far; undefined once the view can be drawn. */
  readonly ready: (state: ModelState) => state is ModelState & S;
  /** Returns the element of the full view; called once, and again after the view was replaced by another state. */
  readonly mount: () => HTMLElement;
  readonly update: (state: ModelState & S) => void;
  readonly select?: (layer: string | undefined) => void;
}

export const hasModel = (state: ModelState): state is FullState => state.model !== undefined;
export const isCompiled = (state: ModelState): state is CompiledState =>
  state.model !== undefined && state.compiled !== undefined;

/** Fills `root` from now on. Old figures stay, dimmed by the class `stale`, until new ones are there. */
export function watch<S>(root: HTMLElement, watcher: Watcher<S>): void {
  let current: ModelState | undefined;
  let full: HTMLElement | undefined;
  /** Kept for a view that is not drawn yet. */
  let selected: string | undefined;

  const replace = (element: HTMLElement): void => {
    full = undefined;
    root.replaceChildren(element);
  };
  const draw = (): void => {
    root.setAttribute('aria-busy', String(current?.status.kind === 'working'));
    if (!current) return replace(emptyState(watcher.empty));
    if (watcher.ready(current)) {
      const mounted = full === undefined;
      if (!full) root.replaceChildren((full = watcher.mount()));
      full.classList.toggle('stale', current.stale);
      full.dataset['state'] = 'full';
      watcher.update(current);
      if (mounted && selected !== undefined) watcher.select?.(selected);
    } else if (current.status.kind === 'failed') {
      const { diagnostics } = current;
      replace(
        errorState(current.model ? t('This model cannot be compiled') : t('This model cannot be read'), {
          message: t('The model has problems.'),
          diagnostics,
        }),
      );
    } else {
      replace(loadingState(current.status.kind === 'working' ? current.status.stage : t('Compiling')));
    }
  };

  client.onEvent((event) => {
    if (event.event === 'selection') {
      selected = event.layer;
      if (full) watcher.select?.(selected);
      return;
    }
    if (event.event === 'state') {
      if (current && event.state?.uri !== current.uri) selected = undefined;
      current = event.state;
    } else if (event.event === 'status' && current) current = { ...current, status: event.status };
    else return;
    draw();
  });
  root.replaceChildren(loadingState(t('Starting')));
  client.request('state', undefined).then(
    (state) => {
      current ??= state;
      draw();
    },
    (error: Error) =>
      replace(errorState(t('Camber does not answer'), { message: error.message, diagnostics: [] })),
  );
}
