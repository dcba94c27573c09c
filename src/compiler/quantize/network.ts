/**
 * The integer network: inference, gradient and heat map in integers, layer by layer.
 *
 * This is what the executor runs, what the scheduler lowers to engine operations and what the RTL must equal bit
 * for bit. It is plain data (serialisable, immutable). The arithmetic of every field is defined in
 * `semantics.ts`, and nowhere else.
 *
 * Every layer has the same shape: an integer sum of products over a window (`kind`), then the output stage.
 */

/** How integers stand for real numbers: real = scale[k] * (q - zeroPoint). */
export interface IntegerTensor {
  readonly name: string;
  /** The ONNX tensor this stands for (absent for gradients and helpers). */
  readonly onnx?: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Storage width. 8: int8. 16: two int8 planes (see `semantics.ts`), |q| <= 32639. 32: wide results only. */
  readonly bits: 8 | 16 | 32;
  readonly zeroPoint: number;
  /** Storage is a range of another tensor's channels, from `channel` on: an operand of a Concat, a Slice. */
  readonly view?: { readonly of: string; readonly channel: number };
  /** Per channel, or one entry for all. For gradients and maps the factor `classScale[c]` of the class is left out. */
  readonly scale: readonly number[];
}

/** int8 weights of a convolution or dense layer, OIHW (dense: [N, K, 1, 1]; after a flatten [N, K, H, W]), symmetric per output channel. */
export interface IntegerWeights {
  readonly name: string;
  /** `inputs` counts those of one group. */
  readonly shape: readonly [outputs: number, inputs: number, kernelHeight: number, kernelWidth: number];
  /** As in ONNX Conv: output o reads the inputs of group floor(o / (outputs / groups)). Absent: 1. */
  readonly groups?: number;
  /** Values in -127 ... 127. */
  readonly data: Int8Array;
  readonly scale: readonly number[];
}

/** Geometry of a convolution or window, as in ONNX Conv. Pads are top, left, bottom, right. */
export interface WindowGeometry {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
  readonly dilations: readonly [number, number];
}

/** The sum of products in front of an output stage. Tensor and weight fields are names. */
export type LayerKind =
  /**
   * acc[o,y,x] = sum W[o,i,ky,kx] * in[i, y*s+ky*d-p, x*s+kx*d-p] over the inputs i of o's group; taps outside read the
   * input's zero point. Dense layers are 1-pixel convolutions, a batch norm is a depthwise one of a single tap.
   */
  | {
      readonly kind: 'conv';
      readonly input: string;
      readonly weights: string;
      readonly geometry: WindowGeometry;
    }
  /** Adjoint of `conv`: in = dY [O, Ho, Wo], acc[i,y,x] = sum over the (o,ky,kx) that read (i,y,x). Gradients have zero point 0. */
  | {
      readonly kind: 'convBackward';
      readonly input: string;
      readonly weights: string;
      readonly geometry: WindowGeometry;
    }
  /** acc[k,y,x] = sum of in[k, ...] over the window, taps outside read the zero point. 1x1: a rescaled copy; strides of 0: one pixel spread over a plane. */
  | { readonly kind: 'windowSum'; readonly input: string; readonly geometry: WindowGeometry }
  /**
   * acc[k,y,x] = 256 * m + (255 - t): m is the largest in[k, ...] of the window, t the row-major number of the first tap
   * that reads it. Taps outside are left out; where all are, m = -128 and t is the last tap.
   */
  | { readonly kind: 'maxPool'; readonly input: string; readonly geometry: WindowGeometry }
  /**
   * Adjoint of `maxPool`: in = dY [K, Ho, Wo], acc[k,y,x] = sum of dY over the windows whose first maximum is (k,y,x).
   * `winners` [K, Ho, Wo] holds 127 - t of each window.
   */
  | {
      readonly kind: 'maxPoolBackward';
      readonly input: string;
      readonly winners: string;
      readonly geometry: WindowGeometry;
    }
  /** acc[k,y,x] = (in[k,y,x] - zeroPoint(in)) * factor[k,y,x]; the factor is int8 with zero point 0, and broadcast where it is [K, 1, 1]. */
  | { readonly kind: 'product'; readonly input: string; readonly factor: string }
  /** Adjoint of `windowSum`: acc[k,y,x] = sum of dY over the windows in which (y,x) lies. Gradients have zero point 0. */
  | { readonly kind: 'windowSumBackward'; readonly input: string; readonly geometry: WindowGeometry }
  /** acc[k,y,x] = W[class, k] at every output position (a dense layer's adjoint, spread over H x W). Weights are [N, K, 1, 1]. */
  | { readonly kind: 'denseRow'; readonly weights: string }
  /** acc[o,ky,kx] = sum of dY[o,y,x] over the outputs (y,x) whose tap (ky,kx) lies inside an input of `inputSize`. Output is [O, kh, kw]. */
  | {
      readonly kind: 'borderSums';
      readonly input: string;
      readonly geometry: WindowGeometry;
      readonly inputSize: readonly [number, number];
    }
  /**
   * acc[k,a,b] = sum of in[k,y,x] over rows[a] <= y < rows[a+1] and columns[b] <= x < columns[b+1]. Where all taps of a
   * convolution read some rows of a gradient, border sums of the bands' sums are those of the gradient. Zero point 0.
   */
  | {
      readonly kind: 'bandSums';
      readonly input: string;
      readonly rows: readonly number[];
      readonly columns: readonly number[];
    }
  /** acc[i] = sum over o,ky,kx of W[o,i,ky,kx] * S[o,ky,kx]; S is [O, kh, kw]; output [I, 1, 1]. */
  | { readonly kind: 'convMean'; readonly input: string; readonly weights: string }
  /** acc[y,x] = sum_k W[class,k] * A[k,y,x]: the heat map where alpha is row `class` of dense weights. Bias is per class. */
  | { readonly kind: 'mapFromRow'; readonly input: string; readonly weights: string }
  /** acc[y,x] = sum_k alpha[k] * (A[k,y,x] - zeroPoint(A)): the heat map where alpha is a run-time tensor [K, 1, 1] of 8 or 16 bits. */
  | { readonly kind: 'mapFromTensor'; readonly input: string; readonly alpha: string };

