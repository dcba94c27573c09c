/**
 * The definitions of `network.ts` written out as nested loops, layer by layer on whole tensors: no tiles, words or
 * addresses. An independent answer to compare lowered schedules with.
 */
import type {
  IntegerLayer,
  IntegerNetwork,
  IntegerTensor,
} from '../../../../src/compiler/quantize/network.ts';
import { maskBit, requantise, wideValue } from '../../../../src/compiler/quantize/semantics.ts';

export interface Evaluation {
  readonly tensors: ReadonlyMap<string, number[]>;
  readonly masks: ReadonlyMap<string, number[]>;
  readonly class: number;
}

type At = (k: number, y: number, x: number) => number;

/** Reads a tensor with `outside` beyond its edges. */
function reader(
  values: readonly number[],
  { height, width }: IntegerTensor,
  outside: (k: number) => number,
): At {
  return (k, y, x) =>
    y < 0 || y >= height || x < 0 || x >= width ? outside(k) : values[(k * height + y) * width + x]!;
}

export function evaluate(
  network: IntegerNetwork,
  pixels: Uint8Array | Int8Array,
  fixedClass?: number,
): Evaluation {
  const tensors = new Map<string, number[]>();
  const masks = new Map<string, number[]>();
  const image = network.tensors.get(network.input.tensor)!;
  const input: number[] = [];
  for (let k = 0; k < image.channels; k++) {
    for (let p = 0; p < image.height * image.width; p++) {
      input.push(pixels[p * image.channels + k]! - (network.input.format === 'uint8' ? 128 : 0));
    }
  }
  tensors.set(image.name, input);
  let chosen = fixedClass ?? 0;

  const read = (name: string): At => {
    const tensor = network.tensors.get(name)!;
    const outside = name === image.name ? (k: number) => network.input.padding[k]! : () => tensor.zeroPoint;
    return reader(tensors.get(name)!, tensor, outside);
  };

  const sumOf = ({ sum, output }: IntegerLayer): At => {
    const out = network.tensors.get(output.tensor)!;
    if (sum.kind === 'denseRow') {
      const weights = network.weights.get(sum.weights)!;
      return (k) => weights.data[chosen * weights.shape[1] + k]!;
    }
    const at = read(sum.input);
    const source = network.tensors.get(sum.input)!;
    if (sum.kind === 'mapFromTensor') {
      const alpha = read(sum.alpha);
      return (_, y, x) => {
        let total = 0;
        for (let k = 0; k < source.channels; k++) total += alpha(k, 0, 0) * (at(k, y, x) - source.zeroPoint);
        return total;
      };
    }
    if (sum.kind === 'windowSum') {
      const { kernel, strides, pads, dilations } = sum.geometry;
      return (k, y, x) => {
        let total = 0;
        for (let ky = 0; ky < kernel[0]; ky++)
          for (let kx = 0; kx < kernel[1]; kx++)
            total += at(
              k,
              y * strides[0] + ky * dilations[0] - pads[0],
              x * strides[1] + kx * dilations[1] - pads[1],
            );
        return total;
      };
    }
    if (sum.kind === 'borderSums') {
      const { strides, pads, dilations } = sum.geometry;
      const [height, width] = sum.inputSize;
      return (o, ky, kx) => {
        let total = 0;
        for (let y = 0; y < source.height; y++) {
          for (let x = 0; x < source.width; x++) {
            const iy = y * strides[0] + ky * dilations[0] - pads[0];
            const ix = x * strides[1] + kx * dilations[1] - pads[1];
            if (iy >= 0 && iy < height && ix >= 0 && ix < width) total += at(o, y, x);
          }
        }
        return total;
      };
    }
    const weights = network.weights.get(sum.weights)!;
    const [outputs, inputs, kh, kw] = weights.shape;
    const w = (o: number, i: number, ky: number, kx: number) =>
      weights.data[((o * inputs + i) * kh + ky) * kw + kx]!;
    if (sum.kind === 'mapFromRow') {
      return (_, y, x) => {
        let total = 0;
        for (let k = 0; k < inputs; k++) total += w(chosen, k, 0, 0) * at(k, y, x);
        return total;
      };
    }
    if (sum.kind === 'convMean') {
      return (i) => {
        let total = 0;
        for (let o = 0; o < outputs; o++)
          for (let ky = 0; ky < kh; ky++)
            for (let kx = 0; kx < kw; kx++) total += w(o, i, ky, kx) * at(o, ky, kx);
        return total;
      };
    }
    const { strides, pads, dilations } = sum.geometry;
    if (sum.kind === 'conv') {
      return (o, y, x) => {
        let total = 0;
        for (let i = 0; i < inputs; i++)
          for (let ky = 0; ky < kh; ky++)
            for (let kx = 0; kx < kw; kx++)
              total +=
                w(o, i, ky, kx) *
                at(
                  i,
                  y * strides[0] + ky * dilations[0] - pads[0],
                  x * strides[1] + kx * dilations[1] - pads[1],
                );
        return total;
      };
    }
    // convBackward, by scattering: every output adds its weighted gradient to the inputs it has read.
    const scattered = new Array<number>(inputs * out.height * out.width).fill(0);
    for (let o = 0; o < outputs; o++)
      for (let y = 0; y < source.height; y++)
        for (let x = 0; x < source.width; x++)
          for (let ky = 0; ky < kh; ky++)
            for (let kx = 0; kx < kw; kx++) {
              const iy = y * strides[0] + ky * dilations[0] - pads[0];
              const ix = x * strides[1] + kx * dilations[1] - pads[1];
              if (iy < 0 || iy >= out.height || ix < 0 || ix >= out.width) continue;
              for (let i = 0; i < inputs; i++)
                scattered[(i * out.height + iy) * out.width + ix]! += w(o, i, ky, kx) * at(o, y, x);
            }
    return (i, y, x) => scattered[(i * out.height + y) * out.width + x]!;
  };

  for (const layer of network.layers) {
    const { output, sum } = layer;
    const tensor = network.tensors.get(output.tensor)!;
    const total = sumOf(layer);
    const residual = output.residual && read(output.residual.tensor);
    const residualZero = output.residual ? network.tensors.get(output.residual.tensor)!.zeroPoint : 0;
    const values: number[] = [];
    const bits: number[] = [];
    const reading = output.maskRead === undefined ? undefined : masks.get(output.maskRead)!;
    for (let k = 0; k < tensor.channels; k++) {
      const entry = sum.kind === 'mapFromRow' ? chosen : sum.kind === 'mapFromTensor' ? 0 : k;
      for (let y = 0; y < tensor.height; y++) {
        for (let x = 0; x < tensor.width; x++) {
          const stage = {
            accumulator: total(k, y, x),
            bias: output.bias[entry]!,
            multiplier: output.multiplier[entry]!,
            shift: output.shift[entry]!,
            residual: residual ? residual(k, y, x) - residualZero : 0,
            residualMultiplier: output.residual?.multiplier[entry] ?? 0,
            residualShift: output.residual?.shift[entry] ?? 0,
          };
          const q = requantise(stage, tensor.zeroPoint, output.lower, output.upper);
          if (output.maskWrite) bits.push(maskBit(wideValue(stage), q, output.maskWrite.upper));
          values.push(reading && reading[values.length] === 0 ? 0 : q);
        }
      }
    }
    tensors.set(output.tensor, values);
    if (output.maskWrite) masks.set(output.maskWrite.mask, bits);
    if (output.tensor === network.scores && fixedClass === undefined)
      chosen = values.indexOf(Math.max(...values));
  }
  return { tensors, masks, class: chosen };
}
