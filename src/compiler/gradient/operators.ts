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
 * | Seed | class_index int64 [1] | [1, N] | one-hot dz_c/dz (attribute `classes` = N) |
 * | DenseRow | W [N, K], class_index | [1, K] | row c of the dense weights: the adjoint of a dense layer applied to Seed |
 * | ConvBackward | dY, W | dX | adjoint of Conv with respect to its input (attribute `input_shape`) |
 * | BorderSums | dY [1, O, Ho, Wo] | [1, O, kh, kw] | S[o,ky,kx] = sum of dY over outputs whose tap (ky,kx) lies inside the input |
 * | ConvMean | S [1, O, kh, kw], W [O, K/g, kh, kw] | [1, K] | alpha_k = scale * sum_o,ky,kx W[o,k,ky,kx] S[o,ky,kx] |
 * | Mask | g, x | like g | g where lower < x < upper, else 0 (attributes `lower`, `upper`; x = activation input) |
 * | Spread | g [1, K, 1, 1] or [1, K] | [1, K, H, W] | scale * g broadcast over H x W: adjoint of GlobalAveragePool |
 * | HeatMap | alpha [1, K], A [1, K, H, W] | [1, 1, H, W] | L = ReLU(sum_k alpha_k A_k) |
 */
export const camberDomain = 'camber';

export const adjointOperators = [
  'Seed',
  'DenseRow',
  'ConvBackward',
  'BorderSums',
  'ConvMean',
  'Mask',
  'Spread',
  'HeatMap',
] as const;

export type AdjointOperator = (typeof adjointOperators)[number];
