/** The derivation: a simplified graph in, the static GradCAM model out. */
import { diagnostic, fail, type Diagnostic } from '../diagnostics.ts';
import { makeAttribute } from '../graph/attributes.ts';
import type { Graph, Tensor } from '../graph/ir.ts';
import { emptyNotes, type PassNotes } from '../graph/pass.ts';
import { isFloat } from '../graph/tensor.ts';
import { Algebra, constant } from './algebra.ts';
import { Emitter } from './emitter.ts';
import { natureOf, type ConstantGradient, type Gradient } from './gradient.ts';
import { camberDomain } from './operators.ts';
import { ruleOf } from './rules/index.ts';
import { findScores, type Scores } from './scores.ts';
import { checkTargets, defaultTarget, pathsTo, resolveTarget, type Paths } from './target.ts';
import { ReverseWalk, usesOf } from './walk.ts';

export interface DeriveOptions {
  /** Tensor, node or module names; by default the deepest activation with more than one position. */
  readonly targets?: readonly string[];
  /** The tensor that holds the class scores. */
  readonly score?: string;
  /** The class explained where none is given at run time. */
  readonly class?: number | 'argmax';
  /** What `simplify` left on record, so that targets can be named that it removed. */
  readonly notes?: Readonly<PassNotes>;
}

export type GradientKind = 'constant' | 'masked' | 'general';

export interface StaticTarget {
  /** The activation A the map is taken on. */
  readonly tensor: string;
  /** What the user called it, or `tensor`. */
  readonly requested: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** What dz_c/dA depends on: the class alone, mask bits of the image too, or its activations. */
  readonly gradient: GradientKind;
  /** Name of alpha, [1, K]. */
  readonly alpha: string;
  /** Name of the raw map L, [1, 1, H, W]. */
  readonly map: string;
  /** False where the gradient is computed at the target's full size before its mean is taken. */
  readonly meanPushed: boolean;
  /** The nodes at which the mean could not be pushed further, in words. */
  readonly why?: string;
}