/** A function of an int8 value: entry q + 128 is what becomes of q. With a `low` plane, 256 * high + low. */
export interface IntegerTable {
  readonly name: string;
  /** 256 entries; only their low 16 bits count. */
  readonly values: Int16Array;
}

/** A rectangle of output positions. */
export interface Region {
  readonly rows: readonly [first: number, count: number];
  readonly columns: readonly [first: number, count: number];
}

/**
 * The output stage: V = (acc + bias) * multiplier + ((res - resZero) * residual.multiplier << residual.shift),
 * then rounding shift, zero point, clamp, mask. All arrays per output channel (mapFromRow: per class; mapFromTensor: one entry).
 */
export interface OutputStage {
  readonly tensor: string;
  /** Only these positions are computed and written (absent: all); several layers then share a tensor. */
  readonly region?: Region;
  readonly bias: Int32Array;
  readonly multiplier: Uint32Array;
  readonly shift: Uint8Array;
  readonly residual?: {
    readonly tensor: string;
    readonly multiplier: Uint32Array;
    readonly shift: Uint8Array;
  };
  /** Clamp bounds after the zero point has been added (a ReLU raises `lower` to the zero point). */
  readonly lower: number;
  readonly upper: number;
  /** Writes one mask bit per element: V > 0 and q < `upper` (Relu: upper is +infinity, encoded as 2^31 - 1). */
  readonly maskWrite?: { readonly mask: string; readonly upper: number };
  /** Elements whose bit of this mask is 0 become 0 (after the clamp); with `slope` they take the other multiplier instead. */
  readonly maskRead?: string;
  /**
   * Signed multipliers per channel in place of `multiplier` where acc + bias <= 0 or, with `maskRead`, where the bit is 0.
   * A stage with slopes has no residual. A mask bit it writes is 0 wherever the slope was taken.
   */
  readonly slope?: Int32Array;
  /** The clamped value, on a scale of its own with this zero point, is looked up: the table gives the result. */
  readonly table?: { readonly name: string; readonly zeroPoint: number };
  /** The result has 16 bits: `tensor` takes its high plane, this tensor its low one; both are int8. */
  readonly low?: string;
}

export type Phase = 'inference' | 'gradient' | 'heatmap';

export interface IntegerLayer {
  readonly name: string;
  /** ONNX operator shown to the user, fused ones joined: `Conv+Add+Relu`. */
  readonly op: string;
  /** ONNX nodes this layer carries out. */
  readonly nodes: readonly string[];
  readonly phase: Phase;
  readonly sum: LayerKind;
  readonly output: OutputStage;
  /** Nominal multiply-accumulates, padding taps included (0 for windowSum, bandSums and borderSums: adds are not MACs). */
  readonly macs: number;
  /** Proof against overflow: bits the accumulator needs in the worst case, sign included (<= 32). */
  readonly accumulatorBits: number;
}

/** How pixels become the network's first integers. */
export interface InputStage {
  readonly tensor: string;
  /** uint8: raw pixels, re-centred by -128, affine preprocessing folded into the weights. int8: the host quantises. */
  readonly format: 'uint8' | 'int8';
  /** What a padding tap reads, per channel (int8 after re-centring). */
  readonly padding: readonly number[];
}

export interface IntegerNetwork {
  readonly name: string;
  readonly input: InputStage;
  readonly tensors: ReadonlyMap<string, IntegerTensor>;
  readonly weights: ReadonlyMap<string, IntegerWeights>;
  /** Look-up tables of activations; absent where there are none. */
  readonly tables?: ReadonlyMap<string, IntegerTable>;
  /** In execution order: all inference layers, then gradient, then heat map. */
  readonly layers: readonly IntegerLayer[];
  /** The wide tensor with the class scores; one scale for all classes. */
  readonly scores: string;
  readonly classes: number;
  /** Absent with --no-explanation. */
  readonly explanation?: {
    /** The ONNX tensor chosen as target. */
    readonly target: string;
    readonly gradient: 'constant' | 'masked' | 'general';
    /** Integer tensor A the map is taken on. */
    readonly activation: string;
    /** Tensor that holds alpha, where it is a run-time tensor; else the dense weights whose row is alpha. */
    readonly alpha: { readonly tensor: string } | { readonly row: string };
    readonly map: string;
    /** raw L = map integer * mapScale * classScale[class]. */
    readonly mapScale: number;
    readonly classScale: readonly number[];
    /** alpha = integer * alphaScale[k] * classScale[class] (per channel or one entry). */
    readonly alphaScale: readonly number[];
  };
}
