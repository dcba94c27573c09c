/** What the blocks are coloured by, and the figures under them. Pure. */
import { interpolateCividis } from 'd3-scale-chromatic';
import * as format from '../../src/protocol/format.ts';
import { carriesFigure, costsByNode, mainCost } from '../../src/protocol/layer-facts.ts';
import type { CompiledView, Diagnostic, LayerCost, LayerView } from '../../src/protocol/views.ts';
import type { Preferences } from '../../src/protocol/webview.ts';
import { downstream, type Connections, type Item } from './structure.ts';
import { t } from '../shared/text.ts';

export type Metric = NonNullable<Preferences['colour']>;

export interface MetricInfo {
  readonly title: string;
  /** The figure on a block, short. */
  readonly short: (value: number) => string;
  /** What the hidden text adds so that the figure is said in full. */
  readonly unit: string;
  /** Undefined: the layer has no such figure of its own. */
  readonly value: (layer: LayerView, cost: LayerCost | undefined) => number | undefined;
}

const own = (layer: LayerView, cost: LayerCost | undefined): LayerCost | undefined =>
  cost && carriesFigure(layer, cost) ? cost : undefined;

export const metrics: Readonly<Record<Metric, MetricInfo>> = {
  cycles: {
    title: t('Cycles'),
    short: format.count,
    unit: 'cycles',
    value: (layer, cost) => own(layer, cost)?.cycles,
  },
  macs: {
    title: 'MACs',
    short: (value) => format.macs(value).replace(/ ?MACs$/, ''),
    unit: 'MACs',
    value: ({ macs }) => (macs > 0 ? macs : undefined),
  },
  bytes: {
    title: t('Bytes moved'),
    short: format.bytes,
    unit: 'moved',
    value: (layer, cost) => {
      const carried = own(layer, cost);
      return carried && carried.bytesRead + carried.bytesWritten;
    },
  },
};

/** A figure's colour on the scale from 0 to the largest. */
export const colourOf = (value: number, most: number): string => interpolateCividis(value / most);

/** Everything that is drawn beside places and edges, by block. */
export interface Drawing {
  readonly metric: Metric;
  readonly compiled?: CompiledView;
  readonly values: readonly (number | undefined)[];
  /** The largest value: the end of the scale. */
  readonly most: number;
  /** What all blocks come to. */
  readonly total: number;
  /** Said in the figure's place where a block has none. */
  readonly notes: readonly string[];
  /** The block that gives the target, -1 where there is none. */
  readonly target: number;
  /** Blocks that the scores' gradient passes on its way to the target. */
  readonly backward: ReadonlySet<number>;
  readonly troubled: ReadonlySet<number>;
}

export interface Drawn extends Connections {
  readonly layers: readonly LayerView[];
  readonly items: readonly Item[];
  readonly itemOf: readonly number[];
}

function note(layers: readonly LayerView[], costs: ReadonlyMap<string, readonly LayerCost[]>): string {
  return layers.some((layer) => mainCost(costs.get(layer.id)) !== undefined) ? t('fused') : t('folded');
}

export function drawing(
  { layers, items, itemOf, after }: Drawn,
  compiled: CompiledView | undefined,
  diagnostics: readonly Diagnostic[],
  metric: Metric,
): Drawing {
  const costs = costsByNode(compiled);
  const { value } = metrics[metric];
  const values = items.map(({ from, to }) => {
    const known = layers
      .slice(from, to)
      .map((layer) => value(layer, mainCost(costs.get(layer.id))))
      .filter((v) => v !== undefined);
    return known.length === 0 ? undefined : known.reduce((sum, v) => sum + v, 0);
  });
  const tensor = compiled?.target.tensor;
  const source = tensor === undefined ? -1 : layers.findIndex((layer) => layer.outputs.includes(tensor));
  const target = itemOf[source] ?? -1;
  const backward = new Set(target < 0 ? [] : downstream({ after }, target));
  backward.delete(target);
  const wrong = new Set(diagnostics.flatMap((d) => (d.severity !== 'information' && d.node ? [d.node] : [])));
  return {
    metric,
    compiled,
    values,
    most: values.reduce<number>((most, v) => Math.max(most, v ?? 0), 1),
    total: values.reduce<number>((sum, v) => sum + (v ?? 0), 0),
    notes: items.map(({ from, to }) =>
      compiled && metric !== 'macs' ? note(layers.slice(from, to), costs) : '',
    ),
    target,
    backward,
    troubled: new Set(layers.flatMap(({ id }, i) => (wrong.has(id) ? [itemOf[i]!] : []))),
  };
}
