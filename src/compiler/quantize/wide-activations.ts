/**
 * Activations with 16 bits, where 8 are too coarse. A product with such an activation takes two array slots, and the
 * tensor twice the memory.
 */
import { CompileError, diagnostic, fail } from '../diagnostics.ts';
import { nearest } from '../names.ts';
import type { TensorStatistics } from './calibration.ts';
import type { QuantiseOptions } from './options.ts';
import type { RealWeights, Stage } from './plan/stage.ts';
import { clipMagnitude, type RangeMethod } from './ranges.ts';
import { int16Limit } from './semantics.ts';
import { int32Limit } from './lower/proof.ts';
import { outputLoads, quantiseWeights, roundWeights } from './weights.ts';

/**
 * The rule of `auto`: a tensor is kept in 16 bits where rounding to 8 leaves its median channel with a
 * signal-to-noise ratio below this, in decibels ...
 */
export const autoDecibels = 30;
/** ... the worst first, and no more than this share of the inference's layers. */
const autoShare = 0.25;

/** What the choice depends on. */
export interface WideSource {
  readonly stages: readonly Stage[];
  readonly weights: ReadonlyMap<string, RealWeights>;
  readonly activations: ReadonlyMap<string, TensorStatistics>;
  readonly options: Pick<QuantiseOptions, 'rangeMethod' | 'wideActivations'>;
  /** Tensors whose storage is settled: scores, image, imported scales, pools kept exact, the map's activation. */
  readonly settled: ReadonlyMap<string, string>;
}

/**
 * The tensors to be stored with 16 bits, each with the largest magnitude for which every sum that reads it is proven
 * to stay inside int32.
 *
 * @throws CompileError CAM406 with every named layer that cannot have them.
 */
export function wideActivations(source: WideSource): ReadonlyMap<string, number> {
  const { wideActivations: wanted } = source.options;
  if (wanted === 'none') return new Map();
  const tensors = wanted === 'auto' ? automatic(source) : named(source, wanted);
  return new Map(tensors.map((tensor) => [tensor, wideLimit(tensor, source.stages, source.weights)]));
}

/** Signal-to-noise ratio of the median live channel of a tensor after rounding to `steps` steps, in decibels. */
export function roundingNoise(statistics: TensorStatistics, steps: number, method: RangeMethod): number {
  const noise = (clipMagnitude(statistics, steps, method) / steps) ** 2 / 12;
  const live = Array.from(statistics.meanSquare)
    .filter((power) => power > 0)
    .sort((a, b) => a - b);
  const median = live[Math.floor(live.length / 2)];
  return median === undefined || noise === 0 ? Infinity : 10 * Math.log10(median / noise);
}

function automatic(source: WideSource): string[] {
  const { stages, activations, options } = source;
  const noise = (stage: Stage) => {
    const statistics = activations.get(stage.output);
    return statistics
      ? roundingNoise(statistics, stage.clip?.lower === 0 ? 255 : 127, options.rangeMethod)
      : Infinity;
  };
  return stages
    .filter((stage) => obstacle(stage, source) === undefined)
    .map((stage) => ({ tensor: stage.output, decibels: noise(stage) }))
    .filter(({ decibels }) => decibels < autoDecibels)
    .sort((a, b) => a.decibels - b.decibels)
    .slice(0, Math.ceil(stages.length * autoShare))
    .map(({ tensor }) => tensor);
}

/** The tensors of layers that the user names: by layer, by one of its ONNX nodes, or by tensor. */
function named(source: WideSource, names: readonly string[]): string[] {
  const { stages } = source;
  const problems = [];
  const tensors: string[] = [];
  for (const name of names) {
    const stage = stages.find((s) => s.name === name || s.output === name || s.nodes.includes(name));
    const why = stage ? obstacle(stage, source) : undefined;
    if (stage && why === undefined) {
      tensors.push(stage.output);
      continue;
    }
    const close = nearest(
      name,
      stages.flatMap((s) => [s.name, s.output]),
    );
    problems.push(
      stage
        ? diagnostic(
            'CAM406',
            `Layer "${name}" cannot have 16-bit activations: ${why}.`,
            'Leave it out, or name the layers before it.',
            { node: stage.nodes[0]!, tensor: stage.output },
          )
        : diagnostic(
            'CAM406',
            `There is no layer "${name}" whose activations could have 16 bits.`,
            close.length > 0
              ? `Did you mean ${close.join(', ')}?`
              : 'Give layers as `camber inspect` lists them, or auto.',
          ),
    );
  }
  if (problems.length > 0) throw new CompileError(problems);
  return [...new Set(tensors)];
}

/** Sums that read a tensor plane by plane. */
const planeWise = new Set(['conv', 'windowSum']);

/** Why a stage's result has to have 8 bits; undefined where it need not. */
function obstacle(stage: Stage, { stages, settled }: WideSource): string | undefined {
  const why = settled.get(stage.output);
  if (why !== undefined) return why;
  const givesBytes =
    !planeWise.has(stage.sum.kind) || stage.activation !== undefined || stage.slope !== undefined;
  if (givesBytes) return 'its operator gives 8 bits';
  const reader = stages.find((s) => reads(s, stage.output) && !planeWise.has(s.sum.kind));
  return reader && `layer "${reader.name}" reads 8 bits`;
}

const reads = ({ sum, residual }: Stage, tensor: string) =>
  ('input' in sum && sum.input === tensor) || residual === tensor;

/** The largest magnitude of a 16-bit tensor for which every sum that reads it stays inside int32. */
export function wideLimit(
  tensor: string,
  stages: readonly Stage[],
  weights: ReadonlyMap<string, RealWeights>,
): number {
  const loads = stages.map(({ sum }) => {
    if (!('input' in sum) || sum.input !== tensor) return 0;
    if (sum.kind === 'windowSum') return sum.geometry.kernel[0] * sum.geometry.kernel[1];
    if (sum.kind !== 'conv') return 0;
    const real = weights.get(sum.weights)!;
    // A scale raised for the sake of a bias makes the integers smaller: the bound holds for them too.
    const rounded = real.scale ? roundWeights(real, real.scale, -128) : quantiseWeights(real);
    return Math.max(...outputLoads(rounded));
  });
  const most = Math.max(1, ...loads);
  const limit = Math.min(int16Limit, Math.floor(int32Limit / most));
  if (limit >= 1) return limit;
  return fail(
    'CAM403',
    `A layer that reads "${tensor}" sums more than 32 bits hold.`,
    'Keep this layer at 8 bits.',
    { tensor },
  );
}
