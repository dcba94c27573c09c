/** The fidelity report: the integer network against the float network, on pictures, in bounded time. */
import type { ClassChoice } from '../compiler/class-choice.ts';
import type { StaticGradCam } from '../compiler/gradient/derive.ts';
import { argmax } from '../compiler/quantize/executor.ts';
import type { IntegerNetwork } from '../compiler/quantize/network.ts';
import type { FidelityReport, MapAgreement, Pair, Spread } from '../compiler/report/fidelity.ts';
import { mapFidelity, quantile, signalToNoise, type MapFidelity } from './fidelity.ts';
import { engineOf, explainFixed, networkInput, realScores, type FixedInput } from './fixed.ts';
import { comparableTensors, layerNoise, type LayerNoise } from './layer-noise.ts';
import type { EngineOptions } from './ort.ts';
import { perturbationRuns, perturbationScores } from './perturbation.ts';
import { softmax } from './probability.ts';
import { createTensorRunner, type TensorRunner } from './tensors.ts';

/** A picture for both networks. */
export type FidelityPicture = FixedInput & { readonly tensor: Float32Array };

/** Both networks on one picture. */
export interface PictureFidelity {
  readonly sameClass: boolean;
  readonly scores: { readonly fixed: Float32Array; readonly float: Float32Array };
  /** Absent where the float map is all zero, or there is none. */
  readonly map?: MapFidelity;
  readonly insertion?: Pair;
  readonly deletion?: Pair;
  readonly layers: readonly LayerNoise[];
}

export interface FidelityOptions extends EngineOptions {
  readonly signal?: AbortSignal;
  /** The class to explain; the fixed network's top class where absent. */
  readonly class?: ClassChoice;
  readonly onProgress?: (done: number, total: number) => void;
  /** A model loaded before, used where it can read all that is compared; it is left to its owner. */
  readonly runner?: TensorRunner;
}

/** Multiply-accumulates that the report may cost: some seconds on the WebAssembly kernels. */
const budget = { pictures: 4e9, perturbations: 8e9 };
/** More would take longer than the compilation itself; a perturbation run costs some 70 inferences. */
const most = { pictures: 16, perturbations: 2 };

/** How many pictures a network's size allows, and on how many of them maps are tried by perturbation. */
export function fidelityPictures(network: IntegerNetwork): { pictures: number; perturbations: number } {
  const macs = Math.max(
    1,
    network.layers.reduce((sum, l) => sum + l.macs, 0),
  );
  const within = (total: number, each: number, limit: number) =>
    Math.min(limit, Math.max(1, Math.floor(total / (each * macs))));
  return {
    pictures: Math.max(4, within(budget.pictures, 3, most.pictures)),
    perturbations: within(budget.perturbations, 2 * perturbationRuns, most.perturbations),
  };
}

/**
 * Measures a network on pictures, evenly chosen where there are more than `fidelityPictures` allows.
 *
 * @throws the signal's reason where aborted.
 */
export async function measureFidelity(
  model: StaticGradCam,
  network: IntegerNetwork,
  pictures: readonly FidelityPicture[],
  options: FidelityOptions = {},
): Promise<{ report: FidelityReport; each: readonly PictureFidelity[] }> {
  const allowed = fidelityPictures(network);
  const count = Math.min(pictures.length, allowed.pictures);
  const map = network.explanation && model.targets[0]!.map;
  const names = [
    ...new Set([model.scores, ...comparableTensors(network), ...(map === undefined ? [] : [map])]),
  ];
  const lent = names.every((name) => options.runner?.readable.has(name)) ? options.runner : undefined;
  const runner = lent ?? (await createTensorRunner(model, names, options));
  const each: PictureFidelity[] = [];
  try {
    for (let i = 0; i < count; i++) {
      options.signal?.throwIfAborted();
      const picture = pictures[Math.floor((i * pictures.length) / count)]!;
      const done = each.filter((p) => p.insertion !== undefined).length;
      const perturb = done < Math.ceil(((i + 1) * Math.min(count, allowed.perturbations)) / count);
      each.push(
        await comparePicture({ model, network, runner, names, map }, picture, options.class, perturb),
      );
      options.onProgress?.(i + 1, count);
    }
  } finally {
    if (!lent) await runner.dispose();
  }
  return { report: summarise(each, network), each };
}

