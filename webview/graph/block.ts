/** One block of the graph: name, operator, shape, figure, and a thin bar for its share. */
import * as format from '../../src/protocol/format.ts';
import { shortName } from '../../src/protocol/short-name.ts';
import type { LayerView } from '../../src/protocol/views.ts';
import { h, icon } from '../shared/dom.ts';
import { colourOf, metrics, type Drawing } from './figures.ts';
import { blockSize, type Point } from './layout.ts';
import type { Item } from './structure.ts';
import { t } from '../shared/text.ts';

export interface BlockContent {
  readonly item: Item;
  /** The layers of the block; more than one in a collapsed repeat. */
  readonly layers: readonly LayerView[];
  /** The tensor that can be made the target. */
  readonly tensor?: string;
  readonly uri: string;
}

const distinct = (layers: readonly LayerView[]): string => [...new Set(layers.map((l) => l.op))].join(', ');

function words({ item, layers }: BlockContent): { name: string; op: string; shape: string } {
  const [first] = layers;
  const shape = layers.at(-1)?.shape;
  return {
    name: item.repeat
      ? t('{0} × {1} layers', item.repeat.count, format.count(item.repeat.unit))
      : shortName(first!.id, first!.op),
    op: item.repeat ? distinct(layers.slice(0, item.repeat.unit)) : first!.op,
    shape: shape ? format.shape(shape) : '',
  };
}

/** What a block is beside what is written on it, for those who hear it. */
function unseen({ item }: BlockContent, index: number, draw: Drawing): string {
  const value = draw.values[index];
  const share = draw.metric === 'cycles' ? (draw.compiled?.cycles.total ?? draw.total) : draw.total;
  return [
    value === undefined ? '' : `${metrics[draw.metric].unit}, ${format.percent(value / share)}`,
    index === draw.target ? t('GradCAM target') : '',
    draw.backward.has(index) ? 'on the backward path' : '',
    draw.troubled.has(index) ? 'has a problem' : '',
    item.repeat ? `repeated block, collapsed; Enter expands it` : '',
  ]
    .filter((s) => s !== '')
    .join(', ');
}

/** What VS Code's context menu and the commands in it are told of a block. */
export function contextOf({ item, layers, tensor, uri }: BlockContent): string {
  return JSON.stringify({
    webviewSection: item.repeat ? 'repeat' : 'layer',
    targetable: tensor !== undefined,
    uri,
    layer: layers[0]!.id,
    tensor,
    preventDefaultContextMenuItems: true,
  });
}

export function blockElement(
  content: BlockContent,
  index: number,
  total: number,
  place: Point,
  draw: Drawing,
): HTMLElement {
  const { name, op, shape } = words(content);
  const value = draw.values[index];
  const isTarget = index === draw.target;
  const troubled = draw.troubled.has(index);
  const bar = h('span', { class: 'bar', attributes: { 'aria-hidden': 'true' } });
  if (value !== undefined) {
    bar.style.width = `${Math.max(1, (value / draw.most) * 100)}%`;
    bar.style.background = colourOf(value, draw.most);
  }
  const classes = [
    'block',
    isTarget && 'target',
    draw.backward.has(index) && 'backward',
    content.item.repeat && 'repeat',
  ];
  const element = h(
    'div',
    {
      class: classes.filter(Boolean).join(' '),
      attributes: {
        id: `block-${index}`,
        role: 'option',
        'aria-selected': 'false',
        'aria-posinset': index + 1,
        'aria-setsize': total,
        'data-layer': content.layers[0]!.id,
      },
    },
    h(
      'span',
      { class: 'row' },
      troubled ? icon('warning') : undefined,
      isTarget ? icon('target') : undefined,
      content.item.repeat ? icon('layers') : undefined,
      h('span', { class: 'name' }, name),
      ' ',
    ),
    h(
      'span',
      { class: 'row minor' },
      h('span', { class: 'op' }, op),
      ' ',
      h('span', { class: 'shape' }, shape),
      ' ',
      h(
        'span',
        { class: 'figure' },
        value === undefined ? draw.notes[index]! : metrics[draw.metric].short(value),
      ),
    ),
    h('span', { class: 'visually-hidden' }, ` ${unseen(content, index, draw)}`),
    h('span', { class: 'track' }, bar),
  );
  element.style.transform = `translate(${place.x - blockSize.width / 2}px, ${place.y - blockSize.height / 2}px)`;
  return element;
}
