/** Random small integer networks: a chain of convolutions and pools with residuals, a dense layer, and an explanation. */
import type {
  IntegerLayer,
  IntegerNetwork,
  IntegerTensor,
  IntegerWeights,
  LayerKind,
  OutputStage,
  Phase,
  WindowGeometry,
} from '../../../../src/compiler/quantize/network.ts';
import { borderBands } from '../../../../src/compiler/quantize/plan/bands.ts';
import { int16Limit } from '../../../../src/compiler/quantize/semantics.ts';
import { Random } from './random.ts';

const noKink = 2 ** 31 - 1;

/** What a step of the chain was, so that it can be walked back. */
interface Step {
  readonly input: IntegerTensor;
  readonly output: IntegerTensor;
  readonly weights?: IntegerWeights;
  readonly geometry: WindowGeometry;
  readonly mask?: string;
}

export class NetworkBuilder {
  readonly tensors = new Map<string, IntegerTensor>();
  readonly weights = new Map<string, IntegerWeights>();
  readonly layers: IntegerLayer[] = [];

  constructor(readonly random: Random) {}

  tensor(
    name: string,
    channels: number,
    height: number,
    width: number,
    bits: 8 | 16 | 32,
    zeroPoint: number,
  ): IntegerTensor {
    const made = { name, channels, height, width, bits, zeroPoint, scale: [1] };
    this.tensors.set(name, made);
    return made;
  }

  matrix(name: string, shape: IntegerWeights['shape']): IntegerWeights {
    const data = Int8Array.from({ length: shape.reduce((a, b) => a * b) }, () =>
      this.random.integer(-127, 127),
    );
    const made = { name, shape, data, scale: [1] };
    this.weights.set(name, made);
    return made;
  }

  /** Adds a layer whose results spread over the output's range: `terms` products per sum, of about `size` each. */
  layer(
    phase: Phase,
    sum: LayerKind,
    output: IntegerTensor,
    terms: number,
    size: number,
    extra: Partial<Pick<OutputStage, 'maskWrite' | 'maskRead'>> & {
      residual?: IntegerTensor;
      relu?: boolean;
      entries?: number;
      macs?: number;
    } = {},
  ): void {
    const { random } = this;
    const { residual, relu, entries = output.channels, macs = 0, ...masks } = extra;
    const many = (make: () => number) => Array.from({ length: entries }, make);
    const spread = output.bits === 8 ? 60 : output.bits === 16 ? 12000 : 200000;
    const sigma = Math.max(1, Math.sqrt(terms) * size);
    const multipliers = many(() => random.integer(1000, 65535));
    const shifts = multipliers.map((m) =>
      Math.min(47, Math.max(1, Math.round(Math.log2((sigma * m) / spread)))),
    );
    const limit =
      output.bits === 8 ? [-128, 127] : output.bits === 16 ? [-int16Limit, int16Limit] : [-(2 ** 31), noKink];
    this.layers.push({
      name: `layer ${this.layers.length} ${output.name}`,
      op: sum.kind,
      nodes: [],
      phase,
      sum,
      output: {
        tensor: output.name,
        bias: Int32Array.from(many(() => random.integer(-Math.round(sigma), Math.round(sigma)))),
        multiplier: Uint32Array.from(multipliers),
        shift: Uint8Array.from(shifts),
        ...(residual
          ? {
              residual: {
                tensor: residual.name,
                multiplier: Uint32Array.from(many(() => random.integer(0, 131071))),
                shift: Uint8Array.from(
                  shifts.map((s) => Math.max(0, Math.min(15, s - 16 + random.integer(-1, 1)))),
                ),
              },
            }
          : {}),
        lower: relu ? output.zeroPoint : limit[0]!,
        upper: limit[1]!,
        ...masks,
      },
      macs,
      accumulatorBits: 32,
    });
  }
}

function outputSize(input: IntegerTensor, g: WindowGeometry): [number, number] {
  const axis = (size: number, n: 0 | 1) =>
    Math.floor((size + g.pads[n]! + g.pads[n + 2]! - g.dilations[n] * (g.kernel[n] - 1) - 1) / g.strides[n]) +
    1;
  return [axis(input.height, 0), axis(input.width, 1)];
}

