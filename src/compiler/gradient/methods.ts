/**
 * The explanation methods: what each makes of the gradient. GradCAM needs its mean only; the others need it
 * element by element, at the target or at the input image.
 */
import { makeAttribute } from '../graph/attributes.ts';
import type { FoldedBatchNorm } from '../graph/pass.ts';
import type { Derivation } from './derivation.ts';
import type { Gradient } from './gradient.ts';
import { camberDomain } from './operators.ts';
import type { Rule } from './rule.ts';
import { deconvolutionRelu, guidedRelu } from './rules/activation.ts';

export const methodNames = [
  'gradcam',
  'gradcam++',
  'xgradcam',
  'hirescam',
  'layercam',
  'saliency',
  'guided-backprop',
  'deconvolution',
] as const;

export type MethodName = (typeof methodNames)[number];

/** What a method makes for one target. */
export interface MethodResult {
  /** [1, 1, H, W] */
  readonly map: string;
  /** Weights per channel [1, K], of the methods that have them. */
  readonly alpha?: string;
  /** The full attribution [1, C, H, W] of the methods that explain the input. */
  readonly attribution?: string;
  /** The gradient the map was made from. */
  readonly gradient: Gradient;
}

export interface Method {
  readonly title: string;
  /** Where the method was published. */
  readonly source: string;
  /** True for methods that explain the input image itself, not an activation. */
  readonly ofInput: boolean;
  readonly build: (d: Derivation, tensor: string, folded?: FoldedBatchNorm) => MethodResult;
  /** Rules that the method replaces. */
  readonly overrides?: Readonly<Record<string, Rule>>;
}

/** sum over H, W. */
const overPlane = (d: Derivation, x: string) => d.emitter.reduce('ReduceSum', x, [2, 3]);

/** L = ReLU(sum over channels). */
function sumOfChannels(d: Derivation, x: string): string {
  const [, , h, w] = d.emitter.shape(x) as [number, number, number, number];
  const sum = d.emitter.reduce('ReduceSum', x, [1]);
  return d.emitter.emit('Relu', [sum], { shape: [1, 1, h, w], output: d.emitter.fresh('heatmap') });
}

/** L = ReLU(sum_k alpha_k (A_k - shift_k)). */
function heatMap(d: Derivation, alpha: string, tensor: string, shift?: string): string {
  const [, , h, w] = d.emitter.shape(tensor) as [number, number, number, number];
  return d.emitter.emit('HeatMap', [alpha, tensor, ...(shift ? [shift] : [])], {
    shape: [1, 1, h, w],
    dtype: 'float32',
    domain: camberDomain,
    output: d.emitter.fresh('heatmap'),
  });
}

/** alpha_k = mean over H, W of dz_c/dA_k; pushed through the algebra. */
function gradCam(d: Derivation, tensor: string, folded?: FoldedBatchNorm): MethodResult {
  const channels = d.emitter.shape(tensor)[1]!;
  const mean = d.walk.mean(tensor, channels);
  d.emitter.scope = 'gradcam';
  const alpha = d.algebra.tensor(mean);
  if (!folded) return { map: heatMap(d, alpha, tensor), alpha, gradient: mean };
  // The target was folded away as A' = s A + b: alpha = s alpha', and alpha A = alpha' (A' - b).
  const shift = d.emitter.floats(`${tensor}/shift`, [channels], folded.shift);
  const scale = d.emitter.floats(`${tensor}/scale`, [1, channels], folded.scale);
  return {
    map: heatMap(d, alpha, tensor, shift),
    alpha: d.algebra.tensor(d.algebra.times(mean, scale)),
    gradient: mean,
  };
}

/** A method on the target's full gradient; `alphaOf` or `mapOf` makes the result from tensors dz/dA and A. */
function onFull(
  build: (d: Derivation, g: string, a: string) => { alpha: string } | { weighted: string },
): Method['build'] {
  return (d, tensor) => {
    const gradient = d.walk.gradient(tensor);
    d.emitter.scope = 'map';
    const g = d.algebra.whole(gradient);
    const made = build(d, g, tensor);
    if ('weighted' in made) return { map: sumOfChannels(d, made.weighted), gradient };
    const alpha = d.emitter.reshape(made.alpha, [1, d.emitter.shape(tensor)[1]!]);
    return { map: heatMap(d, alpha, tensor), alpha, gradient };
  };
}

/** Weights sum over H, W of ReLU(g) a, a = g^2 / (2 g^2 + g^3 sum A + 1e-6), as pytorch-grad-cam has them. */
const gradCamPlusPlus = onFull((d, g, a) => {
  const e = d.emitter;
  const squared = e.binary('Mul', g, g);
  const cubed = e.binary('Mul', squared, g);
  const share = e.binary('Mul', overPlane(d, a), cubed);
  const denominator = e.binary('Add', e.binary('Add', e.binary('Mul', squared, 2), share), 1e-6);
  const weights = e.binary('Mul', e.unary('Relu', g), e.binary('Div', squared, denominator));
  return { alpha: overPlane(d, weights) };
});

/** Weights sum over H, W of g A / (sum A + 1e-7). */
const xGradCam = onFull((d, g, a) => {
  const e = d.emitter;
  const total = overPlane(d, e.binary('Mul', g, a));
  return { alpha: e.binary('Div', total, e.binary('Add', overPlane(d, a), 1e-7)) };
});

const hiResCam = onFull((d, g, a) => ({ weighted: d.emitter.binary('Mul', g, a) }));

const layerCam = onFull((d, g, a) => ({ weighted: d.emitter.binary('Mul', d.emitter.unary('Relu', g), a) }));

/** The gradient at the input; the map is its largest magnitude over the colour channels. */
const ofInput: Method['build'] = (d, tensor) => {
  const gradient = d.walk.gradient(tensor);
  d.emitter.scope = 'map';
  const g = d.algebra.whole(gradient);
  const { shape } = gradient;
  const attribution = d.emitter.emit('Identity', [g], { shape, output: d.emitter.fresh('attribution') });
  const magnitude = d.emitter.unary('Abs', attribution);
  const map = d.emitter.emit('ReduceMax', [magnitude, d.emitter.int64([1])], {
    shape: [1, 1, shape[2]!, shape[3]!],
    attributes: { keepdims: makeAttribute.int(1) },
    output: d.emitter.fresh('heatmap'),
  });
  return { map, attribution, gradient };
};

export const methods: Readonly<Record<MethodName, Method>> = {
  gradcam: { title: 'GradCAM', source: 'Selvaraju et al. 2017', ofInput: false, build: gradCam },
  'gradcam++': {
    title: 'GradCAM++',
    source: 'Chattopadhay et al. 2018',
    ofInput: false,
    build: gradCamPlusPlus,
  },
  xgradcam: { title: 'XGrad-CAM', source: 'Fu et al. 2020', ofInput: false, build: xGradCam },
  hirescam: { title: 'HiResCAM', source: 'Draelos and Carin 2020', ofInput: false, build: hiResCam },
  layercam: { title: 'LayerCAM', source: 'Jiang et al. 2021', ofInput: false, build: layerCam },
  saliency: { title: 'Saliency', source: 'Simonyan et al. 2013', ofInput: true, build: ofInput },
  'guided-backprop': {
    title: 'Guided backpropagation',
    source: 'Springenberg et al. 2014',
    ofInput: true,
    build: ofInput,
    overrides: { Relu: guidedRelu },
  },
  deconvolution: {
    title: 'Deconvolution',
    source: 'Zeiler and Fergus 2013',
    ofInput: true,
    build: ofInput,
    overrides: { Relu: deconvolutionRelu },
  },
};
