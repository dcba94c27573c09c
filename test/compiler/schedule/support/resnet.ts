/** Residual networks with the layer shapes of the CIFAR models, random weights, fused as the compiler fuses them. */
import type {
  IntegerNetwork,
  IntegerTensor,
  IntegerWeights,
  WindowGeometry,
} from '../../../../src/compiler/quantize/network.ts';
import { NetworkBuilder } from './generate.ts';
import { Random } from './random.ts';

function square(kernel: number, stride: number): WindowGeometry {
  const pad = (kernel - 1) / 2;
  return {
    kernel: [kernel, kernel],
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
    dilations: [1, 1],
  };
}

export const resnet8 = { widths: [16, 32, 64], blocks: 1 };
export const resnet18w16 = { widths: [16, 32, 64, 128], blocks: 2 };

/** What is explained: nothing, the last activation, or the output of a residual block (counted from 0). */
export type Explained = 'none' | 'last' | { readonly block: number; readonly bits: 8 | 16 };

interface Convolution {
  readonly input: IntegerTensor;
  readonly output: IntegerTensor;
  readonly weights: IntegerWeights;
  readonly geometry: WindowGeometry;
}

interface Block {
  readonly input: IntegerTensor;
  readonly first: Convolution;
  readonly second: Convolution;
  /** 1x1 convolution of the shortcut, where the shape changes. */
  readonly shortcut?: Convolution;
}

class ResidualBuilder extends NetworkBuilder {
  readonly blocks: Block[] = [];
  private count = 0;

  constructor(private readonly masked: boolean) {
    super(new Random(1));
  }

  conv(
    input: IntegerTensor,
    channels: number,
    kernel: number,
    stride: number,
    relu: boolean,
    residual?: IntegerTensor,
  ): Convolution {
    const size = input.height / stride;
    const name = `t${this.count}`;
    const output = this.tensor(name, channels, size, size, 8, relu ? -128 : 3);
    const weights = this.matrix(`w${this.count}`, [channels, input.channels, kernel, kernel]);
    this.count++;
    const terms = input.channels * kernel * kernel;
    const geometry = square(kernel, stride);
    this.layer(
      'inference',
      { kind: 'conv', input: input.name, weights: weights.name, geometry },
      output,
      terms,
      73 * 73,
      {
        relu,
        macs: terms * channels * size * size,
        ...(residual ? { residual } : {}),
        ...(relu && this.masked ? { maskWrite: { mask: `mask ${name}`, upper: 2 ** 31 - 1 } } : {}),
      },
    );
    return { input, output, weights, geometry };
  }

  gradient(name: string, like: IntegerTensor, bits: 8 | 16): IntegerTensor {
    return this.tensor(name, like.channels, like.height, like.width, bits, 0);
  }

  /** A convolution's adjoint, masked where its input is a ReLU's output. */
  backward(conv: Convolution, dY: IntegerTensor, masked: boolean, residual?: IntegerTensor): IntegerTensor {
    const { weights, input, geometry } = conv;
    const [outputs, inputs, kh, kw] = weights.shape;
    const result = this.gradient(`d${input.name} by ${weights.name}`, input, dY.bits as 8 | 16);
    this.layer(
      'gradient',
      { kind: 'convBackward', input: dY.name, weights: weights.name, geometry },
      result,
      outputs * kh * kw,
      dY.bits === 8 ? 60 * 73 : 12000 * 73,
      {
        macs: outputs * inputs * kh * kw * dY.height * dY.width,
        ...(residual ? { residual } : {}),
        ...(masked ? { maskRead: `mask ${input.name}` } : {}),
      },
    );
    return result;
  }

  /** The mean of a convolution's adjoint, from border sums. */
  mean(conv: Convolution, dY: IntegerTensor, residual?: IntegerTensor): IntegerTensor {
    const { weights, input, geometry } = conv;
    const [outputs, inputs, kh, kw] = weights.shape;
    const bits = dY.bits as 8 | 16;
    const size = bits === 8 ? 60 : 12000;
    const sums = this.tensor(`sums ${weights.name}`, outputs, kh, kw, bits, 0);
    const inputSize = [input.height, input.width] as const;
    const positions = dY.height * dY.width;
    this.layer(
      'gradient',
      { kind: 'borderSums', input: dY.name, geometry, inputSize },
      sums,
      positions,
      size,
    );
    const mean = this.tensor(`mean ${weights.name}`, inputs, 1, 1, bits, 0);
    this.layer(
      'gradient',
      { kind: 'convMean', input: sums.name, weights: weights.name },
      mean,
      outputs * kh * kw,
      size * 73,
      { macs: outputs * inputs * kh * kw, ...(residual ? { residual } : {}) },
    );
    return mean;
  }

