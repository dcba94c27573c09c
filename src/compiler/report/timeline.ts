import type { Report } from './report.ts';
import { bar, grouped, label } from './svg.ts';

const names = 230;
const plot = 720;
const rowHeight = 18;
/** Characters that have room beside the plot. */
const longestName = 36;

/** The end of a long name, which tells layers apart; the bar's tooltip has it whole. */
const shortened = (name: string): string =>
  name.length > longestName ? `…${name.slice(1 - longestName)}` : name;

/** The schedule as bars over cycles, a row per layer. A bar keeps at least a hair's width, so that short ones show. */
export function timeline(report: Report): string {
  const { layers, cycles } = report;
  const height = (layers.length + 1) * rowHeight + 6;
  const x = (cycle: number) => names + (plot * cycle) / cycles.total;
  const rows = layers.map((layer, row) => {
    const y = row * rowHeight;
    const width = Math.max(1.5, x(layer.start + layer.cycles) - x(layer.start));
    const title = `${layer.name} (${layer.op}): cycle ${grouped(layer.start)}, ${grouped(layer.cycles)} cycles`;
    const left = Math.min(x(layer.start), names + plot - width);
    return (
      label(names - 8, y + 13, shortened(layer.name), 'end') +
      bar(left, y + 3, width, rowHeight - 6, layer.phase, title)
    );
  });
  const axisY = layers.length * rowHeight;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const cycle = Math.round(cycles.total * part);
    const at = x(cycle);
    const line = `<line class="tick" x1="${at.toFixed(2)}" y1="0" x2="${at.toFixed(2)}" y2="${axisY}"/>`;
    return line + label(at, axisY + 15, grouped(cycle), part === 0 ? 'start' : part === 1 ? 'end' : 'middle');
  });
  const size = `viewBox="0 0 ${names + plot + 4} ${height}"`;
  return `<svg role="img" aria-label="Schedule: layers over cycles" ${size}>${ticks.join('')}${rows.join('')}</svg>`;
}
