/** Residual networks with the layer shapes of the CIFAR models, random weights, fused as the compiler fuses them. */
import type {
  IntegerNetwork,
  IntegerTensor,
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

/** Inference of the network and, where asked, the map on the last activation. */
export function residualNetwork(
  { widths, blocks }: { widths: readonly number[]; blocks: number },
  explanation: boolean,
): { network: IntegerNetwork; pixels: Uint8Array } {
  const random = new Random(1);
  const b = new NetworkBuilder(random);
  let count = 0;
  const conv = (
    input: IntegerTensor,
    channels: number,
    kernel: number,
    stride: number,
    relu: boolean,
    residual?: IntegerTensor,
  ): IntegerTensor => {
    const size = input.height / stride;
    const output = b.tensor(`t${count}`, channels, size, size, 8, relu ? -128 : 3);
    const weights = b.matrix(`w${count}`, [channels, input.channels, kernel, kernel]);
    count++;
    const terms = input.channels * kernel * kernel;
    b.layer(
      'inference',
      { kind: 'conv', input: input.name, weights: weights.name, geometry: square(kernel, stride) },
      output,
      terms,
      73 * 73,
      { relu, macs: terms * channels * size * size, ...(residual ? { residual } : {}) },
    );
    return output;
  };
  const image = b.tensor('image', 3, 32, 32, 8, 0);
  let current = conv(image, widths[0]!, 3, 1, true);
  widths.forEach((width, stage) => {
    for (let block = 0; block < blocks; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const first = conv(current, width, 3, stride, true);
      const shortcut = stride === 1 ? current : conv(current, width, 1, stride, false);
      current = conv(first, width, 3, 1, true, shortcut);
    }
  });
  const last = current;
  const pooled = b.tensor('pooled', last.channels, 1, 1, 8, -128);
  const positions = last.height * last.width;
  const mean: WindowGeometry = { ...square(1, 1), kernel: [last.height, last.width] };
  b.layer('inference', { kind: 'windowSum', input: last.name, geometry: mean }, pooled, positions, 60);
  b.matrix('dense', [10, last.channels, 1, 1]);
  const scores = b.tensor('scores', 10, 1, 1, 32, 0);
  const denseSum = { kind: 'conv', input: 'pooled', weights: 'dense', geometry: square(1, 1) } as const;
  b.layer('inference', denseSum, scores, last.channels, 73 * 73, { macs: 10 * last.channels });
  if (explanation) {
    const map = b.tensor('map', 1, last.height, last.width, 32, 0);
    const sum = { kind: 'mapFromRow', input: last.name, weights: 'dense' } as const;
    b.layer('heatmap', sum, map, last.channels, 73 * 73, {
      entries: 10,
      macs: last.channels * positions,
      relu: true,
    });
  }
  const network: IntegerNetwork = {
    name: 'residual',
    input: { tensor: 'image', format: 'uint8', padding: [-8, 0, 11] },
    tensors: b.tensors,
    weights: b.weights,
    layers: b.layers,
    scores: 'scores',
    classes: 10,
    ...(explanation
      ? {
          explanation: {
            target: last.name,
            gradient: 'constant' as const,
            activation: last.name,
            alpha: { row: 'dense' },
            map: 'map',
            mapScale: 1,
            classScale: new Array<number>(10).fill(1),
            alphaScale: [1],
          },
        }
      : {}),
  };
  return { network, pixels: Uint8Array.from({ length: 3072 }, () => random.integer(0, 255)) };
}