/** A window that fits the input, of any stride, pads and dilation. */
function randomGeometry(random: Random, input: IntegerTensor, kernels: readonly number[]): WindowGeometry {
  for (;;) {
    const kernel = [random.pick(kernels), random.pick(kernels)] as const;
    const dilations = [random.chance(0.2) ? 2 : 1, random.chance(0.2) ? 2 : 1] as const;
    const strides = [random.integer(1, 2), random.chance(0.1) ? 3 : random.integer(1, 2)] as const;
    const pad = (n: 0 | 1) => random.integer(0, Math.floor((dilations[n] * (kernel[n] - 1) + 1) / 2));
    const geometry = { kernel, dilations, strides, pads: [pad(0), pad(1), pad(0), pad(1)] as const };
    const [height, width] = outputSize(input, geometry);
    if (height >= 1 && width >= 1) return geometry;
  }
}

const pointwise: WindowGeometry = { kernel: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1] };

export interface GeneratorOptions {
  readonly maxChannels?: number;
  readonly explanation?: boolean;
  readonly classes?: number;
}

/** A network, and pixels for it, that depend on the seed alone. */
export function generateNetwork(
  seed: number,
  { maxChannels = 20, explanation = true, classes }: GeneratorOptions = {},
): { network: IntegerNetwork; pixels: Uint8Array | Int8Array } {
  const random = new Random(seed);
  const b = new NetworkBuilder(random);
  const unsigned = random.chance(0.7);
  const image = b.tensor(
    'image',
    random.pick([1, 2, 3, 3, 3]),
    random.integer(5, 12),
    random.integer(5, 12),
    8,
    0,
  );
  const padding = Array.from({ length: image.channels }, () => random.integer(-128, 127));

  const steps: Step[] = [];
  let current = image;
  const depth = random.integer(2, 5);
  for (let n = 0; n < depth; n++) {
    const pool = random.chance(0.15);
    const geometry = randomGeometry(random, current, n === 0 ? [1, 2, 3, 5, 7] : [1, 2, 3]);
    const [height, width] = outputSize(current, geometry);
    const channels = pool ? current.channels : random.integer(1, maxChannels);
    const zeroPoint = random.pick([-128, 0, random.integer(-127, 127)]);
    const output = b.tensor(`t${n}`, channels, height, width, 8, zeroPoint);
    const taps = geometry.kernel[0] * geometry.kernel[1];
    if (pool) {
      b.layer('inference', { kind: 'windowSum', input: current.name, geometry }, output, taps, 60);
      steps.push({ input: current, output, geometry });
    } else {
      const weights = b.matrix(`w${n}`, [channels, current.channels, ...geometry.kernel]);
      const same = [...b.tensors.values()].filter(
        (t) =>
          t !== image &&
          t !== output &&
          t.bits === 8 &&
          t.channels === channels &&
          t.height === height &&
          t.width === width,
      );
      const residual = same.length > 0 && random.chance(0.8) ? random.pick(same) : undefined;
      const relu = random.chance(0.7);
      const mask = relu && explanation ? `m${n}` : undefined;
      b.layer(
        'inference',
        { kind: 'conv', input: current.name, weights: weights.name, geometry },
        output,
        taps * current.channels,
        73 * 73,
        {
          relu,
          macs: output.channels * height * width * taps * current.channels,
          ...(residual ? { residual } : {}),
          ...(mask ? { maskWrite: { mask, upper: random.chance(0.3) ? 100 : noKink } } : {}),
        },
      );
      steps.push({ input: current, output, weights, geometry, ...(mask ? { mask } : {}) });
      if (random.chance(0.4)) {
        // A same-shape sibling makes a residual for the next step likely.
        const copy = b.tensor(
          `t${n}copy`,
          channels,
          height,
          width,
          random.pick([8, 16]),
          random.integer(-60, 60),
        );
        b.layer('inference', { kind: 'windowSum', input: output.name, geometry: pointwise }, copy, 1, 60);
        const sum = b.tensor(`t${n}sum`, channels, height, width, 8, random.integer(-60, 60));
        const again = b.matrix(`w${n}again`, [channels, channels, 1, 1]);
        b.layer(
          'inference',
          { kind: 'conv', input: output.name, weights: again.name, geometry: pointwise },
          sum,
          channels,
          73 * 73,
          { residual: copy, macs: channels * channels * height * width },
        );
      }
    }
    current = output;
  }

  if (random.chance(0.3)) {
    // A second reader of the image, whose window decides nothing about how pixels are packed.
    const geometry = randomGeometry(random, image, [1, 2, 3, 4]);
    const [height, width] = outputSize(image, geometry);
    const output = b.tensor(
      'aside',
      random.integer(1, maxChannels),
      height,
      width,
      8,
      random.integer(-60, 60),
    );
    const weights = b.matrix('waside', [output.channels, image.channels, ...geometry.kernel]);
    const sum: LayerKind = { kind: 'conv', input: image.name, weights: weights.name, geometry };
    const terms = image.channels * geometry.kernel[0] * geometry.kernel[1];
    b.layer('inference', sum, output, terms, 73 * 73, { macs: terms * output.channels * height * width });
  }

  const count = classes ?? random.integer(2, 12);
  const mean: WindowGeometry = { ...pointwise, kernel: [current.height, current.width] };
  const pooled = b.tensor('pooled', current.channels, 1, 1, random.pick([8, 16]), random.integer(-128, 127));
  const positions = current.height * current.width;
  b.layer('inference', { kind: 'windowSum', input: current.name, geometry: mean }, pooled, positions, 60);
  const dense = b.matrix('dense', [count, current.channels, 1, 1]);
  const scores = b.tensor('scores', count, 1, 1, 32, 0);
  const denseSum: LayerKind = { kind: 'conv', input: 'pooled', weights: 'dense', geometry: pointwise };
  b.layer('inference', denseSum, scores, current.channels, 73 * 73, { macs: count * current.channels });

  const pixels = Array.from({ length: image.channels * image.height * image.width }, () =>
    random.integer(0, 255),
  );
  const common = {
    name: `generated ${seed}`,
    input: { tensor: 'image', format: unsigned ? ('uint8' as const) : ('int8' as const), padding },
    tensors: b.tensors,
    weights: b.weights,
    layers: b.layers,
    scores: 'scores',
    classes: count,
  };
  const fed = unsigned ? Uint8Array.from(pixels) : Int8Array.from(pixels, (p) => p - 128);
  if (!explanation) return { network: common, pixels: fed };

  const activation = explain(b, steps, dense, current);
  const alpha = activation === current.name ? { row: 'dense' } : { tensor: 'alpha' };
  const explained = {
    ...common,
    explanation: {
      target: activation,
      gradient: 'general' as const,
      activation,
      alpha,
      map: 'map',
      mapScale: 1,
      classScale: Array.from({ length: count }, () => 1),
      alphaScale: [1],
    },
  };
  return { network: explained, pixels: fed };
}

