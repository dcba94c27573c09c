/**
 * What the views show. Plain data, made by the server from the compiler's results and sent as JSON.
 *
 * Every cycle figure here is copied from the static schedule; no view computes one of its own.
 */
import type { ClassChoice } from '../compiler/class-choice.ts';
import type { Diagnostic } from '../compiler/diagnostics.ts';

export type { Diagnostic };

export type Phase = 'inference' | 'gradient' | 'heatmap';

/** Where a figure comes from. Views mark them apart, always. */
export type Source = 'scheduled' | 'estimated' | 'simulated' | 'synthesised';

/** A node of the model as its file has it. */
export interface LayerView {
  /** The ONNX node name, unique in the model. */
  readonly id: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Shape of the first output; absent where shape inference failed. */
  readonly shape?: readonly number[];
  readonly parameters: number;
  readonly macs: number;
  /** Initialisers among the inputs: weights and other constants. */
  readonly constants: readonly TensorView[];
  /** Attribute name and its value as ONNX text. */
  readonly attributes: readonly (readonly [name: string, value: string])[];
}

/** The layer graph: available as soon as the file has been read. */
export interface ModelView {
  readonly name: string;
  readonly opset: number;
  readonly inputs: readonly TensorView[];
  readonly outputs: readonly TensorView[];
  readonly layers: readonly LayerView[];
  readonly parameters: number;
  readonly macs: number;
  /** Tensors a map can be taken on, in graph order. */
  readonly targets: readonly string[];
  readonly defaultTarget?: string;
}

