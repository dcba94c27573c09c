/** Targets: which activations a map can be taken on, the default one, and how names given by the user find theirs. */
import { CompileError, diagnostic, fail, type Diagnostic } from '../diagnostics.ts';
import type { Graph, Node } from '../graph/ir.ts';
import type { FoldedBatchNorm, PassNotes } from '../graph/pass.ts';
import { nearest } from '../names.ts';
import type { NodeFacts } from './rule.ts';
import { ruleOf } from './rules/index.ts';
import { sizeOf, type Shape } from './shape.ts';

/** An obstacle between a tensor and the scores. */
export interface Obstacle {
  readonly node: Node;
  readonly reason: string;
}

/** What the structure of the graph says about every tensor's way to the scores. */
export interface Paths {
  /** True where some path leads from the tensor to the scores. */
  reaches(tensor: string): boolean;
  /** True where gradient passes back through the node. */
  carries(node: Node): boolean;
  /** True where a tensor does not depend on any graph input. */
  fixed(tensor: string): boolean;
  /** Every node without a usable rule on the tensor's paths to the scores. */
  obstacles(tensor: string): readonly Obstacle[];
}

/** 4-D activations [1, K, H, W] computed on the way to the scores, in graph order. */
export function targetsOf(graph: Graph, paths: Paths): string[] {
  const is4d = (shape: Shape | undefined) => shape?.length === 4 && shape[0] === 1;
  return graph.nodes
    .flatMap((n) => n.outputs)
    .filter((t) => t !== '' && is4d(graph.values.get(t)?.shape) && paths.reaches(t));
}

export function pathsTo(graph: Graph, scores: string): Paths {
  const reached = new Set([scores]);
  const inTheWay = new Map<string, ReadonlySet<Obstacle>>();
  const obstacleOf = new Map<string, Obstacle>();
  const carriers = new Set<Node>();
  const constants = constantTensors(graph);
  const fixed = (tensor: string) => constants.has(tensor);
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((o) => reached.has(o))) continue;
    if (ruleOf(node)?.flat?.(factsOf(graph, node, fixed))) continue;
    carriers.add(node);
    if (node.outputs.includes(scores)) {
      inTheWay.set(scores, new Set());
    }
    const behind = new Set(node.outputs.flatMap((o) => [...(inTheWay.get(o) ?? [])]));
    node.inputs.forEach((tensor, input) => {
      if (tensor === '' || fixed(tensor)) return;
      reached.add(tensor);
      const obstacle =
        tensor === scores ? undefined : obstacleAt(factsOf(graph, node, fixed), input, obstacleOf);
      const all = new Set([...(inTheWay.get(tensor) ?? []), ...behind, ...(obstacle ? [obstacle] : [])]);
      inTheWay.set(tensor, all);
    });
  }
  return {
    carries: (node) => carriers.has(node),
    fixed,
    reaches: (t) => reached.has(t),
    obstacles: (t) => [...(inTheWay.get(t) ?? [])],
  };
}

function obstacleAt(facts: NodeFacts, input: number, known: Map<string, Obstacle>): Obstacle | undefined {
  const { node } = facts;
  const rule = ruleOf(node);
  const reason = rule ? rule.refuses?.(facts, input) : 'no gradient rule';
  if (reason === undefined) return undefined;
  const key = `${node.name} ${reason}`;
  const obstacle = known.get(key) ?? { node, reason };
  known.set(key, obstacle);
  return obstacle;
}

/** Initializers, and what is computed from them alone. */
function constantTensors(graph: Graph): Set<string> {
  const constants = new Set(graph.initializers.keys());
  for (const input of graph.inputs) constants.delete(input.name);
  for (const node of graph.nodes) {
    if (node.inputs.every((i) => i === '' || constants.has(i))) node.outputs.forEach((o) => constants.add(o));
  }
  return constants;
}

function factsOf(graph: Graph, node: Node, fixed: (tensor: string) => boolean): NodeFacts {
  const shape = (tensor: string) =>
    graph.values.get(tensor)?.shape ?? graph.initializers.get(tensor)?.shape ?? [];
  return {
    graph,
    node,
    shape: (i) => shape(node.inputs[i]!),
    outputShape: (i = 0) => shape(node.outputs[i]!),
    constant: (i) => (node.inputs[i] ? graph.initializers.get(node.inputs[i]) : undefined),
    fixed: (i) => node.inputs[i] === undefined || fixed(node.inputs[i]),
  };
}

