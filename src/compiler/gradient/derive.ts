/** The derivation: a simplified graph in, the static GradCAM model out. */
import { type ClassChoice, checkClass } from '../class-choice.ts';
import { diagnostic, fail, type Diagnostic } from '../diagnostics.ts';
import type { Graph } from '../graph/ir.ts';
import { emptyNotes, type PassNotes } from '../graph/pass.ts';
import { beginDerivation, finishDerivation } from './derivation.ts';
import type { Emitter } from './emitter.ts';
import { natureOf } from './gradient.ts';
import { methodNames, methods, type Method, type MethodName, type MethodResult } from './methods.ts';
import { findScores, type Scores } from './scores.ts';
import { checkTargets, defaultTarget, pathsTo, resolveTarget, type Paths, type Served } from './target.ts';

export interface DeriveOptions {
  /** Tensor, node or module names; by default the deepest activation with more than one position. */
  readonly targets?: readonly string[];
  /** The tensor that holds the class scores. */
  readonly score?: string;
  /** The class explained where none is given at run time. */
  readonly class?: ClassChoice;
  /** Default GradCAM. */
  readonly method?: MethodName;
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

/** A target of any method. */
export type MethodTarget = Omit<StaticTarget, 'alpha'> & Pick<MethodResult, 'alpha' | 'attribution'>;

/** A static model of any method. */
export interface StaticModel extends Omit<StaticGradCam, 'targets'> {
  readonly targets: readonly MethodTarget[];
}

export interface StaticGradCam {
  readonly method: MethodName;
  /** Forward, gradient and map nodes, in standard and `camber` operators. */
  readonly graph: Graph;
  /** How many of its nodes, from the first, are the forward pass; the others explain. */
  readonly forwardNodes: number;
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
 * Derives a method's static model analytically, for every target at once. The graph must come from `simplify`.
 * Throws a CompileError with CAM202..CAM206 or CAM208.
 */
export function deriveStaticModel(graph: Graph, options: DeriveOptions = {}): StaticModel {
  const name = options.method ?? 'gradcam';
  const method = methodOf(name);
  const { scores, paths } = explainable(graph, options.score);
  const served = method.ofInput ? [imageInput(graph, paths)] : chosenTargets(graph, paths, name, options);
  checkTargets(
    graph,
    paths,
    served.map((s) => s.tensor),
  );
  const { class: wanted = 'argmax' } = options;
  const classDefault = wanted === 'argmax' ? -1 : checkClass(wanted, scores.classes);
  const derivation = beginDerivation(graph, scores, paths, method.overrides);
  const { emitter, walk, classIndex, classInput } = derivation;

  const diagnostics: Diagnostic[] = [];
  const drafts = served.map(({ tensor, requested, folded }): MethodTarget => {
    const { map, alpha, attribution, gradient } = method.build(derivation, tensor, folded);
    const [, channels, height, width] = emitter.shape(tensor) as [number, number, number, number];
    const { pushed, stops } = name === 'gradcam' ? walk.meanReport(tensor) : { pushed: false, stops: [] };
    const why = stops.map((n) => `${n.name} (${n.op})`).join(', ');
    if (name === 'gradcam' && !pushed) diagnostics.push(notPushable(tensor, why));
    return {
      ...{
        tensor,
        requested,
        channels,
        height,
        width,
        map,
        meanPushed: pushed,
        gradient: natureOf(gradient),
      },
      ...(alpha === undefined ? {} : { alpha }),
      ...(attribution === undefined ? {} : { attribution }),
      ...(why === '' ? {} : { why }),
    };
  });
  const published = new Map<string, string>();
  const targets = drafts.map((t) =>
    t.alpha === undefined ? t : { ...t, alpha: publish(emitter, published, t.alpha) },
  );
  const outputs = targets.flatMap((t) => [t.map, t.alpha ?? '', t.attribution ?? ''].filter((o) => o !== ''));
  return {
    graph: finishDerivation(derivation, [...outputs, classIndex], classDefault),
    forwardNodes: graph.nodes.length,
    method: name,
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

function methodOf(name: string): Method {
  if (Object.hasOwn(methods, name)) return methods[name as MethodName];
  return fail('CAM208', `There is no method ${name}`, `Choose one of ${methodNames.join(', ')}.`);
}

/** GradCAM (Selvaraju et al. 2017): alpha_k = mean over H, W of dz_c/dA_k, L = ReLU(sum_k alpha_k A_k). */
export function deriveGradCam(graph: Graph, options: Omit<DeriveOptions, 'method'> = {}): StaticGradCam {
  return deriveStaticModel(graph, { ...options, method: 'gradcam' }) as StaticGradCam;
}

interface Chosen extends Served {
  readonly requested: string;
}

function chosenTargets(graph: Graph, paths: Paths, method: MethodName, options: DeriveOptions): Chosen[] {
  const requested = options.targets?.length ? options.targets : [defaultTarget(graph, paths)];
  return requested.map((name) => {
    const served = { requested: name, ...resolveTarget(graph, paths, name, options.notes ?? emptyNotes()) };
    if (served.folded && method !== 'gradcam') {
      fail(
        'CAM203',
        `Target ${name} was folded into ${served.tensor}`,
        'Only GradCAM serves a target before a folded batch norm: simplify without folding.',
        { tensor: name },
      );
    }
    return served;
  });
}

/** The image a method of the input explains. */
function imageInput(graph: Graph, paths: Paths): Chosen {
  const input = graph.inputs.find((i) => i.shape.length === 4 && paths.reaches(i.name));
  if (input) return { tensor: input.name, requested: input.name };
  return fail('CAM107', 'The model has no image input [1, C, H, W]', 'Saliency methods need one.');
}

/** Gives alpha its public name: the tensor is renamed where a node here makes it and no earlier target took it, else copied. */
function publish(e: Emitter, published: Map<string, string>, tensor: string): string {
  const wanted = e.fresh('alpha');
  const earlier = published.get(tensor);
  const made = e.nodes.some((n) => n.outputs[0] === tensor);
  if (earlier === undefined && made) {
    e.rename(tensor, wanted);
    published.set(tensor, wanted);
    return wanted;
  }
  const source = earlier ?? tensor;
  return e.emit('Identity', [source], { shape: e.shape(source), output: wanted });
}

function notPushable(tensor: string, why: string): Diagnostic {
  return diagnostic(
    'CAM207',
    `Mean not pushable for target ${tensor}: it stops at ${why}`,
    'The gradient is computed at the full size of the target; a target after the non-linearity costs less.',
    { tensor },
  );
}