export interface TensorView {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** One layer of the compiled network: figures of the schedule's operations that carry it out. */
export interface LayerCost {
  readonly name: string;
  /** Fused operators joined: `Conv+Add+Relu`. */
  readonly op: string;
  /** ONNX nodes this layer carries out. */
  readonly nodes: readonly string[];
  readonly phase: Phase;
  /** Cycle of the first issue, counted from the first accepted input beat. */
  readonly start: number;
  readonly cycles: number;
  readonly macs: number;
  /** macs / (cycles * macsPerCycle). */
  readonly utilization: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly time: TimeSpent;
  readonly gradientNeeds: GradientNeeds;
}

/** Where a layer's cycles go, in cycles; the parts add up to its cycles. */
export interface TimeSpent {
  /** The array takes a multiply-accumulate word. */
  readonly compute: number;
  /** The array waits for the output stage. */
  readonly output: number;
  /** Filling and draining the pipeline, and waiting for the image. */
  readonly fill: number;
}

/** What the backward pass keeps of a layer. */
export type GradientNeeds = 'nothing' | 'mask' | 'winners' | 'derivative';

/** One bar of the timeline. */
export interface OperationView {
  readonly layer: string;
  readonly phase: Phase;
  readonly start: number;
  readonly cycles: number;
  /** Cycles from the first issue to the first use of the output stage. */
  readonly first: number;
  /** Cycles in which vectors are issued; the rest drains the pipeline. */
  readonly issue: number;
  /** The operation reads the image stream's memory. */
  readonly readsImage: boolean;
  /** The operation writes the result memory (scores, map). */
  readonly writesResult: boolean;
}

export interface PlacementView {
  readonly tensor: string;
  readonly memory: string;
  /** In words of the memory. */
  readonly address: number;
  readonly words: number;
  /** First and last cycle of its life. */
  readonly from: number;
  readonly to: number;
}

export interface MemoryView {
  readonly name: string;
  /** Depth in words. */
  readonly depth: number;
  readonly wordBytes: number;
}

/** FPGA resources, in the device's own units. */
export interface ResourceCount {
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  readonly bram36: number;
}

export interface CompiledView {
  readonly target: {
    readonly tensor: string;
    readonly channels: number;
    readonly height: number;
    readonly width: number;
    readonly gradient: 'constant' | 'masked' | 'general';
  };
  readonly array: { readonly rows: number; readonly columns: number; readonly macsPerCycle: number };
  readonly device: { readonly part: string; readonly clockMHz: number };
  readonly cycles: {
    readonly inference: number;
    readonly explanation: number;
    readonly total: number;
    /** explanation / inference. */
    readonly overhead: number;
  };
  readonly utilization: number;
  readonly layers: readonly LayerCost[];
  readonly operations: readonly OperationView[];
  readonly memories: readonly MemoryView[];
  readonly placements: readonly PlacementView[];
  /** What differentiation at run time would add on the same array. */
  readonly runtimeBackward: {
    /** As frameworks do it: gradients of all activations and weights. */
    readonly framework: BackwardCost;
    /** The best that automatic differentiation can do: gradients of activations, down to the target. */
    readonly stopped: BackwardCost;
  };
  readonly resources: {
    readonly estimated: ResourceCount;
    /** Known once the same engine has been synthesised. */
    readonly synthesized?: ResourceCount;
    readonly available: ResourceCount;
    readonly fits: boolean;
  };
  readonly memory: {
    readonly weightsBytes: number;
    readonly activationBytes: number;
    readonly maskBytes: number;
  };
}

/** A lower bound: every multiplier of the array busy in every cycle. */
export interface BackwardCost {
  readonly macs: number;
  readonly cycles: number;
  /** cycles / cycles of the inference. */
  readonly overhead: number;
}

/** What a user chooses for one model; what is left out comes from the settings. */
export interface Choices {
  /** ONNX tensor name. */
  readonly target?: string;
  readonly class?: ClassChoice;
  /** FPGA part. */
  readonly device?: string;
  readonly clockMHz?: number;
  /** `auto` or ROWSxCOLUMNS. */
  readonly array?: string;
  /** Width of gradients in fixed point. */
  readonly gradientBits?: 8 | 16;
}

/** Where the work on a model stands. */
export type Status =
  | { readonly kind: 'working'; readonly stage: string; readonly fraction: number }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed' };

/** Everything known of an open model. Old results stay until newer ones replace them. */
export interface ModelState {
  readonly uri: string;
  readonly status: Status;
  readonly choices: Choices;
  /** Which reading of the file this is: grows with every reading, over restarts of the server too. 0: none yet. */
  readonly revision: number;
  readonly model?: ModelView;
  readonly compiled?: CompiledView;
  /** `compiled` belongs to earlier choices or an earlier file. */
  readonly stale: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

export interface DeviceView {
  readonly part: string;
  readonly description: string;
  readonly available: ResourceCount;
}

/** A picture as the heat maps show it. */
export interface PictureView {
  readonly id: string;
  readonly title: string;
  /** Said beneath the picture: `not a class of this model`. */
  readonly caption?: string;
  /** Added by the user, and removable. */
  readonly added?: boolean;
}

/** What can be asked for in the heat maps of a model. */
export interface HeatMapChoices {
  readonly methods: readonly {
    readonly name: string;
    readonly title: string;
    /** The accelerator offers it too. */
    readonly fixed: boolean;
  }[];
  /** A label for each class; `class 3` where the model has none. */
  readonly classes: readonly string[];
}

/** A heat map, row-major, raw `L` on its own scale. */
export interface MapView {
  readonly width: number;
  readonly height: number;
  readonly values: readonly number[];
}

export interface EngineAnswer {
  readonly class: number;
  readonly label?: string;
  readonly score: number;
  readonly probability?: number;
  readonly map: MapView;
}

/** One row of the heat-map panel. */
export interface HeatMapRow {
  readonly picture: PictureView;
  /** The picture as the model sees it, as a PNG data URL. */
  readonly image?: string;
  readonly float?: EngineAnswer;
  readonly fixed?: EngineAnswer;
  /** The method is float only: no accelerator computes it. */
  readonly floatOnly: boolean;
  /** Agreement of the two maps; absent where the float map is all zero. */
  readonly fidelity?: MapFidelityView;
  readonly diagnostics: readonly Diagnostic[];
}

/** How far the fixed-point map tells what the float map tells; 1 is perfect. */
export interface MapFidelityView {
  readonly pearson: number;
  /** Correlation of ranks. */
  readonly spearman: number;
  /** Intersection over union of the 20 % highest pixels. */
  readonly iou: number;
}

/** An accelerator that could be built instead: cycles scheduled, resources estimated. */
export interface DesignPointView extends ResourceCount {
  readonly rows: number;
  readonly columns: number;
  readonly gradientBits: 8 | 16;
  readonly cycles: number;
  /** explanation / inference. */
  readonly overhead: number;
  readonly fits: boolean;
  /** No other point that fits is as good in cycles and in every resource. */
  readonly pareto: boolean;
}

export interface ExploreView {
  readonly part: string;
  readonly target: string;
  readonly points: readonly DesignPointView[];
  readonly available: ResourceCount;
  /** CAM508 for each array that is not among the points. */
  readonly tooSmall: readonly Diagnostic[];
}

export interface SynthesisView {
  readonly part: string;
  /** As in `Yosys 0.55 (embedded)`. */
  readonly tool: string;
  readonly synthesized: ResourceCount;
  readonly estimated: ResourceCount;
  readonly available: ResourceCount;
  readonly fits: boolean;
  readonly seconds: number;
}

export interface BuildView {
  readonly folder: string;
  /** Absolute paths of the report and the schedule. */
  readonly reportHtml: string;
  readonly diagnostics: readonly Diagnostic[];
}

export interface VerifyView {
  readonly passed: boolean;
  readonly simulator: string;
  readonly valuesCompared: number;
  readonly cycles: { readonly inference: number; readonly explanation: number };
  readonly expected: { readonly inference: number; readonly explanation: number };
  readonly mismatches: readonly string[];
  /** Where the first difference is: the picture, and the start of the operation, in cycles of its run. */
  readonly differs?: { readonly picture: number; readonly cycle: number };
  readonly seconds: number;
}
