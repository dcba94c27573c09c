/** The array chooser: cycles against DSP blocks, the Pareto front joined, the current choice ringed. */
import * as format from '../../src/protocol/format.ts';
import type { CompiledView, DesignPointView, ExploreView } from '../../src/protocol/views.ts';
import { client } from '../shared/api.ts';
import { h, svg } from '../shared/dom.ts';
import { figureMark } from '../shared/facts.ts';
import { diagnosticList } from '../shared/states.ts';
import type { Tooltip } from '../shared/tooltip.ts';
import { along, front, logAxis, logTicks } from './plot.ts';
import { t } from '../shared/text.ts';

const percent = (share: number): string => `${share * 100}%`;

const nameOf = (p: DesignPointView): string => `${p.rows}x${p.columns}`;

const isCurrent = (p: DesignPointView, { array }: CompiledView): boolean =>
  p.rows === array.rows && p.columns === array.columns;

function standing(p: DesignPointView): string {
  if (!p.fits) return t('does not fit the device');
  return p.pareto ? t('on the Pareto front') : t('another array is as good in everything');
}

function facts(p: DesignPointView, wide: boolean, { available }: ExploreView): HTMLElement {
  const rows: (readonly [string, string, boolean])[] = [
    [t('Cycles'), t('{0} ({1} of them explain)', format.count(p.cycles), format.added(p.overhead)), false],
    ...(['lut', 'ff', 'dsp', 'bram36'] as const).map(
      (key) =>
        [
          { lut: 'LUT', ff: t('Flip-flops'), dsp: 'DSP', bram36: t('Block RAM') }[key],
          t('{0} of {1}', format.resource(p[key]), format.resource(available[key])),
          true,
        ] as const,
    ),
  ];
  return h(
    'div',
    { class: 'facts' },
    h(
      'p',
      { class: 'title' },
      wide ? t('{0} array, gradients of {1} bits', nameOf(p), p.gradientBits) : t('{0} array', nameOf(p)),
    ),
    h('p', { class: 'subtitle' }, standing(p)),
    h(
      'dl',
      {},
      ...rows.flatMap(([label, value, estimated]) => [
        h('dt', {}, label),
        h('dd', {}, value, estimated ? figureMark('estimated') : undefined),
      ]),
    ),
  );
}

function axes(
  x: ReturnType<typeof logAxis>,
  y: ReturnType<typeof logAxis>,
  { points, available, part }: ExploreView,
): Element[] {
  const vertical = logTicks(x).map((t) => [t, percent(along(x, t))] as const);
  const horizontal = logTicks(y).map((t) => [t, percent(1 - along(y, t))] as const);
  const joined = front(points);
  const limit = available.dsp < x.to ? percent(along(x, available.dsp)) : undefined;
  const lines = svg(
    'svg',
    { class: 'plot-lines', attributes: { 'aria-hidden': 'true' } },
    ...vertical.map(([, at]) =>
      svg('line', { class: 'grid', attributes: { x1: at, x2: at, y1: 0, y2: '100%' } }),
    ),
    ...horizontal.map(([, at]) =>
      svg('line', { class: 'grid', attributes: { x1: 0, x2: '100%', y1: at, y2: at } }),
    ),
    limit && svg('line', { class: 'limit', attributes: { x1: limit, x2: limit, y1: 0, y2: '100%' } }),
    ...joined.slice(1).map((p, i) =>
      svg('line', {
        class: 'front',
        attributes: {
          x1: percent(along(x, joined[i]!.dsp)),
          y1: percent(1 - along(y, joined[i]!.cycles)),
          x2: percent(along(x, p.dsp)),
          y2: percent(1 - along(y, p.cycles)),
        },
      }),
    ),
  );
  const label = (className: string, text: string, edge: 'left' | 'top', at: string): HTMLElement => {
    const element = h('span', { class: className, attributes: { 'aria-hidden': 'true' } }, text);
    element.style[edge] = at;
    return element;
  };
  return [
    lines,
    ...vertical.map(([t, at]) => label('x-label', format.count(t), 'left', at)),
    ...horizontal.map(([t, at]) => label('y-label', format.count(t), 'top', at)),
    ...(limit ? [label('limit-label', `${part}: ${format.count(available.dsp)}`, 'left', limit)] : []),
  ];
}

