/**
 * Work that runs in a worker thread, so that the language server always answers: one typed table of jobs.
 */
import type { ClassChoice } from '../../compiler/class-choice.ts';
import type { QuantiseOptions } from '../../compiler/quantize/options.ts';
import type { RangeMethod } from '../../compiler/quantize/ranges.ts';
import type {
  BuildView,
  CompiledView,
  Diagnostic,
  ExploreView,
  HeatMapChoices,
  HeatMapRow,
  ModelView,
  PictureView,
  SynthesisView,
  VerifyView,
} from '../../protocol/views.ts';
import type { ErrorData, HeatMapParams, TraceRequest } from '../../protocol/requests.ts';
import type { TextForm } from '../text/form.ts';

/** Options of a compilation, settings and choices already merged. */
export interface JobOptions {
  readonly target?: string;
  readonly class: ClassChoice;
  readonly device: string;
  readonly clockMHz: number;
  readonly array: string;
  readonly gradientBits: 8 | 16;
  /** Empty: the bundled pictures. */
  readonly calibrationFolder: string;
  readonly ranges: RangeMethod;
  readonly wideActivations: QuantiseOptions['wideActivations'];
  readonly equalise: boolean;
}

/** Native tools by name; empty: the one on the search path. */
export interface ToolPaths {
  readonly verilator: string;
  readonly iverilog: string;
  readonly yosys: string;
}

export interface ReadResult {
  /** SHA-256 of the file and all that belongs to it. */
  readonly hash: string;
  /** Paths of the files that it covers; some need not exist. */
  readonly files: readonly string[];
  readonly model: ModelView;
  readonly form: TextForm;
  /** Pictures that the model's companion file lists. */
  readonly pictures: readonly PictureView[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface CompileResult {
  readonly compiled: CompiledView;
  readonly diagnostics: readonly Diagnostic[];
}

export interface Jobs {
  read: { params: { path: string }; result: ReadResult };
  compile: { params: { options: JobOptions }; result: CompileResult };
  heatMapChoices: { params: Record<string, never>; result: HeatMapChoices };
  prepare: { params: { options: JobOptions }; result: null };
  lookAhead: { params: { options: JobOptions }; result: null };
  heatMap: { params: { options: JobOptions; wanted: HeatMapParams }; result: HeatMapRow };
  build: { params: { options: JobOptions; folder: string }; result: BuildView };
  /** `simulator` as the setting has it: a name, or `auto`. */
  verify: {
    params: { folder: string; tools: ToolPaths; simulator: string; trace?: TraceRequest };
    result: VerifyView;
  };
  explore: { params: { path: string; options: JobOptions }; result: ExploreView };
  /** A build, or what the options make of the model. */
  synthesise: {
    params: { path: string; options: JobOptions; folder?: string };
    result: SynthesisView;
  };
  export: { params: { options: JobOptions; file: string }; result: { file: string } };
}

export type JobName = keyof Jobs;
export type JobParams<J extends JobName> = Jobs[J]['params'];
export type JobResult<J extends JobName> = Jobs[J]['result'];

/** What a job is given beside its parameters. */
export interface JobContext {
  /** Tells where the work stands and throws a CompileError (CAM606) where it has been cancelled. */
  readonly progress: (stage: string, fraction: number) => void;
  /** Aborted with the job, for work that waits on others. */
  readonly signal: AbortSignal;
}

export type JobHandlers = {
  readonly [J in JobName]: (params: JobParams<J>, context: JobContext) => Promise<JobResult<J>>;
};

export interface JobRequest {
  readonly id: number;
  readonly job: JobName;
  readonly params: unknown;
  /** One shared Int32: not 0 once the job is cancelled. A busy worker reads no messages, but it can read this. */
  readonly cancel: SharedArrayBuffer;
}

export type JobReply =
  | { readonly kind: 'progress'; readonly id: number; readonly stage: string; readonly fraction: number }
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: ErrorData };