/** The deepest tensor with H*W > 1 on the way to the scores; depth is the longest path from an input. */
export function defaultTarget(graph: Graph, paths: Paths): string {
  const depth = new Map<string, number>();
  let best: { tensor: string; depth: number } | undefined;
  const candidates = new Set(targetsOf(graph, paths));
  for (const node of graph.nodes) {
    const d = 1 + Math.max(0, ...node.inputs.map((t) => depth.get(t) ?? 0));
    for (const tensor of node.outputs) {
      depth.set(tensor, d);
      const shape = graph.values.get(tensor)?.shape;
      if (candidates.has(tensor) && shape![2]! * shape![3]! > 1 && d >= (best?.depth ?? 0))
        best = { tensor, depth: d };
    }
  }
  if (best) return best.tensor;
  return fail(
    'CAM206',
    'The model has no 4-D activation with more than one position on the way to its class scores',
    'GradCAM needs a convolutional network: check the class scores with --score.',
  );
}

/**
 * Finds a target by tensor name, node name, or module path (`layer4.1`: the last activation inside that module).
 * A tensor that `simplify` removed is found under the name of the one that has its values.
 */
export function resolveTarget(
  graph: Graph,
  paths: Paths,
  wanted: string,
  notes: Readonly<PassNotes>,
): Served {
  const folded = notes.foldedBatchNorms.find((f) => f.convOutput === wanted);
  const name = folded?.bnOutput ?? notes.aliases.get(wanted) ?? wanted;
  const pad = notes.mergedPads.find(({ pad, output }) => output === wanted || pad === wanted);
  if (pad && !targetsOf(graph, paths).includes(pad.output)) {
    fail(
      'CAM203',
      `Tensor ${pad.output} is no target: the Pad ${pad.pad} that makes it has become the padding of ${pad.reader}`,
      targetsOf(graph, paths).includes(pad.input)
        ? `Choose ${pad.input}, which has the same values without the margin.`
        : `It pads the image: choose an activation from ${pad.reader} on.`,
      { node: pad.pad, tensor: pad.output },
    );
  }
  return { tensor: findTarget(graph, paths, name), ...(folded ? { folded } : {}) };
}

export interface Served {
  /** The tensor of the graph on which the map is taken. */
  readonly tensor: string;
  /** Where the target itself was folded away: tensor = scale * target + shift. */
  readonly folded?: FoldedBatchNorm;
}

function findTarget(graph: Graph, paths: Paths, name: string): string {
  const targets = targetsOf(graph, paths);
  const candidates = new Set(targets);
  if (candidates.has(name)) return name;
  const ofNode = graph.nodes.find((n) => n.name === name)?.outputs.find((o) => candidates.has(o));
  if (ofNode) return ofNode;
  const inside = graph.nodes
    .filter((n) => n.name.split('/').includes(name))
    .flatMap((n) => n.outputs)
    .filter((o) => candidates.has(o));
  if (inside.length > 0) return inside[inside.length - 1]!;
  const value = graph.values.get(name);
  if (value) {
    const what =
      value.shape.length === 4
        ? 'does not lead to the class scores'
        : `has shape [${value.shape.join(', ')}], not [1, K, H, W]`;
    return fail(
      'CAM203',
      `Tensor ${name} ${what}`,
      'Choose a 4-D activation on the way to the class scores.',
      { tensor: name },
    );
  }
  const near = nearest(name, [
    ...targets,
    ...graph.nodes.filter((n) => n.outputs.some((o) => candidates.has(o))).map((n) => n.name),
  ]);
  return fail(
    'CAM203',
    `The model has no layer or tensor named ${name}`,
    near.length > 0
      ? `Did you mean ${near.join(', ')}?`
      : 'camber inspect lists the layers that can be a target.',
  );
}

/** Throws unless every target can be differentiated; each obstacle is named once, with the targets that remain. */
export function checkTargets(graph: Graph, paths: Paths, targets: readonly string[]): void {
  const obstacles = new Map<Obstacle, string>();
  for (const target of targets)
    for (const o of paths.obstacles(target)) if (!obstacles.has(o)) obstacles.set(o, target);
  if (obstacles.size === 0) return;
  const free = targetsOf(graph, paths).filter((t) => paths.obstacles(t).length === 0);
  const planes = free.filter((t) => sizeOf(graph.values.get(t)!.shape.slice(2)) > 1);
  const open = planes.length > 0 ? planes : free;
  const shown = open.slice(-5).reverse().join(', ');
  const hint =
    open.length === 0
      ? 'No target can be explained in this model.'
      : `${open.length} ${open.length === 1 ? 'target remains' : 'targets remain'} possible, the deepest: ${shown}.`;
  const problems: Diagnostic[] = [...obstacles].map(([{ node, reason }, target]) =>
    diagnostic(
      'CAM202',
      `Cannot differentiate ${node.op} between target ${target} and the class scores: ${reason}`,
      hint,
      { node: node.name },
    ),
  );
  throw new CompileError(problems);
}
