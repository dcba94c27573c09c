import type { Diagnostic } from '../../diagnostics.ts';
import type { Graph } from '../../graph/ir.ts';
import type { ImportedQuantisation, ImportedScale } from '../import/imported.ts';
import type { Phase } from '../network.ts';
import {
  factorOf,
  reduction,
  takesResidual,
  unitGeometry,
  type PlanTensor,
  type RealWeights,
  type Stage,
  type Clip,
  type StageSum,
  type View,
} from './stage.ts';

/** A stage still open for fusion: its result is not stored yet. */
type OpenStage = { -readonly [K in keyof Stage]: Stage[K] } & { nodes: string[]; inner: Stage['inner'] };

/** A stage after its activation takes nothing more in, and a maximum pool nothing at all. */
function isClosed({ clip, mask, activation, slope, sum }: OpenStage): boolean {
  return (
    clip !== undefined ||
    mask !== undefined ||
    activation !== undefined ||
    slope !== undefined ||
    sum.kind === 'maxPool'
  );
}

/**
 * Builds a list of fused stages from nodes given in topological order. A stage stays open while its result has a
 * single reader, so that the reader can be fused into it.
 */
export class StageBuilder {
  readonly tensors = new Map<string, PlanTensor>();
  readonly weights: Map<string, RealWeights>;
  readonly diagnostics: Diagnostic[] = [];
  /** Tensors that are stored as channels of another tensor; that one is itself no view. */
  readonly views = new Map<string, View>();
  private readonly aliases = new Map<string, string>();
  private stages: OpenStage[] = [];
  private readonly late: OpenStage[] = [];
  private readonly producers = new Map<string, OpenStage>();

  /** `uses` counts the readers of each tensor among the nodes to be built (an alias and its source share theirs). */
  constructor(
    readonly graph: Graph,
    readonly phase: Phase,
    private readonly uses: ReadonlyMap<string, number>,
    weights = new Map<string, RealWeights>(),
    /** The scales of a model that came quantised. */
    private readonly imported?: ImportedQuantisation,
  ) {
    this.weights = weights;
  }

  /** The stored tensor behind a name (a Flatten is only another name). */
  resolve(tensor: string): string {
    return this.aliases.get(tensor) ?? tensor;
  }

  alias(tensor: string, source: string): void {
    this.aliases.set(tensor, this.resolve(source));
  }

  /** Keeps weights, with the scales that `initializer` came with. */
  addWeights(weights: RealWeights, initializer: string): void {
    const found = this.imported?.weights.get(initializer);
    const scale =
      found && Array.from({ length: weights.shape[0] }, (_, o) => found[found.length === 1 ? 0 : o]!);
    this.weights.set(weights.name, scale ? { ...weights, scale } : weights);
  }

  /** The zero point that a tensor came with; undefined where its scale is chosen here. */
  givenZeroPoint(tensor: string): number | undefined {
    return this.imported?.activations.get(tensor)?.zeroPoint;
  }

  /** Shape of a tensor as channels, height, width. */
  describe(tensor: string): PlanTensor {
    const known = this.tensors.get(tensor);
    if (known) return known;
    const shape = this.graph.values.get(tensor)?.shape ?? [];
    const [, channels = 1, height = 1, width = 1] = shape;
    const described = { name: tensor, channels, height, width };
    this.tensors.set(tensor, described);
    return described;
  }

  push(
    node: { name: string; op: string },
    sum: StageSum,
    output: string,
    factor = 1,
    regions?: Stage['regions'],
  ): void {
    const stage: OpenStage = {
      name: node.name,
      op: node.op,
      nodes: [node.name],
      phase: this.phase,
      sum,
      factor,
      ...(regions ? { regions } : {}),
      output,
      inner: [],
    };
    this.describe(output);
    this.stages.push(stage);
    this.producers.set(output, stage);
  }

  /** The stage that computes a tensor, if nobody but the caller reads it and nothing has closed it. */
  open(tensor: string): OpenStage | undefined {
    const stage = this.producers.get(this.resolve(tensor));
    if (!stage || this.uses.get(tensor) !== 1 || stage.output !== tensor) return undefined;
    // A model that came quantised rounds here: a fused sum would not, and give other answers.
    if (this.imported?.activations.has(tensor)) return undefined;
    return isClosed(stage) ? undefined : stage;
  }

  /** The same for a reader that only clamps: where it keeps the scale, rounding before or after is all one. */
  private openForClamp(tensor: string, output: string): OpenStage | undefined {
    const [before, after] = [tensor, output].map((t) => this.imported?.activations.get(t));
    const keeps = before && after && before.scale === after.scale && before.zeroPoint === after.zeroPoint;
    if (!keeps) return this.open(tensor);
    const stage = this.producers.get(this.resolve(tensor));
    const single = this.uses.get(tensor) === 1 && stage?.output === tensor && !isClosed(stage);
    return single ? stage : undefined;
  }

  /** Sum of two tensors: in the output stage of the longer sum of products where one is open, else as a copy. */
  add(node: { name: string; op: string }, a: string, b: string, output: string): void {
    const candidates = [a, b]
      .map((name, i) => ({ stage: this.open(name), other: [b, a][i]! }))
      .filter(({ stage }) => stage?.residual === undefined && stage && takesResidual(stage.sum) && a !== b)
      .sort((x, y) => reduction(y.stage!.sum, this.weights) - reduction(x.stage!.sum, this.weights));
    const best = candidates[0];
    if (best) {
      this.fuse(best.stage!, node, output, { tensor: best.stage!.output, residual: false });
      best.stage!.residual = this.resolve(best.other);
      return;
    }
    this.push(node, { kind: 'windowSum', input: this.resolve(a), geometry: unitGeometry }, output);
    this.producers.get(output)!.residual = this.resolve(b);
  }

