/**
 * What the language server answers beside the Language Server Protocol itself, and what it tells by itself.
 *
 * The same table serves both legs: extension <-> server (as custom LSP messages) and webview <-> extension, which
 * passes server requests on. A failed request rejects with an `ErrorData`.
 */
import type { ClassChoice } from '../compiler/class-choice.ts';
import type {
  BuildView,
  Choices,
  DeviceView,
  Diagnostic,
  ExploreView,
  HeatMapChoices,
  HeatMapRow,
  ModelState,
  PictureView,
  Status,
  SynthesisView,
  VerifyView,
} from './views.ts';

/** Waveforms that are wanted: the file that takes them, and what they are of (`VerifyView.differs`). */
export interface TraceRequest {
  readonly file: string;
  readonly picture: number;
  readonly cycle: number;
}

/** One heat map. */
export interface HeatMapParams {
  readonly picture: string;
  /** GradCAM where absent. */
  readonly method?: string;
  /** What the model's choices say where absent. */
  readonly class?: ClassChoice;
}

/** Requests to the server: parameters and result by method. `uri` is the model file's. */
export interface ServerRequests {
  /** Opens a model (or returns its state if it is open) and keeps it open until `camber/close`. */
  'camber/open': { params: { uri: string; choices?: Choices }; result: ModelState };
  'camber/close': { params: { uri: string }; result: null };
  'camber/state': { params: { uri: string }; result: ModelState };
  /** Changes what is chosen for a model and compiles again. Fields that are null go back to the settings. */
  'camber/choose': {
    params: { uri: string; choices: { [K in keyof Choices]: Choices[K] | null } };
    result: ModelState;
  };
  /** Prepares for a target that may be chosen next. */
  'camber/consider': { params: { uri: string; target: string }; result: null };
  /** The model in ONNX's textual form. */
  'camber/text': { params: { uri: string }; result: { text: string; revision: number } };
  'camber/devices': { params: Record<string, never>; result: readonly DeviceView[] };
  /** The bundled pictures, those of the picture folder, and those given by path. */
  'camber/pictures': { params: { uri: string; extra: readonly string[] }; result: readonly PictureView[] };
  'camber/heatMapChoices': { params: { uri: string }; result: HeatMapChoices };
  'camber/heatMap': { params: { uri: string } & HeatMapParams; result: HeatMapRow };
  /** Writes the build folder. */
  'camber/build': { params: { uri: string; folder: string; token?: string }; result: BuildView };
  'camber/verify': {
    /**
     * `embedded`: no external tool may be run. `trace`: the file that takes the waveforms (VCD) around the difference
     * that an earlier verification has found.
     */
    params: { uri: string; folder: string; embedded: boolean; trace?: TraceRequest; token?: string };
    result: VerifyView;
  };
  /** Tries every array with what is chosen for the model. */
  'camber/explore': { params: { uri: string; token?: string }; result: ExploreView };
  /** Synthesises what is chosen for the model, or a build. */
  'camber/synthesise': {
    params: { uri: string; folder?: string; token?: string };
    result: SynthesisView;
  };
  /** Writes the static GradCAM model. */
  'camber/export': { params: { uri: string; file: string }; result: { file: string } };
}

export type ServerMethod = keyof ServerRequests;
export type Params<M extends ServerMethod> = ServerRequests[M]['params'];
export type Result<M extends ServerMethod> = ServerRequests[M]['result'];

/** What the server tells by itself. */
export interface ServerNotifications {
  /** The state of an open model has changed. */
  'camber/stateChanged': ModelState;
  /** Only the status of an open model has changed. */
  'camber/statusChanged': { uri: string; status: Status };
  /** The worker of an open model has stopped by itself; `again`: the model is read and compiled once more. */
  'camber/workerStopped': { uri: string; reason: string; again: boolean };
  /** Progress of the request that carried this token. */
  'camber/progress': { token: string; stage: string; fraction: number };
  /** A line for the output channel: it dates its lines itself, unlike the console of the protocol. */
  'camber/log': { message: string };
}

/** Data of a rejected request. */
export interface ErrorData {
  readonly message: string;
  /** Empty where the failure is a defect of Camber itself. */
  readonly diagnostics: readonly Diagnostic[];
}
