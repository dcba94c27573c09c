/**
 * Messages between a webview and the extension: one tagged union per direction.
 */
import type { ExploreView, HeatMapChoices, HeatMapRow, ModelState, PictureView, Status } from './views.ts';
import type { ErrorData, HeatMapParams } from './requests.ts';

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
  heatMapChoices: { params: undefined; result: HeatMapChoices };
  heatMap: { params: HeatMapParams; result: HeatMapRow };
  /** Lets the user choose pictures. That there are others now is told by an event, here as below. */
  addPictures: { params: undefined; result: null };
  /** Adds pictures dropped onto the view: by place where it is known, else by contents. */
  dropPictures: {
    params: { uris: readonly string[]; files: readonly DroppedFile[] };
    result: null;
  };
  removePicture: { params: { picture: string }; result: null };
  /** Lets the user choose a file for a PNG. */
  savePng: { params: { name: string; bytes: Uint8Array }; result: null };
  /**
   * Every array for the target and device that are chosen. Answers at once where nothing has changed since; undefined
   * where nothing is known and it is not to be started.
   */
  explore: { params: { start: boolean }; result: ExploreView | undefined };
  chooseDesign: { params: { array: string; gradientBits: 8 | 16 }; result: null };
  /** The work under way on this view's model. */
  jobs: { params: undefined; result: readonly JobProgress[] };
  cancelJob: { params: { job: JobKind }; result: null };
}

export interface DroppedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Long work on a model. */
export type JobKind = 'build' | 'verify' | 'explore' | 'synthesise';

export interface JobProgress {
  readonly job: JobKind;
  readonly stage: string;
  /** 0 ... 1 */
  readonly fraction: number;
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
  'explainImage',
  'verify',
  'synthesise',
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
  | { readonly event: 'selection'; readonly layer: string | undefined }
  /** All the work under way on the model. */
  | { readonly event: 'jobs'; readonly jobs: readonly JobProgress[] }
  /** The pictures have changed; one of them is to be looked at. */
  | { readonly event: 'pictures'; readonly pictures: readonly PictureView[]; readonly show?: string };

/** Extension -> webview. */
export type ToWebview =
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: ErrorData }
  | { readonly kind: 'event'; readonly event: WebviewEvent };
