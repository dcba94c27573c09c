/**
 * The structured adjoint operators (domain `camber`) in which gradient rules speak.
 *
 * Gradient rules emit standard ONNX nodes wherever one says it all, and these where structure matters to the
 * back ends: `legalise` expands them into standard ONNX operators for `<model>.gradcam.onnx`, and the quantiser
 * lowers them straight to integer operations. Attributes of Conv-like operators are those of ONNX Conv with
 * pads explicit.
 *
 * | op | inputs | output | meaning |
 * | --- | --- | --- | --- |
 * | SelectClass | scores, class int64 [1] | class_index int64 [1] | class, or argmax of the scores (first of equals) where class < 0; `single_logit` = 1: class 1 where the one score is positive, else 0 |
 * | Seed | class_index int64 [1] | [1, N] | one-hot dz_c/dz (attribute `classes` = N) |
 * | DenseRow | W [N, K], class_index | [1, K] | scale * row c of the dense weights: the adjoint of a dense layer applied to Seed |
 * | ConvBackward | dY, W | dX | adjoint of Conv with respect to its input (attribute `input_shape`) |
 * | BorderSums | dY [1, O, Ho, Wo] | [1, O, kh, kw] | S[o,ky,kx] = sum of dY over outputs whose tap (ky,kx) lies inside the input (attribute `input_shape`) |
 * | ConvMean | S [1, O, kh, kw], W [O, K/g, kh, kw] | [1, K] | alpha_k = scale * sum_o,ky,kx W[o,k,ky,kx] S[o,ky,kx] |
 * | Mask | g, x | like g | g where lower < x < upper, else 0 (attributes `lower`, `upper`; x = activation input) |
 * | Slope | g, x, slope | like g | g where x > 0, else slope * g (slope: scalar or one per channel) |
 * | ActivationBackward | g, x, y | like g | g * f'(x) with y = f(x); `function` is the ONNX operator, its attributes besides |
 * | Spread | g [1, K, 1, 1] or [1, K] | [1, K, H, W] | scale * g broadcast over H x W: adjoint of GlobalAveragePool |
 * | MaxPoolBackward | dY, x | dX | dY to the first maximum of each window; attributes of MaxPool; a window as large as x: GlobalMaxPool |
 * | AveragePoolBackward | dY | dX | sums of dY over the windows each input lies in, divided by the taps counted in each: `divisor` = "padded" (count_include_pad), "inside", or "one" (no division) |
 * | HeatMap | alpha [1, K], A [1, K, H, W], shift [K] (optional) | [1, 1, H, W] | L = ReLU(sum_k alpha_k (A_k - shift_k)); the shift serves a target before a folded batch norm |
 */
export const camberDomain = 'camber';

export type AdjointOperator =
  | 'SelectClass'
  | 'Seed'
  | 'DenseRow'
  | 'ConvBackward'
  | 'BorderSums'
  | 'ConvMean'
  | 'Mask'
  | 'Slope'
  | 'ActivationBackward'
  | 'Spread'
  | 'MaxPoolBackward'
  | 'AveragePoolBackward'
  | 'HeatMap';
