import type { IntegerNetwork, WindowGeometry } from '../network.ts';
import type { Operand } from './context.ts';

/** A padded copy of a tensor, CHW. */
export interface Padded {
  readonly height: number;
  readonly width: number;
  readonly values: Int32Array;
}

/** Copies a tensor with its padding written out: the zero point, or per channel at the network's input. */
export function padded(
  { tensor, values }: Operand,
  geometry: WindowGeometry,
  network: IntegerNetwork,
): Padded {
  const [top, left, bottom, right] = geometry.pads;
  const height = tensor.height + top + bottom;
  const width = tensor.width + left + right;
  const out = new Int32Array(tensor.channels * height * width);
  for (let k = 0; k < tensor.channels; k++) {
    const isImage = tensor.name === network.input.tensor;
    out.fill(
      isImage ? network.input.padding[k]! : tensor.zeroPoint,
      k * height * width,
      (k + 1) * height * width,
    );
    for (let y = 0; y < tensor.height; y++) {
      const from = (k * tensor.height + y) * tensor.width;
      out.set(values.subarray(from, from + tensor.width), (k * height + y + top) * width + left);
    }
  }
  return { height, width, values: out };
}