interface Comparison {
  readonly model: StaticGradCam;
  readonly network: IntegerNetwork;
  readonly runner: TensorRunner;
  readonly names: readonly string[];
  readonly map: string | undefined;
}

async function comparePicture(
  { model, network, runner, names, map }: Comparison,
  picture: FidelityPicture,
  wanted: ClassChoice = 'argmax',
  perturb: boolean,
): Promise<PictureFidelity> {
  const fixed = explainFixed(model, network, picture, wanted);
  const float = await runner.run(picture.tensor, names, fixed.class);
  const layers = layerNoise(engineOf(network), float);
  const scores = { fixed: fixed.scores, float: float.get(model.scores)! };
  const common = { sameClass: fixed.execution.topClass === argmax(scores.float), scores, layers };
  const expected = map === undefined ? undefined : float.get(map)!;
  const found = expected && mapFidelity(fixed.maps[0]!.map, expected);
  if (!found) return common;
  if (!perturb) return { ...common, map: found };
  const { height, width } = network.tensors.get(network.explanation!.map)!;
  const bytes = networkInput(network, picture);
  const probability = (changed: Uint8Array | Int8Array) =>
    softmax(realScores(network, engineOf(network).run(changed, { inferenceOnly: true })))[fixed.class]!;
  const size = network.tensors.get(network.input.tensor)!;
  const [ours, theirs] = [fixed.maps[0]!.map, expected!].map((values) =>
    perturbationScores(values, { height, width }, bytes, size, probability),
  ) as [Pairs, Pairs];
  return {
    ...common,
    map: found,
    insertion: { fixed: ours.insertion, float: theirs.insertion },
    deletion: { fixed: ours.deletion, float: theirs.deletion },
  };
}

type Pairs = ReturnType<typeof perturbationScores>;

function summarise(each: readonly PictureFidelity[], network: IntegerNetwork): FidelityReport {
  const [fixed, float] = (['fixed', 'float'] as const).map((k) => each.flatMap((p) => [...p.scores[k]])) as [
    number[],
    number[],
  ];
  const range = Math.max(...float) - Math.min(...float);
  const largest = fixed.reduce((most, s, i) => Math.max(most, Math.abs(s - float[i]!)), 0);
  const map = network.explanation && mapAgreement(each, network.explanation.target);
  return {
    pictures: each.length,
    top1Agreement: each.filter((p) => p.sameClass).length / each.length,
    scores: {
      decibels: finite(signalToNoise(fixed, float)),
      largestError: range > 0 ? largest / range : largest,
    },
    ...(map ? { map } : {}),
    layers: each[0]!.layers.map(({ decibels: _, ...layer }, i) => ({
      ...layer,
      decibels: finite(
        quantile(
          each.map((p) => p.layers[i]!.decibels),
          0.5,
        ),
      ),
    })),
  };
}

/** JSON has no infinity. */
const finite = (decibels: number) => (Number.isFinite(decibels) ? decibels : null);

function mapAgreement(each: readonly PictureFidelity[], target: string): MapAgreement | undefined {
  const maps = each.flatMap((p) => (p.map ? [p.map] : []));
  const perturbed = each.filter((p) => p.insertion !== undefined);
  if (maps.length === 0) return undefined;
  const spread = (key: keyof MapFidelity): Spread => {
    const values = maps.map((m) => m[key]);
    return { median: quantile(values, 0.5), low: quantile(values, 0.05) };
  };
  const pair = (key: 'insertion' | 'deletion'): Pair => {
    const mean = (k: keyof Pair) => perturbed.reduce((sum, p) => sum + p[key]![k], 0) / perturbed.length;
    return { fixed: mean('fixed'), float: mean('float') };
  };
  return {
    target,
    maps: maps.length,
    zeroMaps: each.length - maps.length,
    pearson: spread('pearson'),
    spearman: spread('spearman'),
    iou: spread('iou'),
    ...(perturbed.length === 0
      ? {}
      : {
          perturbation: {
            pictures: perturbed.length,
            insertion: pair('insertion'),
            deletion: pair('deletion'),
          },
        }),
  };
}
