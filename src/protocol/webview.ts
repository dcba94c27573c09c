/**
 * Messages between a webview and the extension: one tagged union per direction.
 */
import type { HeatMapRow, ModelState, PictureView, Status } from './views.ts';
import type { ErrorData } from './requests.ts';

/** Requests of a webview to the extension: parameters and result by method. */
export interface WebviewRequests {
  /** The state of the model this view shows; undefined where none is open. */
  state: { params: undefined; result: ModelState | undefined };
  /** Makes a layer the selected one everywhere. */
  select: { params: { layer: string | undefined }; result: null };
  setTarget: { params: { tensor: string }; result: null };
  /** Runs one of the extension's own commands on this view's model, or on a layer of it. */
  run: { params: { command: WebviewCommand; layer?: string }; result: null };
  /** Keeps how a view is to be shown, for every model and window. */
  prefer: { params: Preferences; result: null };
  pictures: { params: undefined; result: readonly PictureView[] };
  heatMap: { params: { picture: string }; result: HeatMapRow };
  addPictures: { params: undefined; result: readonly PictureView[] };
}

/** How views are shown; chosen in one, kept for all. */
export interface Preferences {
  /** What the graph is coloured by. */
  readonly colour?: 'cycles' | 'macs' | 'bytes';
}

/** Commands a webview may run, by their last part. */
export const webviewCommands = [
  'compile',
  'setTarget',
  'selectDevice',
  'selectArray',
  'selectClock',
  'openAsText',
  'revealInText',
  'showOutput',
  'showSchedule',
  'showResources',
  'showHeatMaps',
  'openModel',
] as const;
export type WebviewCommand = (typeof webviewCommands)[number];

export type WebviewMethod = keyof WebviewRequests;
export type WebviewParams<M extends WebviewMethod> = WebviewRequests[M]['params'];
export type WebviewResult<M extends WebviewMethod> = WebviewRequests[M]['result'];

/** Webview -> extension. */
export type ToExtension = {
  [M in WebviewMethod]: { kind: 'request'; id: number; method: M; params: WebviewParams<M> };
}[WebviewMethod];

/** What the extension tells a webview by itself. */
export type WebviewEvent =
  | { readonly event: 'state'; readonly state: ModelState | undefined }
  /** Only the status has changed. */
  | { readonly event: 'status'; readonly status: Status }
  | { readonly event: 'selection'; readonly layer: string | undefined };

/** Extension -> webview. */
export type ToWebview =
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: ErrorData }
  | { readonly kind: 'event'; readonly event: WebviewEvent };
