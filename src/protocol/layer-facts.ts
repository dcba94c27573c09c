/**
 * What is said about one layer. The hover of the text view and of the graph are two prints of these rows.
 */
import * as format from './format.ts';
import { shortName } from './short-name.ts';
import type { CompiledView, GradientNeeds, LayerCost, LayerView, ModelView, Source } from './views.ts';

export interface Fact {
  readonly label: string;
  readonly value: string;
  /** Absent for what the model file itself says. */
  readonly source?: Source;
}

export interface LayerFacts {
  readonly title: string;
  readonly subtitle: string;
  readonly facts: readonly Fact[];
  /** One sentence on what the figures stand for, where it needs one. */
  readonly note?: string;
}

const needs: Readonly<Record<GradientNeeds, string>> = {
  nothing: 'nothing',
  mask: 'one mask bit per element',
  winners: 'one byte per window: where its maximum was',
  derivative: "one byte per element: the activation's derivative",
};

const gradientKinds = {
  constant: 'constant: no backward pass',
  masked: 'masked: weights and mask bits only',
  general: 'general: backward pass at run time',
} as const;

/** Finds the compiled layers that carry out an ONNX node, by node name. */
export function costsByNode(compiled: CompiledView | undefined): ReadonlyMap<string, readonly LayerCost[]> {
  const result = new Map<string, LayerCost[]>();
  for (const cost of compiled?.layers ?? []) {
    for (const node of cost.nodes) {
      const costs = result.get(node);
      if (costs) costs.push(cost);
      else result.set(node, [cost]);
    }
  }
  return result;
}

/** The inference layer that carries out a node: the figure drawn on its block. */
export function mainCost(costs: readonly LayerCost[] | undefined): LayerCost | undefined {
  return costs?.find((c) => c.phase === 'inference') ?? costs?.[0];
}

/** A node whose work rides in another node's layer shows no figure of its own: the layer's first node does. */
export function carriesFigure(layer: LayerView, cost: LayerCost): boolean {
  return cost.nodes[0] === layer.id;
}

function timeSpent(cost: LayerCost): string {
  const parts = [
    ['compute', cost.time.compute],
    ['output stage', cost.time.output],
    ['fill and drain', cost.time.fill],
  ] as const;
  return parts
    .filter(([, value]) => value > 0)
    .map(([name, value]) => `${name} ${format.percent(value / cost.cycles)}`)
    .join(', ');
}

function costFacts(cost: LayerCost, compiled: CompiledView): Fact[] {
  const share = format.percent(cost.cycles / compiled.cycles.total);
  const clock = `${format.count(compiled.device.clockMHz)} MHz`;
  const facts: Fact[] = [
    { label: 'Cycles', value: `${format.count(cost.cycles)} (${share} of all)`, source: 'scheduled' },
    {
      label: 'Latency',
      value: `${format.latency(cost.cycles, compiled.device.clockMHz)} at ${clock}`,
      source: 'scheduled',
    },
    { label: 'Starts at', value: `cycle ${format.count(cost.start)}`, source: 'scheduled' },
    { label: 'Time goes to', value: timeSpent(cost), source: 'scheduled' },
    { label: 'MACs', value: format.count(cost.macs) },
    { label: 'Utilisation', value: format.percent(cost.utilization), source: 'scheduled' },
    {
      label: 'Memory',
      value: `${format.bytes(cost.bytesRead)} read, ${format.bytes(cost.bytesWritten)} written`,
      source: 'scheduled',
    },
  ];
  if (cost.phase === 'inference') {
    facts.push({ label: 'Kept for the gradient', value: needs[cost.gradientNeeds] });
  }
  return facts;
}

/** Facts about an ONNX node. `compiled` may be missing (not compiled yet) or stale. */
export function nodeFacts(layer: LayerView, compiled: CompiledView | undefined): LayerFacts {
  const shape = layer.shape === undefined ? 'shape unknown' : format.shape(layer.shape);
  const subtitle = `${layer.op} → ${shape}`;
  const own: Fact[] = [];
  if (layer.parameters > 0) own.push({ label: 'Parameters', value: format.count(layer.parameters) });
  const cost = mainCost(costsByNode(compiled).get(layer.id));
  if (compiled === undefined) {
    if (layer.macs > 0) own.push({ label: 'MACs', value: format.count(layer.macs) });
    return {
      title: layer.id,
      subtitle,
      facts: own,
      note: 'No cycle figures yet: the model is not compiled.',
    };
  }
  if (cost === undefined) {
    return { title: layer.id, subtitle, facts: own, note: 'Folded away at compile time: takes no cycles.' };
  }
  const facts = [...costFacts(cost, compiled), ...own];
  if (layer.outputs.includes(compiled.target.tensor)) {
    facts.push({ label: 'GradCAM target', value: gradientKinds[compiled.target.gradient] });
  }
  return { title: layer.id, subtitle, facts, ...fusionNote(layer, cost) };
}

/** Says whose figures are shown where one layer carries out several nodes. */
function fusionNote(layer: LayerView, cost: LayerCost): { readonly note?: string } {
  if (cost.nodes.length < 2) return {};
  return carriesFigure(layer, cost)
    ? { note: `Carries out ${cost.op} in one go: the figures are of all of it.` }
    : { note: `Rides in ${cost.name} (${cost.op}): the figures are of all of it.` };
}

/** Facts about a layer that stands for no node of the file: gradient and heat map. */
function costOnlyFacts(cost: LayerCost, compiled: CompiledView): LayerFacts {
  return { title: cost.name, subtitle: cost.op, facts: costFacts(cost, compiled) };
}

/** Facts by layer name or node name. */
export function factsFor(
  name: string,
  model: ModelView,
  compiled: CompiledView | undefined,
): LayerFacts | undefined {
  const layer = model.layers.find((l) => l.id === name);
  if (layer) return nodeFacts(layer, compiled);
  const cost = compiled?.layers.find((c) => c.name === name);
  return cost && compiled ? costOnlyFacts(cost, compiled) : undefined;
}

/** The short name of the layer that gives a tensor; the tensor's own name where there is none. */
export function layerOf(tensor: string, model: ModelView | undefined): string {
  const layer = model?.layers.find((l) => l.outputs.includes(tensor));
  return layer ? shortName(layer.id, layer.op) : tensor;
}

/** The one-line summary of header and status bar, part by part. */
export function summary(
  compiled: CompiledView,
  model: ModelView | undefined,
): {
  readonly target: string;
  readonly cycles: string;
  readonly overhead: string;
  readonly latency: string;
  readonly array: string;
  readonly fit: string;
} {
  const { estimated, available, fits } = compiled.resources;
  const used = (key: keyof typeof estimated): string => format.percent(estimated[key] / available[key]);
  return {
    target: `Target ${layerOf(compiled.target.tensor, model)}`,
    cycles: format.cycles(compiled.cycles.inference),
    overhead: `${format.added(compiled.cycles.overhead)} for GradCAM`,
    array: `array ${format.shape([compiled.array.rows, compiled.array.columns])}`,
    latency: `${format.latency(compiled.cycles.total, compiled.device.clockMHz)} at ${format.count(compiled.device.clockMHz)} MHz`,
    fit:
      `${fits ? 'fits' : 'does not fit'} ${compiled.device.part} ` +
      `(LUT ${used('lut')}, DSP ${used('dsp')}, RAM ${used('bram36')})`,
  };
}