export interface StaticGradCam {
  /** Forward, gradient and map nodes, in standard and `camber` operators. */
  readonly graph: Graph;
  readonly targets: readonly StaticTarget[];
  readonly scores: string;
  readonly probability?: string;
  readonly classes: number;
  readonly singleLogit: boolean;
  /** int64 [1], the class explained. */
  readonly classIndex: string;
  /** The optional graph input, int64 [1]; -1 means argmax. */
  readonly classInput: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** The class scores and every tensor's way to them: what can be explained, before anything is derived. */
export function explainable(graph: Graph, score?: string): { scores: Scores; paths: Paths } {
  const scores = findScores(graph, score);
  return { scores, paths: pathsTo(graph, scores.tensor) };
}

/**
 * Derives GradCAM analytically (Selvaraju et al. 2017): alpha_k = mean over H, W of dz_c/dA_k,
 * L = ReLU(sum_k alpha_k A_k), for every target at once. The graph must come from `simplify`.
 * Throws a CompileError with CAM202..CAM206.
 */
export function deriveGradCam(graph: Graph, options: DeriveOptions = {}): StaticGradCam {
  const { scores, paths } = explainable(graph, options.score);
  const notes = options.notes ?? emptyNotes();
  const requested = options.targets?.length ? options.targets : [defaultTarget(graph, paths)];
  const served = requested.map((name) => resolveTarget(graph, paths, name, notes));
  checkTargets(
    graph,
    paths,
    served.map((s) => s.tensor),
  );
  const classDefault = checkClass(options.class ?? 'argmax', scores.classes);

  const floatType = graph.values.get(scores.tensor)!.dtype;
  if (!isFloat(floatType))
    fail(
      'CAM204',
      `The class scores ${scores.tensor} are of type ${floatType}`,
      'Choose a floating-point tensor with --score.',
    );
  const e = new Emitter(graph, floatType as 'float32');
  const classInput = e.fresh('class');
  e.describe(classInput, 'int64', [1]);
  const classIndex = e.emit('SelectClass', [scores.tensor, classInput], {
    shape: [1],
    dtype: 'int64',
    domain: camberDomain,
    attributes: { single_logit: makeAttribute.int(scores.singleLogit ? 1 : 0) },
    output: e.fresh('class_index'),
  });
  const algebra = new Algebra(e, classIndex, scores.classes);
  const walk = new ReverseWalk(graph, algebra, (n) => ruleOf(n)!, usesOf(graph), paths.reaches);
  walk.seed(scores.tensor, seedGradient(scores, graph));

  const diagnostics: Diagnostic[] = [];
  const drafts = served.map(({ tensor, folded }, i) => {
    const [, channels, height, width] = graph.values.get(tensor)!.shape as [number, number, number, number];
    const mean = walk.mean(tensor, channels);
    e.scope = 'gradcam';
    const alpha = algebra.tensor(mean);
    const shift = folded && e.floats(`${tensor}/shift`, [channels], folded.shift);
    const map = e.emit('HeatMap', [alpha, tensor, ...(shift ? [shift] : [])], {
      shape: [1, 1, height, width],
      dtype: 'float32',
      domain: camberDomain,
      output: e.fresh('heatmap'),
    });
    const { pushed, stops } = walk.meanReport(tensor);
    const why = stops.map((n) => `${n.name} (${n.op})`).join(', ');
    if (!pushed) diagnostics.push(notPushable(tensor, why));
    const draft: StaticTarget = {
      tensor,
      requested: requested[i]!,
      channels,
      height,
      width,
      gradient: natureOf(mean),
      alpha: folded ? unfoldedAlpha(e, algebra, mean, folded.scale) : alpha,
      map,
      meanPushed: pushed,
      ...(why ? { why } : {}),
    };
    return draft;
  });
  const targets = drafts.map((t, i) => ({
    ...t,
    alpha: publish(e, drafts.findIndex((d) => d.alpha === t.alpha) === i, t.alpha),
  }));
  const initial: Tensor = { dtype: 'int64', shape: [1], data: BigInt64Array.of(BigInt(classDefault)) };
  const finished = e.finish([...targets.flatMap((t) => [t.map, t.alpha]), classIndex]);
  return {
    graph: {
      ...finished,
      inputs: [...graph.inputs, { name: classInput, dtype: 'int64', shape: [1] }],
      initializers: new Map([...finished.initializers, [classInput, initial]]),
    },
    targets,
    scores: scores.tensor,
    ...(scores.probability === undefined ? {} : { probability: scores.probability }),
    classes: scores.classes,
    singleLogit: scores.singleLogit,
    classIndex,
    classInput,
    diagnostics,
  };
}

/** -1 for argmax. */
function checkClass(wanted: number | 'argmax', classes: number): number {
  if (wanted === 'argmax') return -1;
  if (Number.isInteger(wanted) && wanted >= 0 && wanted < classes) return wanted;
  return fail(
    'CAM205',
    `Class ${wanted} is out of range: the model has ${classes} classes`,
    `Choose a class from 0 to ${classes - 1}, or argmax.`,
  );
}

/** dz_c/dz: one-hot rows; for a single logit z, class 1 is z and class 0 is -z. */
function seedGradient(scores: Scores, graph: Graph): Gradient {
  const shape = graph.values.get(scores.tensor)!.shape;
  if (scores.singleLogit)
    return constant(shape, { shape: [2, ...shape.slice(1)], data: Float64Array.of(-1, 1) });
  const seed: ConstantGradient = {
    kind: 'constant',
    shape,
    stored: shape,
    rows: { kind: 'identity', classes: scores.classes },
    scale: 1,
  };
  return seed;
}

/** The target was folded away as A' = s A + b: its alpha is s times that of A'. */
function unfoldedAlpha(e: Emitter, algebra: Algebra, mean: Gradient, scale: Float32Array): string {
  return algebra.tensor(algebra.times(mean, e.floats('gradcam/scale', [1, scale.length], scale)));
}

/** Gives alpha its public name: the tensor is renamed where a node here makes it for this target alone, else copied. */
function publish(e: Emitter, first: boolean, tensor: string): string {
  const made = e.nodes.some((n) => n.outputs[0] === tensor);
  const wanted = e.fresh('alpha');
  if (!made || !first) return e.emit('Identity', [tensor], { shape: e.shape(tensor), output: wanted });
  e.rename(tensor, wanted);
  return wanted;
}

function notPushable(tensor: string, why: string): Diagnostic {
  return diagnostic(
    'CAM207',
    `Mean not pushable for target ${tensor}: it stops at ${why}`,
    'The gradient is computed at the full size of the target; a target after the non-linearity costs less.',
    { tensor },
  );
}