/** Adds gradient and heat map layers; returns the target. */
function explain(
  b: NetworkBuilder,
  steps: readonly Step[],
  dense: IntegerWeights,
  last: IntegerTensor,
): string {
  const { random } = b;
  const [classes] = dense.shape;
  const gradientBits = () => random.pick([8, 16] as const);
  if (random.chance(0.2)) {
    const map = b.tensor('map', 1, last.height, last.width, 32, 0);
    const sum: LayerKind = { kind: 'mapFromRow', input: last.name, weights: 'dense' };
    const macs = last.channels * last.height * last.width;
    b.layer('heatmap', sum, map, last.channels, 73 * 73, { entries: classes, macs, relu: true });
    return last.name;
  }
  // Walk back until the target; the last convolution only as a mean.
  let gradient = b.tensor('g', last.channels, last.height, last.width, gradientBits(), 0);
  const read = (step: Step | undefined) => (step?.mask ? { maskRead: step.mask } : {});
  b.layer('gradient', { kind: 'denseRow', weights: 'dense' }, gradient, 1, 73, read(steps.at(-1)));
  const stop = random.chance(0.7) ? 1 : random.integer(1, steps.length - 1);
  for (let n = steps.length - 1; n > stop; n--) {
    const { input, weights, geometry } = steps[n]!;
    if (!weights) {
      // A pool's adjoint is not among the engine's sums: carry on with a rescaled row of the right shape.
      gradient = b.tensor(`g${n}`, input.channels, input.height, input.width, gradientBits(), 0);
      const stand = b.matrix(`row${n}`, [classes, input.channels, 1, 1]);
      b.layer('gradient', { kind: 'denseRow', weights: stand.name }, gradient, 1, 73, read(steps[n - 1]));
      continue;
    }
    const next = b.tensor(`g${n}`, input.channels, input.height, input.width, gradientBits(), 0);
    const taps = geometry.kernel[0] * geometry.kernel[1] * weights.shape[0];
    const size = gradient.bits === 8 ? 60 * 73 : 12000 * 73;
    let residual: IntegerTensor | undefined;
    if (random.chance(0.3)) {
      residual = b.tensor(`skip${n}`, input.channels, input.height, input.width, gradientBits(), 0);
      const stand = b.matrix(`skiprow${n}`, [classes, input.channels, 1, 1]);
      b.layer('gradient', { kind: 'denseRow', weights: stand.name }, residual, 1, 73);
    }
    b.layer(
      'gradient',
      { kind: 'convBackward', input: gradient.name, weights: weights.name, geometry },
      next,
      taps,
      size,
      { ...read(steps[n - 1]), ...(residual ? { residual } : {}) },
    );
    gradient = next;
  }
  const { input: target, weights, geometry } = steps[stop]!;
  const alpha = b.tensor('alpha', target.channels, 1, 1, gradientBits(), 0);
  const size = gradient.bits === 8 ? 60 : 12000;
  if (weights) {
    const sums = b.tensor(
      'sums',
      weights.shape[0],
      geometry.kernel[0],
      geometry.kernel[1],
      gradientBits(),
      0,
    );
    const inputSize = [target.height, target.width] as const;
    const terms = gradient.height * gradient.width;
    const bands = borderBands(geometry, inputSize, gradient);
    if (bands) {
      const { rows, columns } = bands;
      const [height, width] = [rows.length - 1, columns.length - 1];
      const summed = b.tensor('bands', gradient.channels, height, width, gradientBits(), 0);
      b.layer('gradient', { kind: 'bandSums', input: gradient.name, rows, columns }, summed, terms, size);
      const sum = { kind: 'borderSums', input: summed.name, geometry, inputSize: bands.inputSize } as const;
      b.layer('gradient', sum, sums, height * width, summed.bits === 8 ? 60 : 12000);
    } else {
      const sum = { kind: 'borderSums', input: gradient.name, geometry, inputSize } as const;
      b.layer('gradient', sum, sums, terms, size);
    }
    const products = weights.shape[0] * geometry.kernel[0] * geometry.kernel[1];
    const sumSize = (sums.bits === 8 ? 60 : 12000) * 73;
    b.layer('gradient', { kind: 'convMean', input: 'sums', weights: weights.name }, alpha, products, sumSize);
  } else {
    const stand = b.matrix('alpharow', [classes, target.channels, 1, 1]);
    b.layer('gradient', { kind: 'denseRow', weights: stand.name }, alpha, 1, 73);
  }
  const map = b.tensor('map', 1, target.height, target.width, 32, 0);
  const alphaSize = (alpha.bits === 8 ? 60 : 12000) * 73;
  b.layer(
    'heatmap',
    { kind: 'mapFromTensor', input: target.name, alpha: 'alpha' },
    map,
    target.channels,
    alphaSize,
    { entries: 1, relu: true, macs: target.channels * target.height * target.width },
  );
  return target.name;
}