  /** Gradient from the scores back to a block's output, as its mean over positions. */
  alpha(target: number, bits: 8 | 16, last: IntegerTensor): IntegerTensor {
    let dY = this.gradient('d last', last, bits);
    const spread = { maskRead: `mask ${last.name}` };
    this.layer('gradient', { kind: 'denseRow', weights: 'dense' }, dY, 1, 73, spread);
    for (let n = this.blocks.length - 1; n > target + 1; n--) {
      const { first, second, shortcut } = this.blocks[n]!;
      const inner = this.backward(second, dY, true);
      const skip = shortcut ? this.backward(shortcut, dY, false) : dY;
      dY = this.backward(first, inner, true, skip);
    }
    const { first, second, shortcut } = this.blocks[target + 1]!;
    const inner = this.backward(second, dY, true);
    if (shortcut) return this.mean(first, inner, this.mean(shortcut, dY));
    const skip = this.tensor('mean skip', dY.channels, 1, 1, bits, 0);
    const geometry: WindowGeometry = { ...square(1, 1), kernel: [dY.height, dY.width] };
    const size = bits === 8 ? 60 : 12000;
    this.layer('gradient', { kind: 'windowSum', input: dY.name, geometry }, skip, dY.height * dY.width, size);
    return this.mean(first, inner, skip);
  }

  map(target: IntegerTensor, alpha?: IntegerTensor): void {
    const map = this.tensor('map', 1, target.height, target.width, 32, 0);
    const positions = target.height * target.width;
    const macs = target.channels * positions;
    const size = alpha?.bits === 16 ? 12000 * 73 : 73 * 73;
    this.layer(
      'heatmap',
      alpha
        ? { kind: 'mapFromTensor', input: target.name, alpha: alpha.name }
        : { kind: 'mapFromRow', input: target.name, weights: 'dense' },
      map,
      target.channels,
      size,
      { entries: alpha ? 1 : 10, macs, relu: true },
    );
  }
}

/** The network with its explanation, and a picture for it. */
export function residualNetwork(
  { widths, blocks }: { widths: readonly number[]; blocks: number },
  explained: Explained,
): { network: IntegerNetwork; pixels: Uint8Array } {
  const b = new ResidualBuilder(typeof explained === 'object');
  const image = b.tensor('image', 3, 32, 32, 8, 0);
  let last = b.conv(image, widths[0]!, 3, 1, true).output;
  widths.forEach((width, stage) => {
    for (let block = 0; block < blocks; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const input = last;
      const first = b.conv(input, width, 3, stride, true);
      const shortcut = stride === 1 ? undefined : b.conv(input, width, 1, stride, false);
      const second = b.conv(first.output, width, 3, 1, true, shortcut?.output ?? input);
      b.blocks.push({ input, first, second, shortcut });
      last = second.output;
    }
  });
  const pooled = b.tensor('pooled', last.channels, 1, 1, 8, -128);
  const positions = last.height * last.width;
  const mean: WindowGeometry = { ...square(1, 1), kernel: [last.height, last.width] };
  b.layer('inference', { kind: 'windowSum', input: last.name, geometry: mean }, pooled, positions, 60);
  b.matrix('dense', [10, last.channels, 1, 1]);
  const scores = b.tensor('scores', 10, 1, 1, 32, 0);
  const denseSum = { kind: 'conv', input: 'pooled', weights: 'dense', geometry: square(1, 1) } as const;
  b.layer('inference', denseSum, scores, last.channels, 73 * 73, { macs: 10 * last.channels });

  const network: IntegerNetwork = {
    name: 'residual',
    input: { tensor: 'image', format: 'uint8', padding: [-8, 0, 11] },
    tensors: b.tensors,
    weights: b.weights,
    layers: b.layers,
    scores: 'scores',
    classes: 10,
  };
  const pixels = Uint8Array.from({ length: 3072 }, () => b.random.integer(0, 255));
  if (explained === 'none') return { network, pixels };
  const target = explained === 'last' ? last : b.blocks[explained.block]!.second.output;
  const alpha = explained === 'last' ? undefined : b.alpha(explained.block, explained.bits, last);
  b.map(target, alpha);
  const explanation = {
    target: target.name,
    gradient: alpha ? ('masked' as const) : ('constant' as const),
    activation: target.name,
    alpha: alpha ? { tensor: alpha.name } : { row: 'dense' },
    map: 'map',
    mapScale: 1,
    classScale: new Array<number>(10).fill(1),
    alphaScale: [1],
  };
  return { network: { ...network, explanation }, pixels };
}
