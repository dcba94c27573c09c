/** What a quantised ONNX file says about its own numbers. */

/** real = scale * (q - zeroPoint), q in int8 (uint8 is re-centred by -128, exactly). */
export interface ImportedScale {
  readonly scale: number;
  readonly zeroPoint: number;
}

export interface ImportedQuantisation {
  /** Activation tensors by the name of the float tensor they stand for. */
  readonly activations: ReadonlyMap<string, ImportedScale>;
  /** Scale per output channel (one entry: for all) of weight initializers, by name. Zero points are 0. */
  readonly weights: ReadonlyMap<string, readonly number[]>;
  /** Float tensors by the name of the quantised or dequantised tensor of the file that they stand for. */
  readonly names: ReadonlyMap<string, string>;
}
