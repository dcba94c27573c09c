/** One block of the graph: name, operator, shape, and a thin bar for its share of the cycles. */
import { interpolateCividis } from 'd3-scale-chromatic';
import * as format from '../../src/protocol/format.ts';
import { carriesFigure, costsByNode, mainCost } from '../../src/protocol/layer-facts.ts';
import type { CompiledView, Diagnostic, LayerCost, LayerView } from '../../src/protocol/views.ts';
import { h, icon } from '../shared/dom.ts';
import { blockSize, type Block } from './layout.ts';
import { shortName } from '../../src/protocol/short-name.ts';

/** What the blocks are drawn from. */
export interface Drawing {
  readonly compiled?: CompiledView;
  readonly costs: ReadonlyMap<string, readonly LayerCost[]>;
  /** Most cycles of a layer: the length of the full bar. */
  readonly most: number;
  readonly target?: string;
  readonly troubled: ReadonlySet<string>;
}

export function drawing(compiled: CompiledView | undefined, diagnostics: readonly Diagnostic[]): Drawing {
  return {
    compiled,
    costs: costsByNode(compiled),
    most: Math.max(1, ...(compiled?.layers ?? []).map((l) => l.cycles)),
    target: compiled?.target.tensor,
    troubled: new Set(diagnostics.flatMap((d) => (d.severity !== 'information' && d.node ? [d.node] : []))),
  };
}

const shapeOf = (layer: LayerView): string => (layer.shape ? format.shape(layer.shape) : '');

/** The figure under a block: its cycles, or that another block carries them. */
function figure(layer: LayerView, { compiled, costs }: Drawing): { text: string; cost?: LayerCost } {
  if (!compiled) return { text: '' };
  const cost = mainCost(costs.get(layer.id));
  if (!cost) return { text: 'folded' };
  return carriesFigure(layer, cost) ? { text: format.count(cost.cycles), cost } : { text: 'fused' };
}

export function blockElement(block: Block, index: number, total: number, draw: Drawing): HTMLElement {
  const { layer } = block;
  const { text, cost } = figure(layer, draw);
  const isTarget = draw.target !== undefined && layer.outputs.includes(draw.target);
  const unseen = [
    cost && draw.compiled ? `cycles, ${format.percent(cost.cycles / draw.compiled.cycles.total)}` : '',
    isTarget ? 'GradCAM target' : '',
    draw.troubled.has(layer.id) ? 'has a problem' : '',
  ];
  const bar = h('span', { class: 'bar', attributes: { 'aria-hidden': 'true' } });
  if (cost) {
    bar.style.width = `${Math.max(1, (cost.cycles / draw.most) * 100)}%`;
    bar.style.background = interpolateCividis(cost.cycles / draw.most);
  }
  const element = h(
    'div',
    {
      class: `block${isTarget ? ' target' : ''}`,
      attributes: {
        id: `block-${index}`,
        role: 'option',
        'aria-selected': 'false',
        'aria-posinset': index + 1,
        'aria-setsize': total,
        'data-layer': layer.id,
      },
    },
    h(
      'span',
      { class: 'row' },
      draw.troubled.has(layer.id) ? icon('warning') : undefined,
      isTarget ? icon('target') : undefined,
      h('span', { class: 'name' }, shortName(layer.id, layer.op)),
      ' ',
    ),
    h(
      'span',
      { class: 'row minor' },
      h('span', { class: 'op' }, layer.op),
      ' ',
      h('span', { class: 'shape' }, shapeOf(layer)),
      ' ',
      h('span', { class: 'figure' }, text),
    ),
    h('span', { class: 'visually-hidden' }, ` ${unseen.filter((s) => s !== '').join(', ')}`),
    h('span', { class: 'track' }, bar),
  );
  element.style.transform = `translate(${block.x - blockSize.width / 2}px, ${block.y - blockSize.height / 2}px)`;
  return element;
}
