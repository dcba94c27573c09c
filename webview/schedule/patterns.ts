/** Phases have a colour and a pattern: which is which never rests on colour alone. */
import type { Phase } from '../../src/protocol/views.ts';
import { h, svg } from '../shared/dom.ts';
import { t } from '../shared/text.ts';

export const phaseNames: Readonly<Record<Phase, string>> = {
  inference: t('Inference'),
  gradient: t('Gradient'),
  heatmap: t('Heat map'),
};

/** Lines drawn over the phase's colour, in a square of 8. */
const lines: Readonly<Record<Phase, string | undefined>> = {
  inference: undefined,
  gradient: 'M-2 2L2 -2M0 8L8 0M6 10L10 6',
  heatmap: 'M0 4H8M4 0V8',
};

const prefixed = (prefix: string, phase: Phase): string => `${prefix}-${phase}`;

/**
 * Definitions for one SVG element; ids are the page's, so each element has its own prefix.
 */
export function patternDefinitions(prefix: string): SVGElement {
  const patterns = (Object.keys(lines) as Phase[]).map((phase) => {
    const path = lines[phase];
    return svg(
      'pattern',
      {
        attributes: { id: prefixed(prefix, phase), width: 8, height: 8, patternUnits: 'userSpaceOnUse' },
      },
      svg('rect', { class: `fill ${phase}`, attributes: { width: 8, height: 8 } }),
      path === undefined ? undefined : svg('path', { class: 'hatch', attributes: { d: path } }),
    );
  });
  return svg('defs', {}, ...patterns);
}

/** The `fill` of a phase. */
export const patternFill = (prefix: string, phase: Phase): string => `url(#${prefixed(prefix, phase)})`;

export function swatch(phase: Phase): Element {
  const prefix = `swatch-${Math.random().toString(36).slice(2)}`;
  return svg(
    'svg',
    { class: 'swatch', attributes: { width: 14, height: 12, 'aria-hidden': 'true' } },
    patternDefinitions(prefix),
    svg('rect', { attributes: { width: 14, height: 12, fill: patternFill(prefix, phase) } }),
  );
}

export function legend(): HTMLElement {
  const entries = (Object.keys(phaseNames) as Phase[]).map((phase) =>
    h('span', { class: 'entry' }, swatch(phase), phaseNames[phase]),
  );
  return h('div', { class: 'legend' }, ...entries);
}