/** The plot. Its points are buttons: a click, or Enter, chooses the array. */
export function chooser(view: ExploreView, compiled: CompiledView, tooltip: Tooltip): HTMLElement {
  const x = logAxis(view.points.map((p) => p.dsp));
  const y = logAxis(view.points.map((p) => p.cycles));
  const points = [...view.points].sort((a, b) => a.cycles - b.cycles);
  const widths = new Set(points.map((p) => p.gradientBits)).size > 1;
  const entry = Math.max(
    0,
    points.findIndex((p) => isCurrent(p, compiled)),
  );
  const buttons = points.map((p, i) => {
    const current = isCurrent(p, compiled);
    const kind = p.fits ? (p.pareto ? 'pareto' : 'dominated') : 'unfit';
    const element = h(
      'button',
      {
        class: `point ${kind}${current ? ' current' : ''}`,
        attributes: {
          type: 'button',
          'aria-pressed': String(current),
          tabindex: i === entry ? 0 : -1,
          'data-array': nameOf(p),
          'aria-label': `${nameOf(p)}, ${format.cycles(p.cycles)}, ${format.count(p.dsp)} DSP, ${standing(p)}`,
        },
        on: {
          click: () =>
            void client.request('chooseDesign', { array: nameOf(p), gradientBits: p.gradientBits }),
          pointermove: (event) => tooltip.over(p, event, () => facts(p, widths, view)),
          pointerleave: () => tooltip.hide(),
          focus: () => {
            if (!element.matches(':focus-visible')) return;
            const { right, top } = element.getBoundingClientRect();
            tooltip.over(p, { clientX: right, clientY: top }, () => facts(p, widths, view));
          },
          blur: () => tooltip.hide(),
        },
      },
      h('span', { class: 'dot', attributes: { 'aria-hidden': 'true' } }),
      h('span', { class: 'point-name' }, widths ? t('{0}, {1} bits', nameOf(p), p.gradientBits) : nameOf(p)),
    );
    if (along(x, p.dsp) > 0.8) element.classList.add('late');
    element.style.left = percent(along(x, p.dsp));
    element.style.top = percent(1 - along(y, p.cycles));
    return element;
  });
  const walk = (event: KeyboardEvent): void => {
    const at = buttons.indexOf(event.target as (typeof buttons)[number]);
    const by: Readonly<Record<string, number>> = { ArrowUp: 1, ArrowRight: -1, ArrowDown: -1, ArrowLeft: 1 };
    const step = by[event.key];
    if (at < 0 || step === undefined) return;
    event.preventDefault();
    buttons[at + step]?.focus();
  };
  const area = h(
    'div',
    {
      class: 'plot-area',
      attributes: { role: 'group', 'aria-label': t('Arrays: cycles against DSP blocks') },
      on: { keydown: walk },
    },
    ...axes(x, y, view),
    ...buttons,
  );
  return h(
    'div',
    { class: 'plot figure' },
    h('span', { class: 'y-title', attributes: { 'aria-hidden': 'true' } }, t('Cycles')),
    area,
    h('span', { class: 'x-title', attributes: { 'aria-hidden': 'true' } }, t('DSP blocks, estimated')),
    h(
      'p',
      { class: 'plot-legend' },
      h('span', { class: 'key' }, h('span', { class: 'dot pareto' }), t('Pareto front')),
      h('span', { class: 'key' }, h('span', { class: 'dot dominated' }), t('fits')),
      h('span', { class: 'key' }, h('span', { class: 'dot unfit' }), t('does not fit')),
      h('span', { class: 'key' }, h('span', { class: 'dot ring' }), t('chosen')),
    ),
    view.tooSmall.length > 0 ? diagnosticList(view.tooSmall) : undefined,
  );
}