  /** Puts one more node into an open stage, which moves to the end of the order. */
  fuse(
    stage: OpenStage,
    node: { name: string; op: string },
    output: string,
    inner?: Stage['inner'][number],
  ): void {
    if (inner) stage.inner = [...stage.inner, inner];
    stage.op = `${stage.op}+${node.op}`;
    stage.nodes.push(node.name);
    this.producers.delete(stage.output);
    const before = this.describe(stage.output);
    stage.output = output;
    // An element-wise operator after a Flatten keeps the planes that are stored.
    if (this.graph.values.get(output)?.shape.length === 2)
      this.tensors.set(output, { ...before, name: output });
    this.describe(output);
    this.producers.set(output, stage);
    this.stages = [...this.stages.filter((s) => s !== stage), stage];
  }

  /** Another name for the same elements (Reshape): the open stage's new name, or an alias. */
  rename(node: { name: string; op: string }, tensor: string, output: string): void {
    const open = this.open(tensor);
    if (!open) return this.alias(output, tensor);
    const { op } = open;
    this.fuse(open, node, output);
    open.op = op;
  }

  /** The open stage of a tensor, or a copy of the tensor: something that can be given a ReLU or mask. */
  openOrCopy(node: { name: string; op: string }, tensor: string, output: string): OpenStage {
    return this.openForClamp(tensor, output) ?? this.copy(node, tensor);
  }

  /** Clamps a tensor: in the open stage that computes it, else in a copy. */
  clip(node: { name: string; op: string }, tensor: string, output: string, bounds: Clip): void {
    const stage = this.openOrCopy(node, tensor, output);
    this.fuse(stage, node, output, { tensor, residual: stage.residual !== undefined });
    stage.clip = bounds;
  }

  /** True for a tensor that a stage writes or that is put together by views. */
  isStored(tensor: string): boolean {
    return this.producers.has(tensor) || this.joined.has(tensor);
  }

  private readonly joined = new Set<string>();

  /** Tensors put together by views. */
  get joins(): ReadonlySet<string> {
    return this.joined;
  }

  /**
   * Puts tensors side by side along the channels. Nothing is moved: each becomes a view of the result, so that its
   * producer writes there and its other readers read there. One that is a view already gets a copy.
   */
  concat(node: { name: string; op: string }, inputs: readonly string[], output: string): void {
    let channel = 0;
    for (const input of inputs) {
      const source = this.resolve(input);
      const { channels } = this.describe(source);
      const keeps = sameScale(this.imported?.activations.get(source), this.imported?.activations.get(output));
      // A maximum keeps the scale of what it is taken of; the parts of the result share one.
      const isMaximum = this.producers.get(source)?.sum.kind === 'maxPool';
      const free = this.isStored(source) && !this.views.has(source) && keeps && !isMaximum;
      const part = free ? source : this.copy({ ...node, name: `${node.name}/${channel}` }, source).output;
      for (const [name, view] of this.views) {
        if (view.of === part) this.views.set(name, { of: output, channel: channel + view.channel });
      }
      this.views.set(part, { of: output, channel });
      channel += channels;
    }
    this.describe(output);
    this.joined.add(output);
  }

  /** A range of a tensor's channels, read where it is. */
  slice(tensor: string, channel: number, output: string): void {
    const source = this.resolve(tensor);
    const within = this.views.get(source) ?? { of: source, channel: 0 };
    this.describe(output);
    this.views.set(output, { of: within.of, channel: within.channel + channel });
  }

  /** A stage that copies a tensor. */
  copy(node: { name: string; op: string }, tensor: string): OpenStage {
    const copy = `${tensor}#${node.name}`;
    const source = this.resolve(tensor);
    this.tensors.set(copy, { ...this.describe(source), name: copy });
    this.push(
      { name: node.name, op: 'Copy' },
      { kind: 'windowSum', input: source, geometry: unitGeometry },
      copy,
    );
    return this.producers.get(copy)!;
  }

  /** The centred copy of a tensor, computed once: the factor of a product. */
  factor(node: { name: string }, tensor: string): string {
    return this.centredIn(this.stages, this.phase, node, tensor);
  }

  /** The same for the gradient, which may need it where inference does not: the copy is then made after inference. */
  lateFactor(node: { name: string }, tensor: string): string {
    return this.centredIn(this.late, 'gradient', node, tensor);
  }

  private centredIn(stages: OpenStage[], phase: Phase, node: { name: string }, tensor: string): string {
    const source = this.resolve(tensor);
    const copy = factorOf(source);
    if (this.tensors.has(copy)) return copy;
    this.tensors.set(copy, { ...this.describe(source), name: copy });
    stages.push({
      name: `${node.name}/${copy}`,
      op: 'Copy',
      nodes: [],
      phase,
      sum: { kind: 'windowSum', input: source, geometry: unitGeometry },
      factor: 1,
      centred: true,
      output: copy,
      inner: [],
    });
    return copy;
  }

  /** Copies of inference tensors that only the gradient reads. */
  get lateStages(): readonly Stage[] {
    return this.late;
  }

  finish(): readonly Stage[] {
    return this.stages;
  }
}

function sameScale(a: ImportedScale | undefined, b: ImportedScale | undefined): boolean {
  return a?.scale === b?.scale && a?.zeroPoint === b?.zeroPoint;
}
